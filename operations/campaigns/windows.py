"""Maintenance windows: when a rule opens and closes in a site's local time.

A window given by its `end` closes when the clocks show it; one given by its `duration` lasts that long in real time.
Where clocks change: a start that is skipped opens at the jump; one that is shown twice opens at the first, once. An end
that is skipped closes at the jump; one that is shown twice closes at the first, so never later than was promised.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from operations.campaigns.site_time import moment

DAY = timedelta(days=1)
LONGEST = timedelta(days=7)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LAST_DATE = date(9990, 1, 1)


@dataclass(frozen=True, slots=True)
class WindowRule:
    """On `weekdays` (0 is Monday) a window opens at `start`, local time. Exactly one of `end` and `duration` is given.

    An `end` that is not after `start` is on the day after. Raises ValueError for what could never be a window.
    """

    name: str
    weekdays: frozenset[int]
    start: time
    end: time | None = None
    duration: timedelta | None = None

    def __post_init__(self) -> None:
        if not self.weekdays or not self.weekdays <= frozenset(range(7)):
            raise ValueError(f"Window {self.name}: choose weekdays, numbered from 0 (Monday) to 6 (Sunday).")
        if (self.end is None) == (self.duration is None):
            raise ValueError(f"Window {self.name}: give either its end or its duration.")
        if self.start.tzinfo is not None or (self.end is not None and self.end.tzinfo is not None):
            raise ValueError(f"Window {self.name}: its times are local to each site and carry no zone.")
        if any(at is not None and (at.second or at.microsecond) for at in (self.start, self.end)):
            raise ValueError(f"Window {self.name}: its times are whole minutes.")
        if self.duration is not None and not timedelta(minutes=1) <= self.duration <= LONGEST:
            raise ValueError(f"Window {self.name}: its duration must be between a minute and seven days.")

    @property
    def told(self) -> str:
        """`Night (Monday, Friday 01:30 to 03:30)`."""
        days = "every day" if len(self.weekdays) == len(DAYS) else ", ".join(DAYS[day] for day in sorted(self.weekdays))
        if self.end is not None:
            return f"{self.name} ({days} {self.start:%H:%M} to {self.end:%H:%M})"
        minutes = round((self.duration or DAY).total_seconds() / 60)
        return f"{self.name} ({days} {self.start:%H:%M} for {minutes} min)"


@dataclass(frozen=True, slots=True)
class Span:
    """From `opens` (included) to `closes` (not included), both UTC. `name`: of the windows or the freeze it comes from.

    `note`: what a change of clocks does to it, "" on ordinary days.
    """

    opens: datetime
    closes: datetime
    name: str = ""
    note: str = ""

    @property
    def length(self) -> timedelta:
        return self.closes - self.opens

    def holds(self, at: datetime) -> bool:
        return self.opens <= at < self.closes


def next_windows(rule: WindowRule, zone: ZoneInfo, after: datetime, count: int) -> tuple[Span, ...]:
    """The next `count` windows, the one that is open at `after` included. On a night it cannot open it is left out."""
    return tuple(islice(windows_from(rule, zone, after), count))


def windows_from(rule: WindowRule, zone: ZoneInfo, after: datetime) -> Iterator[Span]:
    """Windows that close after `after`, in order. Without end: take as many as are needed."""
    day = after.astimezone(zone).date() - (rule.duration or DAY) - 2 * DAY
    while day < LAST_DATE:
        if day.weekday() in rule.weekdays:
            span = window_on(rule, day, zone)
            if span.length > timedelta(0) and span.closes > after.astimezone(UTC):
                yield span
        day += DAY


def window_on(rule: WindowRule, day: date, zone: ZoneInfo) -> Span:
    """The window whose start is on `day`; of length 0 where the clocks jump over all of it."""
    opens = moment(day, rule.start, zone)
    if rule.end is None:
        return Span(opens.at, opens.at + (rule.duration or DAY), rule.name, opens.note)
    closes = moment(day if rule.end > rule.start else day + DAY, rule.end, zone)
    notes = [opens.note, closes.note, _unusual(rule, closes.at - opens.at)]
    return Span(opens.at, max(opens.at, closes.at), rule.name, " ".join(note for note in notes if note))


def _unusual(rule: WindowRule, length: timedelta) -> str:
    """What to say of a window that is longer or shorter than its wall times read."""
    start, end = (datetime.combine(date.min, at) for at in (rule.start, rule.end or rule.start))
    usual = end - start if end > start else end - start + DAY
    if length == usual:
        return ""
    minutes = round(abs(length - usual).total_seconds() / 60)
    return f"The clocks change: it is {minutes} min {'longer' if length > usual else 'shorter'} than usual."
