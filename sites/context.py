"""What the frame of every page shows."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from sites.access import NOTHING
from sites.selectors import fleet_counts
from sites.standing import Standing

NOBODY = Standing()


def portal(request: HttpRequest) -> dict[str, Any]:
    """`now` of the request; the alarm counters of the top bar (one query, only where a template asks for them); what
    the user may do (`"app.permission" in may`), and the brakes that are on."""
    scopes = getattr(request, "scopes", NOTHING)
    standing = getattr(request, "standing", NOBODY)
    return {
        "now": getattr(request, "now", None) or timezone.now(),
        "standing": standing,
        "may": SimpleLazyObject(lambda: standing.permissions),
        "fleet_counts": SimpleLazyObject(lambda: fleet_counts(scopes)),
    }
