"""Addresses of hosts: parts (urlpatterns), and its share of the REST interface (api)."""

from django.urls import URLPattern, URLResolver, path

from hosts import api as rest
from hosts import views

app_name = "hosts"
urlpatterns: list[URLPattern | URLResolver] = [
    path("of/<int:cloud_id>/panel/", views.panel, name="panel"),
    path("of/<int:cloud_id>/tile/", views.tile, name="tile"),
]
api: list[URLPattern | URLResolver] = [
    path("hosts/", rest.Hosts.as_view(), name="hosts"),
    path("hosts/<int:pk>/", rest.OneHost.as_view(), name="host"),
]
