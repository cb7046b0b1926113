"""What the frame of every page shows."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from sites.access import NOTHING
from sites.selectors import fleet_counts


def portal(request: HttpRequest) -> dict[str, Any]:
    """`now` of the request, and the alarm counters of the top bar (one query, only where a template asks for them)."""
    scopes = getattr(request, "scopes", NOTHING)
    return {
        "now": getattr(request, "now", None) or timezone.now(),
        "fleet_counts": SimpleLazyObject(lambda: fleet_counts(scopes)),
    }
