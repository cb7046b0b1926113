"""The log and the audit in the admin console: to be read."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from events.models import AuditEntry, Event


class ReadOnly:
    """Nobody adds, changes or deletes here, whatever their permissions."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Event)
class EventAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # takes no arguments at run time
    list_display = ["id", "at", "kind", "subject", "controller_id", "cloud_id", "region"]
    list_filter = ["kind"]
    ordering = ["-id"]
    show_full_result_count = False  # counting a table of millions takes longer than reading a page of it
    list_per_page = 50


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # as above
    list_display = ["id", "at", "actor", "verb", "subject", "outcome", "source"]
    list_filter = ["outcome", "verb"]
    search_fields = ["actor", "subject"]
    exclude = ["seal"]
    show_full_result_count = False
    list_per_page = 50
