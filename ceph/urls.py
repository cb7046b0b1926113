"""Addresses of ceph: pages and parts (urlpatterns), and its share of the REST interface (api)."""

from django.urls import URLPattern, URLResolver

app_name = "ceph"
urlpatterns: list[URLPattern | URLResolver] = []
api: list[URLPattern | URLResolver] = []
