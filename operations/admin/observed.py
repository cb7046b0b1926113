"""Operations, their targets, requests and jobs. Read-only: changes go through the services, which check and audit."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from operations.models import Intent, Job, Operation, Target
from sites.admin.readonly import ReadOnlyAdmin


@admin.register(Operation)
class OperationAdmin(ReadOnlyAdmin):
    list_display = ["id", "kind", "title", "state", "held", "requester_name", "created_at", "started_at", "ended_at"]
    list_filter = ["kind", "state"]
    search_fields = ["title", "reason", "requester_name"]
    ordering = ["-id"]


@admin.register(Target)
class TargetAdmin(ReadOnlyAdmin):
    list_display = ["id", "operation", "name", "state", "attempt", "deploy_status", "seen_at", "stuck", "cause"]
    list_filter = ["state", "stuck"]
    list_select_related = ["operation"]
    search_fields = ["name"]
    ordering = ["-id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Target]:
        """The facts of a site may be many kilobytes: not for a list."""
        found: QuerySet[Target] = super().get_queryset(request)
        return found.defer("facts")


@admin.register(Intent)
class IntentAdmin(ReadOnlyAdmin):
    list_display = ["id", "target", "attempt", "number", "verb", "outcome", "status", "created_at", "settled_at"]
    list_filter = ["outcome", "verb"]
    list_select_related = ["target"]
    search_fields = ["target__name"]
    ordering = ["-id"]


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = ["id", "operation", "target", "next_at", "token", "lease_until", "failures", "error"]
    list_select_related = ["operation", "target"]
    ordering = ["-id"]
