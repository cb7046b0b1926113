"""Who may see which clouds. Scopes are computed once per request, at the edge, and travel as an argument:
a selector without scopes does not exist."""

from dataclasses import dataclass, replace
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.db import connection
from django.db.models import Q

from events.visibility import Visibility


@dataclass(frozen=True, slots=True)
class Scopes:
    """What one user may see: the union of the parts. `fleet` means everything."""

    fleet: bool = False
    controllers: frozenset[int] = frozenset()
    groups: frozenset[int] = frozenset()
    regions: frozenset[str] = frozenset()

    def clouds(self, prefix: str = "") -> Q:
        """Condition on Cloud (or on what points to it, with prefix "cloud__") for the clouds in these scopes.

        A central cloud is in scope only of those who may see its whole controller.
        """
        if self.fleet:
            return Q()
        parts = Q(**{f"{prefix}controller_id__in": self.controllers})
        parts |= Q(**{f"{prefix}group_id__in": self.groups})
        parts |= Q(**{f"{prefix}region__in": self.regions, f"{prefix}kind": "subcloud"})
        return parts

    def placed(self, prefix: str = "") -> Q:
        """The same for rows that carry controller, group and region of a subcloud themselves (operations' targets)."""
        if self.fleet:
            return Q()
        parts = Q(**{f"{prefix}controller_id__in": self.controllers})
        parts |= Q(**{f"{prefix}group_id__in": self.groups})
        return parts | Q(**{f"{prefix}region__in": self.regions - {""}})

    def visibility(self) -> Visibility:
        """The same for events, which carry controller, group and region themselves."""
        return Visibility(everything=self.fleet, controllers=self.controllers, groups=self.groups, regions=self.regions)


NOTHING = Scopes()
EVERYTHING = Scopes(fleet=True)


def scopes_for(user: AbstractBaseUser | AnonymousUser) -> Scopes:
    """Superusers see the fleet; anybody else the union of their grants (one query); nobody signed in sees nothing."""
    from sites.standing import standing_of  # which is made of scopes

    if isinstance(user, User) and user.is_active and user.is_superuser:
        return EVERYTHING
    return standing_of(user).scopes


def stream_visibility(scope: dict[str, Any]) -> Visibility | None:
    """For the socket: the visibility of the session's user or of the bearer token; None where nobody is signed in."""
    from sites.tokens import user_of_headers  # tokens import models that need the app registry

    user = scope.get("user")
    if user is None or not user.is_authenticated:
        user = user_of_headers(scope.get("headers", []))
    if user is None or not user.is_active:
        return None
    return replace(scopes_for(user).visibility(), holder=f"user:{user.pk}")


# What decides whether somebody may look, and at what: a digest, so that no hash of a password leaves the database.
_MARK = """
SELECT md5(concat_ws('|',
    (SELECT string_agg(concat_ws(',', id, is_active, is_superuser, password), ';' ORDER BY id) FROM auth_user),
    (SELECT string_agg(concat_ws(',', user_id, fleet, controller_id, group_id, region), ';' ORDER BY id)
     FROM sites_scopegrant),
    (SELECT concat_ws(',', count(*), count(revoked_at), count(*) FILTER (WHERE expires_at <= now()))
     FROM sites_apitoken)))
"""


def stream_access_mark() -> str:
    """Changes when a user, a grant or a token changes, ends or goes. One query, as long as there are people."""
    with connection.cursor() as cursor:
        cursor.execute(_MARK)
        return str(cursor.fetchone()[0])
