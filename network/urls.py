"""Addresses of network: parts (urlpatterns), and its share of the REST interface (api)."""

from django.urls import URLPattern, URLResolver, path

from network import api as rest
from network import views

app_name = "network"
urlpatterns: list[URLPattern | URLResolver] = [
    path("of/<int:cloud_id>/panel/", views.panel, name="panel"),
    path("of/<int:cloud_id>/tile/", views.tile, name="tile"),
]
api: list[URLPattern | URLResolver] = [
    path("ports/", rest.Ports.as_view(), name="ports"),
    path("ports/<int:pk>/", rest.OnePort.as_view(), name="port"),
]
