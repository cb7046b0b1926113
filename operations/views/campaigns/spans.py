"""Windows as pages write them: in the time of the site, and in UTC beside it, so that nobody has to reckon."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from operations.campaigns.calendars import Calendar, free_spans
from operations.campaigns.windows import Span

Row = tuple[str, str, str]  # there, in UTC ("" where that is the same), what a change of clocks does to it
OCCURRENCES = 3
A_WEEK = timedelta(days=6)  # from here on a weekday does not tell which day it is


def next_spans(calendar: Calendar, at: datetime) -> list[Row]:
    """The next ones in which work is allowed."""
    return told(islice(free_spans(calendar, at), OCCURRENCES), calendar.zone)


def told(spans: Iterable[Span], zone: ZoneInfo) -> list[Row]:
    found = []
    for span in spans:
        there = _between(span.opens.astimezone(zone), span.closes.astimezone(zone))
        utc = _between(span.opens.astimezone(UTC), span.closes.astimezone(UTC))
        found.append((there, "" if there == utc else utc, span.note))
    return found


def _between(opens: datetime, closes: datetime) -> str:
    """`Thu 2026-11-26 22:00 – Fri 04:00`."""
    if closes - opens >= A_WEEK:
        until = f"{closes:%a %Y-%m-%d %H:%M}"
    else:
        until = f"{closes:%H:%M}" if closes.date() == opens.date() else f"{closes:%a %H:%M}"
    return f"{opens:%a %Y-%m-%d %H:%M} – {until}"
