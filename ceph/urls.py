"""Addresses of ceph: parts (urlpatterns), and its share of the REST interface (api)."""

from django.urls import URLPattern, URLResolver, path

from ceph import api as rest
from ceph import views

app_name = "ceph"
urlpatterns: list[URLPattern | URLResolver] = [
    path("of/<int:cloud_id>/panel/", views.panel, name="panel"),
    path("of/<int:cloud_id>/tile/", views.tile, name="tile"),
]
api: list[URLPattern | URLResolver] = [
    path("ceph/", rest.CephClusters.as_view(), name="ceph"),
    path("ceph/<int:pk>/", rest.OneCephCluster.as_view(), name="ceph-one"),
]
