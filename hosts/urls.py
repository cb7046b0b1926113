"""Addresses of hosts: pages and parts (urlpatterns), and its share of the REST interface (api)."""

from django.urls import URLPattern, URLResolver

app_name = "hosts"
urlpatterns: list[URLPattern | URLResolver] = []
api: list[URLPattern | URLResolver] = []
