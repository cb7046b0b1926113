from django.apps import AppConfig


class CephConfig(AppConfig):
    name = "ceph"
    verbose_name = "Ceph"
