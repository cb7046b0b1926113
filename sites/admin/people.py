"""Users with their roles, scopes and tokens."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.forms import ModelForm
from django.http import HttpRequest

from sites.models import ApiToken, ScopeGrant
from sites.services.actors import actor_of, audit, now_of

ONLY_SUPERUSERS = ("is_superuser", "user_permissions")


class ScopeInline(admin.TabularInline):  # type: ignore[type-arg] # generic for the type checker only
    model = ScopeGrant
    extra = 1
    verbose_name = "scope"
    verbose_name_plural = "scopes: one thing in each row; without any, this user sees nothing"


class TokenInline(admin.TabularInline):  # type: ignore[type-arg] # generic for the type checker only
    """Only to be looked at and revoked: nobody makes tokens for others here."""

    model = ApiToken
    extra = 0
    fields = ["name", "prefix", "created_at", "expires_at", "used_at", "revoked_at"]
    readonly_fields = ["name", "prefix", "created_at", "expires_at", "used_at"]
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


admin.site.unregister(User)


@admin.register(User)
class PortalUserAdmin(UserAdmin):  # type: ignore[type-arg] # generic for the type checker only
    inlines = [ScopeInline, TokenInline]
    list_display = ["username", "first_name", "last_name", "is_active", "is_staff", "last_login"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """An Administrator must not be able to make a superuser, of others or of themselves."""
        fields = list(super().get_readonly_fields(request, obj))
        return fields if _is_superuser(request) else [*fields, *ONLY_SUPERUSERS]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if isinstance(obj, User) and obj.is_superuser and not _is_superuser(request):
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if isinstance(obj, User) and obj.is_superuser and not _is_superuser(request):
            return False
        return super().has_delete_permission(request, obj)

    def save_related(self, request: HttpRequest, form: "ModelForm[User]", formsets: Any, change: bool) -> None:
        """After groups and scopes are saved too, so that the audit tells what holds now."""
        super().save_related(request, form, formsets, change)
        user = form.instance
        detail = {
            "user": user.username,
            "active": user.is_active,
            "staff": user.is_staff,
            "roles": sorted(user.groups.values_list("name", flat=True)),
            "scopes": [_said(grant) for grant in user.scope_grants.select_related("controller", "group")],
        }
        now = now_of(request)
        audit(actor_of(request), "user.change" if change else "user.add", f"user:{user.pk}", now, detail)

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        now = now_of(request)
        audit(actor_of(request), "user.delete", f"user:{obj.pk}", now, {"user": obj.username})
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for user in queryset:
            self.delete_model(request, user)


def _said(grant: ScopeGrant) -> str:
    if grant.fleet:
        return "fleet"
    if grant.controller:
        return f"controller {grant.controller.name}"
    return f"group {grant.group.name}" if grant.group else f"region {grant.region}"


def _is_superuser(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))
