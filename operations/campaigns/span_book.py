"""The free spans of a calendar, reckoned once and asked often."""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime, timedelta

from operations.campaigns.calendars import FOREVER, Calendar, free_spans
from operations.campaigns.windows import Span


class SpanBook:
    """Spans from `start` on, read as far as they are needed."""

    def __init__(self, calendar: Calendar, start: datetime, within: timedelta) -> None:
        self._source = free_spans(calendar, start, within=within)
        self._spans: list[Span] = []
        self._closes: list[datetime] = []

    def fit(self, at: datetime, needed: timedelta) -> datetime | None:
        """The first instant from `at` on at which work of `needed` can begin; None where there is none."""
        index = bisect_right(self._closes, at)
        while (span := self._span(index)) is not None:
            begin = max(span.opens, at)
            if span.closes >= FOREVER or span.closes - begin >= needed:
                return begin
            index += 1
        return None

    def _span(self, index: int) -> Span | None:
        while len(self._spans) <= index:
            span = next(self._source, None)
            if span is None:
                return None
            self._spans.append(span)
            self._closes.append(span.closes)
        return self._spans[index]
