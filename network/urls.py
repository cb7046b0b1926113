"""Addresses of network: pages and parts (urlpatterns), and its share of the REST interface (api)."""

from django.urls import URLPattern, URLResolver

app_name = "network"
urlpatterns: list[URLPattern | URLResolver] = []
api: list[URLPattern | URLResolver] = []
