"""Addresses of the pages of campaigns, below those of operations."""

from django.urls import URLPattern, path

from operations.views.campaigns import acts, batch, fleetmap, page, plan, report, rollback, siteacts

pages: list[URLPattern] = [
    path("campaigns/new/", plan.page, name="campaign-new"),
    path("<int:pk>/campaign/head", page.head, name="campaign-head"),
    path("<int:pk>/campaign/plan", page.planned, name="campaign-plan"),
    path("<int:pk>/campaign/waves", page.waves, name="campaign-waves"),
    path("<int:pk>/campaign/history", page.history, name="campaign-history"),
    path("<int:pk>/campaign/roll-back", rollback.page, name="campaign-roll-back"),
    path("<int:pk>/campaign/map", fleetmap.feed, name="campaign-map"),
    path("<int:pk>/campaign/report", report.page, name="campaign-report"),
    path("<int:pk>/campaign/report.csv", report.as_csv, name="campaign-report-csv"),
    path("<int:pk>/campaign/<slug:action>", acts.act, name="campaign-act"),
    path("<int:pk>/batches/<int:number>/", batch.page, name="campaign-batch"),
    path("<int:pk>/batches/<int:number>/try-again", batch.try_again, name="campaign-try-again"),
    path("<int:pk>/batches/<int:number>/<slug:whose>", batch.settle, name="campaign-settle"),
    path("<int:pk>/targets/<int:target>/do", siteacts.act, name="campaign-site-act"),
]
