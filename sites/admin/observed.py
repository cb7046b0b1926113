"""Clouds, their ages, collectors and leases: read-only."""

from django.contrib import admin

from sites.admin.readonly import ReadOnlyAdmin
from sites.models import Certificate, Cloud, CollectorBeat, ControllerService, FacetState, SubcloudGroup


@admin.register(Cloud)
class CloudAdmin(ReadOnlyAdmin):
    list_display = ["name", "kind", "controller", "group", "region", "availability_status", "contact", "removed_at"]
    list_filter = ["kind", "controller", "contact"]
    list_select_related = ["controller", "group"]
    search_fields = ["name", "region_name", "oam_ip"]
    exclude = ["search"]


@admin.register(SubcloudGroup)
class GroupAdmin(ReadOnlyAdmin):
    list_display = ["name", "controller", "dcmanager_id", "max_parallel_subclouds", "portal_made", "removed_at"]
    list_filter = ["controller"]
    list_select_related = ["controller"]


@admin.register(FacetState)
class FacetAdmin(ReadOnlyAdmin):
    list_display = ["cloud", "facet", "observed_at", "attempted_at", "source", "failures", "error"]
    list_filter = ["facet"]
    list_select_related = ["cloud"]
    search_fields = ["cloud__name"]


@admin.register(ControllerService)
class ServiceAdmin(ReadOnlyAdmin):
    list_display = ["controller", "service", "succeeded_at", "failing_since", "seconds", "error"]
    list_select_related = ["controller"]


@admin.register(CollectorBeat)
class BeatAdmin(ReadOnlyAdmin):
    list_display = ["controller", "collector", "beat_at", "t0_at", "t1_swept_at", "t1_due", "breaker_open_until"]
    list_select_related = ["controller"]


@admin.register(Certificate)
class CertificateAdmin(ReadOnlyAdmin):
    list_display = ["cloud", "certtype", "subject", "expires_at"]
    list_select_related = ["cloud"]
