"""Templates of sites and the brakes: changed through the same services as pages and REST, which check and audit."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from operations.models import SiteTemplate
from operations.services.requests import RefusedError
from operations.services.templates import FIELDS, TEXTS, add_template, change_template, check_texts, delete_template
from sites.middleware import PortalRequest
from sites.models import Brake, Region
from sites.services import brake
from sites.services.actors import actor_of, now_of


class TemplateForm(forms.ModelForm):  # type: ignore[type-arg] # generic for the type checker only
    class Meta:
        model = SiteTemplate
        fields = list(FIELDS)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        try:
            check_texts({name: found.get(name, "") for name in TEXTS})
        except RefusedError as refusal:
            for place, sentence in refusal.problems.items():
                document = place.split("/")[0]
                self.add_error(document if document in TEXTS else None, f"{place}: {sentence}")
        return found


@admin.register(SiteTemplate)
class TemplateAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # generic for the type checker only
    form = TemplateForm
    list_display = ["name", "description", "changed_by", "changed_at"]
    search_fields = ["name", "description"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: SiteTemplate | None = None) -> bool:
        return self.has_change_permission(request)

    def save_model(
        self, request: HttpRequest, obj: SiteTemplate, form: "forms.ModelForm[SiteTemplate]", change: bool
    ) -> None:
        values = {name: form.cleaned_data[name] for name in FIELDS}
        actor, now = actor_of(request), now_of(request)
        if change:
            change_template(obj.pk, values, actor, now)
        else:
            obj.pk = add_template(values, actor, now).pk

    def delete_model(self, request: HttpRequest, obj: SiteTemplate) -> None:
        delete_template(obj.pk, actor_of(request), now_of(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[SiteTemplate]) -> None:
        for template in queryset:
            self.delete_model(request, template)


class BrakeForm(forms.ModelForm):  # type: ignore[type-arg] # generic for the type checker only
    """Its reason is read by everybody. A brake of a region that was never pulled is added here."""

    class Meta:
        model = Brake
        fields = ["region", "on", "reason"]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("on") and not str(found.get("reason", "")).strip():
            self.add_error("reason", "Say why: everybody will read it.")
        region = found.get("region", "")
        if region and not Region.objects.filter(name=region).exists():
            self.add_error("region", "There is no such region.")
        return found


@admin.register(Brake)
class BrakeAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # generic for the type checker only
    form = BrakeForm
    list_display = ["__str__", "on", "reason", "changed_by", "changed_at"]
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Brake | None = None) -> bool:
        """Whoever may pull and release, for the whole fleet."""
        may = request.user.has_perms(["operations.pull_brake", "operations.release_brake"])
        return may and cast(PortalRequest, request).scopes.fleet

    def has_delete_permission(self, request: HttpRequest, obj: Brake | None = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Brake | None = None) -> list[str]:
        return ["region"] if obj else []

    def save_model(self, request: HttpRequest, obj: Brake, form: "forms.ModelForm[Brake]", change: bool) -> None:
        do = brake.pull if form.cleaned_data["on"] else brake.release
        obj.pk = do(obj.region, form.cleaned_data["reason"], actor_of(request), now_of(request)).pk
