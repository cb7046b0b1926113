"""Regions of the world and the boxes that make them up."""

from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest

from sites.models import Region, RegionBox
from sites.services.actors import actor_of, audit, now_of


class BoxInline(admin.TabularInline):  # type: ignore[type-arg] # generic for the type checker only
    model = RegionBox
    extra = 1


@admin.register(Region)
class RegionAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # generic for the type checker only
    list_display = ["name", "order"]
    inlines = [BoxInline]

    def save_model(self, request: HttpRequest, obj: Region, form: "ModelForm[Region]", change: bool) -> None:
        super().save_model(request, obj, form, change)
        now = now_of(request)
        audit(actor_of(request), "region.change", f"region:{obj.pk}", now, {"name": obj.name, "order": obj.order})

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        now = now_of(request)
        audit(actor_of(request), "region.delete", f"region:{obj.pk}", now, {"name": obj.name})
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for region in queryset:
            self.delete_model(request, region)
