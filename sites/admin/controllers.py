"""System Controllers: their secrets go in and are never shown again."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest

from sites.models import Cloud, Controller
from sites.services.actors import actor_of, now_of
from sites.services.controllers import (
    FIELDS,
    SECRETS,
    ControllerFacts,
    add_controller,
    change_controller,
    changed_copy,
    delete_controller,
    locked,
    problems_of,
    why_kept,
)
from sites.services.destinations import secrets_to_enter

SECRET = forms.PasswordInput(attrs={"autocomplete": "new-password"})  # never rendered with a value


class ControllerForm(forms.ModelForm):  # type: ignore[type-arg] # generic for the type checker only
    password = forms.CharField(
        label="Read password", widget=SECRET, required=False, strip=False, help_text="Empty: as it is"
    )
    write_password = forms.CharField(widget=SECRET, required=False, strip=False, help_text="Empty: as it is")
    kube_token = forms.CharField(
        label="Kubernetes bearer token", widget=SECRET, required=False, help_text="Empty: as it is"
    )

    seen = forms.CharField(widget=forms.HiddenInput, required=False)  # which version of the row the form shows

    class Meta:
        model = Controller
        fields = [name for name in FIELDS if name not in SECRETS]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["seen"] = self.instance.changed_at.isoformat()

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if not self.instance.pk and not found.get("password"):
            self.add_error("password", "A System Controller needs the read user's password.")
        if not self.errors:
            for name, problem in self._problems({name: found[name] for name in FIELDS}).items():
                self.add_error(name, problem)
        return found

    def _problems(self, values: dict[str, Any]) -> dict[str, str]:
        """{field: what is wrong}. Locks the stored row: the admin console saves in a transaction."""
        if not self.instance.pk:
            return problems_of(changed_copy(Controller(), values))
        before = locked(self.instance.pk)
        if self.cleaned_data["seen"] not in ("", before.changed_at.isoformat()):
            return {NON_FIELD_ERRORS: "Somebody changed this System Controller meanwhile: load the page again."}
        after = changed_copy(before, values)
        return problems_of(after) or secrets_to_enter(before, after, [name for name in SECRETS if values[name]])


@admin.register(Controller)
class ControllerAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # generic for the type checker only
    form = ControllerForm
    list_display = ["name", "auth_url", "username", "write_username", "enabled", "changed_at"]
    search_fields = ["name", "auth_url"]
    fieldsets = [
        (None, {"fields": ["name", "auth_url", "region", "interface", "ca_bundle", "enabled", "seen"]}),
        ("Reading", {"fields": ["username", "password"]}),
        ("Changing (leave empty for read only)", {"fields": ["write_username", "write_password"]}),
        (
            "Subclouds",
            {
                "fields": [
                    "subcloud_interface",
                    "subcloud_auth_url",
                    "bmc_url",
                    "bmc_verify",
                    "bmc_ca_bundle",
                    "kube_url",
                    "kube_token",
                ],
                "description": "Patterns know {id} {region_name} {management_start_ip} {oam_ip}, "
                "that of BMCs {bmc_address} too. Empty: StarlingX's own addresses.",
            },
        ),
    ]

    def save_model(
        self, request: HttpRequest, obj: Controller, form: "forms.ModelForm[Controller]", change: bool
    ) -> None:
        """Through the same service as the command and REST: sealed, told to the collector, audited."""
        now = now_of(request)
        values = {name: form.cleaned_data[name] for name in FIELDS}
        if change:
            change_controller(obj, values, actor_of(request), now)
            return
        obj.pk = add_controller(ControllerFacts(**values), actor_of(request), now).pk

    def has_delete_permission(self, request: HttpRequest, obj: Controller | None = None) -> bool:
        """Disabled ones only: see delete_controller."""
        return super().has_delete_permission(request, obj) and (obj is None or not obj.enabled)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[Any], list[str]]:
        """What was observed there goes along; it is counted, not listed, and nobody needs a permission for each."""
        clouds = Cloud.objects.filter(controller__in=[obj.pk for obj in objs]).count()
        names = [f"{obj.name}, with everything observed there" for obj in objs]
        kept = [f"{obj.name}: {why}" for obj in objs for why in why_kept(obj)]
        return names, {"System Controllers": len(names), "clouds": clouds}, set(), kept

    def delete_model(self, request: HttpRequest, obj: Controller) -> None:
        delete_controller(obj, actor_of(request), now_of(request))

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for controller in queryset:
            self.delete_model(request, controller)
