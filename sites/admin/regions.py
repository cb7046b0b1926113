"""Regions of the world and the boxes that make them up."""

from typing import Any

from django.contrib import admin
from django.forms import ModelForm, ValidationError
from django.http import HttpRequest
from django.utils import timezone

from sites.models import Region, RegionBox
from sites.services.actors import actor_of, audit, now_of
from sites.services.regions import why_called_so, why_kept


class BoxInline(admin.TabularInline):  # type: ignore[type-arg] # generic for the type checker only
    model = RegionBox
    extra = 1


class RegionForm(ModelForm):  # type: ignore[type-arg] # generic for the type checker only
    class Meta:
        model = Region
        fields = ["name", "order"]

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        before = self.initial.get("name", name)
        if name != before and (kept := why_called_so(before, timezone.now())):
            raise ValidationError(kept)
        return name


@admin.register(Region)
class RegionAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # generic for the type checker only
    form = RegionForm
    list_display = ["name", "order"]
    inlines = [BoxInline]

    def save_model(self, request: HttpRequest, obj: Region, form: "ModelForm[Region]", change: bool) -> None:
        super().save_model(request, obj, form, change)
        now = now_of(request)
        audit(actor_of(request), "region.change", f"region:{obj.pk}", now, {"name": obj.name, "order": obj.order})

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[str]]:
        """Not while a brake, a scope, a freeze or an operation has it by its name."""
        told, counts, perms, kept = super().get_deleted_objects(objs, request)
        now = now_of(request)
        return (
            told,
            counts,
            perms,
            [*kept, *(f"{each.name}: {why}" for each in objs for why in why_kept(each.name, now))],
        )

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        now = now_of(request)
        audit(actor_of(request), "region.delete", f"region:{obj.pk}", now, {"name": obj.name})
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for region in queryset:
            self.delete_model(request, region)
