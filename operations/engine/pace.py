"""How fast operations go: periods of settings, which the demo divides by SPEED."""

from datetime import timedelta

from django.conf import settings

from operations.engine.seen import Pace


def pace() -> Pace:
    told = settings.OPERATION_SECONDS
    return Pace(poll=timedelta(seconds=told["poll"]), unmoved=timedelta(seconds=told["unmoved"]))


def backoff(failures: int) -> timedelta:
    """After so many looks in a row that failed: doubling from the usual period, a minute at the most."""
    return timedelta(seconds=min(settings.OPERATION_SECONDS["poll"] * 2 ** min(failures, 6), 60.0))
