"""Maintenance windows and freezes in the admin console: changed through the services of REST."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from operations.models import FreezeSpan, MaintenanceWindow
from operations.services.calendar import (
    FREEZE_FIELDS,
    WINDOW_FIELDS,
    delete_row,
    freeze_of,
    save_freeze,
    save_window,
    window_rule,
)
from operations.services.requests import RefusedError
from sites.middleware import PortalRequest
from sites.services.actors import actor_of, now_of

Form = forms.ModelForm  # generic for the type checker only


class WindowForm(Form):  # type: ignore[type-arg]
    class Meta:
        model = MaintenanceWindow
        fields = list(WINDOW_FIELDS)

    def clean(self) -> dict[str, Any]:
        return _checked(self, super().clean() or {}, lambda found: window_rule(MaintenanceWindow(**found)))


class FreezeForm(Form):  # type: ignore[type-arg]
    class Meta:
        model = FreezeSpan
        fields = list(FREEZE_FIELDS)

    def clean(self) -> dict[str, Any]:
        return _checked(self, super().clean() or {}, lambda found: freeze_of(FreezeSpan(**found)))


def _checked(form: Any, found: dict[str, Any], check: Any) -> dict[str, Any]:
    """Only what is right field by field is looked at as a whole."""
    if not form.errors:
        try:
            check(found)
        except RefusedError as refusal:
            form.add_error(None, " ".join(refusal.problems.values()))
    return found


class CalendarAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # generic for the type checker only
    """For whoever needs `may`; who has it, adds, changes and deletes."""

    may = ""
    actions = None

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_change_permission(request, obj)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm(self.may)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_change_permission(request)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        delete_row(obj, actor_of(request), now_of(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for row in queryset:
            self.delete_model(request, row)


@admin.register(MaintenanceWindow)
class WindowAdmin(CalendarAdmin):
    form = WindowForm
    may = "operations.run_campaign"
    list_display = ["name", "weekdays", "start", "end", "minutes"]

    def save_model(self, request: HttpRequest, obj: MaintenanceWindow, form: Any, change: bool) -> None:
        save_window(obj, form.cleaned_data, actor_of(request), now_of(request))


@admin.register(FreezeSpan)
class FreezeAdmin(CalendarAdmin):
    """For whoever sees the fleet: a region's own people use REST, which asks for that region alone."""

    form = FreezeForm
    may = "operations.release_brake"
    list_display = ["name", "first", "last", "region", "zone"]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_change_permission(request, obj) and cast(PortalRequest, request).scopes.fleet

    def save_model(self, request: HttpRequest, obj: FreezeSpan, form: Any, change: bool) -> None:
        save_freeze(obj, form.cleaned_data, actor_of(request), now_of(request))
