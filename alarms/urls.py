"""Addresses of alarms: pages and parts (urlpatterns), and its share of the REST interface (api)."""

from django.urls import URLPattern, URLResolver, path

from alarms import api as rest
from alarms import fleet_views, views

app_name = "alarms"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", fleet_views.fleet, name="list"),
    path("export.csv", fleet_views.export, name="export"),
    path("of/<int:cloud_id>/panel/", views.panel, name="panel"),
    path("of/<int:cloud_id>/tile/", views.tile, name="tile"),
    path("of/<int:cloud_id>/short/", views.short, name="short"),
    path("of/<int:cloud_id>/heatmap/", views.heatmap, name="heatmap"),
]
api: list[URLPattern | URLResolver] = [
    path("alarms/", rest.Alarms.as_view(), name="alarms"),
    path("alarms/<int:pk>/", rest.OneAlarm.as_view(), name="alarm"),
]
