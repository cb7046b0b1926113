"""Timestamps of StarlingX, which come in two shapes and mostly without a zone, as aware UTC datetimes."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

LONGEST_TIMESTAMP = 40


def parse_timestamp(value: object) -> datetime | None:
    """Read `2026-11-22 06:25:11.259508`, the same with T, with or without zone or fraction; null and nonsense are None.

    Services write UTC and leave the zone out (starlingx-dcmanager.md trap 12), so a missing zone means UTC.
    """
    if not isinstance(value, str) or len(value) > LONGEST_TIMESTAMP:
        return None
    try:
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=64)
def parse_http_date(value: str) -> float | None:
    """Seconds since the epoch of an HTTP `Date` header. Cached: a sweep of the fleet sees the same second often."""
    try:
        moment = parsedate_to_datetime(value)
        return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
