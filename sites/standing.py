"""What every page needs to know of whoever asks, in one query: scopes, permissions, which brakes are on, and which
System Controllers are read late."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.db import connection
from django.utils import timezone

from sites.access import EVERYTHING, NOTHING, Scopes
from sites.lateness import LATE_QUERY, Late, late_of, late_parameters

_QUERY = f"""
SELECT (SELECT json_agg(json_build_array(fleet, controller_id, group_id, region))::text
        FROM sites_scopegrant WHERE user_id = %(user)s),
       (SELECT json_agg(DISTINCT t.app_label || '.' || p.codename)::text
        FROM auth_permission p JOIN django_content_type t ON t.id = p.content_type_id
        WHERE p.id IN (SELECT permission_id FROM auth_user_user_permissions WHERE user_id = %(user)s
                       UNION SELECT g.permission_id FROM auth_group_permissions g
                       JOIN auth_user_groups u ON u.group_id = g.group_id WHERE u.user_id = %(user)s)),
       (SELECT json_agg(json_build_array(region, reason, changed_by, changed_at) ORDER BY region)::text
        FROM sites_brake WHERE "on"),
       ({LATE_QUERY})
"""  # noqa: S608 - constants


class _Everything:
    """A superuser holds every permission."""

    def __contains__(self, permission: object) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class BrakeOn:
    """A brake that is on. `region` "": the whole fleet's."""

    region: str
    reason: str
    by: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """`permissions` hold "app.codename", as User.has_perm() takes it."""

    scopes: Scopes = NOTHING
    permissions: Container[str] = frozenset()
    brakes: tuple[BrakeOn, ...] = ()
    late: tuple[Late, ...] = ()

    def may(self, permission: str) -> bool:
        return permission in self.permissions


def standing_of(user: AbstractBaseUser | AnonymousUser) -> Standing:
    """One query; none for somebody who is not signed in or not active."""
    if not user.is_authenticated or not user.is_active:
        return Standing()
    now = timezone.now()
    everything = isinstance(user, User) and user.is_superuser
    with connection.cursor() as cursor:
        cursor.execute(_QUERY, {"user": user.pk, "everything": everything, **late_parameters(now)})
        grants, permissions, brakes, late = (orjson.loads(text or "[]") for text in cursor.fetchone())
    on = tuple(BrakeOn(region, why, who, _time(at)) for region, why, who, at in brakes)
    if everything:
        return Standing(EVERYTHING, _Everything(), on, late_of(late, now))
    return Standing(_scopes(grants), frozenset(permissions), on, late_of(late, now))


def _scopes(grants: list[Any]) -> Scopes:
    return Scopes(
        fleet=any(fleet for fleet, _, _, _ in grants),
        controllers=frozenset(controller for _, controller, _, _ in grants if controller is not None),
        groups=frozenset(group for _, _, group, _ in grants if group is not None),
        regions=frozenset(region for _, _, _, region in grants if region),
    )


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
