"""Who holds a region by its name, so that it must keep it: freezes that are not over, and operations that are not."""

from datetime import datetime, timedelta

from operations.choices import ENDED_OPERATIONS
from operations.models import FreezeSpan, Operation
from operations.planning.problems import listed

MOST_NAMED = 5
ANY_ZONE = timedelta(days=2)  # a day of the calendar is over everywhere


def freezes_of(region: str, now: datetime) -> str:
    """As a sentence; "" where there are none. One query."""
    rows = FreezeSpan.objects.filter(region=region, last__gte=(now - ANY_ZONE).date())
    names = list(rows.values_list("name", flat=True)[: MOST_NAMED + 1])
    return f"Freezes are for it: {listed(names, MOST_NAMED)}." if names else ""


def operations_in(region: str, now: datetime) -> str:
    """Of those that are not over; "" where there are none. One query."""
    rows = Operation.objects.filter(targets__region=region).exclude(state__in=ENDED_OPERATIONS).distinct()
    told = [f"{pk} ({title})" for pk, title in rows.order_by("pk").values_list("pk", "title")[: MOST_NAMED + 1]]
    return f"Wait until these operations in it are over, or end them: {listed(told, MOST_NAMED)}." if told else ""
