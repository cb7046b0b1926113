"""The freeze calendar as it is now: asked anew whenever a site might start."""

from operations.campaigns.calendars import Freeze
from operations.models import FreezeSpan


def freezes() -> tuple[Freeze, ...]:
    """All that were saved; those of the past are pruned by whoever saved them. One query."""
    rows = FreezeSpan.objects.values_list("name", "first", "last", "region", "zone")
    return tuple(Freeze(*row) for row in rows)
