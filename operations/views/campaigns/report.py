"""The report for the change board, to be read, printed and taken away. Its times are UTC, for every reader alike."""

import re
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from operations.campaign_report import campaign_facts
from operations.campaign_words import stopped_in_words
from operations.campaigns.report import CampaignFacts, report
from operations.campaigns.report_sheet import sheet
from operations.views.campaigns.reportcells import markup
from sites.export import csv_response
from sites.middleware import PortalRequest

MOST_SHOWN = 5000  # sites on the page; sheet and JSON have all
TIME = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d\+00:00")


@require_GET
@never_cache
def page(request: PortalRequest, pk: int) -> HttpResponse:
    facts = _facts(request, pk)
    told = report(facts)
    sites = told.pop("sites")
    rows = [markup(site) for site in sites[:MOST_SHOWN]]
    context = {"told": readable(told), "rows": rows, "more": len(sites) - len(rows), "pk": pk, "tiles": tiles(told)}
    begun = facts.started_at is not None
    context["stopped"] = stopped_in_words(facts.stopped_at, facts.stopped_by, begun=begun)
    return render(request, "operations/campaigns/report.html", context)


@require_GET
@never_cache
def as_csv(request: PortalRequest, pk: int) -> HttpResponseBase:
    header, *rows = sheet(report(_facts(request, pk)))
    return csv_response(f"campaign-{pk}-report", header, rows)


def _facts(request: PortalRequest, pk: int) -> CampaignFacts:
    facts = campaign_facts(request.scopes, pk, request.now)
    if facts is None:
        raise Http404("There is no such campaign, or it is not in your scope.")
    return facts


def readable(value: Any) -> Any:
    """The report with times as people read them: 2026-11-26 01:00."""
    if isinstance(value, dict):
        return {name: readable(each) for name, each in value.items()}
    if isinstance(value, list):
        return [readable(each) for each in value]
    found = TIME.fullmatch(value) if isinstance(value, str) else None
    return f"{found[1]} {found[2]}" if found else value


def tiles(told: dict[str, Any]) -> list[dict[str, Any]]:
    """The numbers that come first; those of trouble only where there is any."""
    summary = told["summary"]
    median = summary["median_minutes"]
    found = [
        ("ok", summary["done"], f"done, of {summary['sites']:,}"),
        ("failed", summary["count_as_failed"], "count as failed"),
        ("failed", summary["with_new_alarms"], "with new alarms"),
        ("warn", summary["excused"], "excused by a person"),
        ("none", summary["without"], "skipped, held back or not run"),
        ("none", summary["left_out"], "could not take part"),
        ("busy", summary["open"], "not over yet"),
    ]
    shown = [
        {"mark": mark, "value": f"{n:,}", "means": text} for mark, n, text in found if n or mark in ("ok", "failed")
    ]
    length = "not known" if median is None else f"{median:g} min"
    return [*shown, {"mark": "info", "value": length, "means": "half of those done took at most"}]
