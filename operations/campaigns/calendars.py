"""When work may be done at a site: its windows without the freezes, and whether what begins now can end in time."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from operations.campaigns.site_time import lasting, moment, shown, zone_named
from operations.campaigns.windows import LAST_DATE, Span, WindowRule, windows_from
from operations.planning.problems import listed

HORIZON = timedelta(days=800)
FOREVER = datetime(9990, 1, 1, tzinfo=UTC)
MIDNIGHT = time(0)
MOST_NAMED = 3  # windows, where a sentence says why none is open


@dataclass(frozen=True, slots=True)
class Freeze:
    """No work from the beginning of `first` to the end of `last`, in `region` ("": everywhere).

    `zone` is an IANA name; "" means each site's own. Raises ValueError for what could never be a freeze.
    """

    name: str
    first: date
    last: date
    region: str = ""
    zone: str = ""

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"Freeze {self.name}: it ends on {self.last}, before it begins on {self.first}.")
        if self.last >= LAST_DATE:
            raise ValueError(f"Freeze {self.name}: {self.last} is too far away.")
        if self.zone:
            zone_named(self.zone)

    def span(self, site: ZoneInfo) -> Span:
        """Where midnight is skipped or shown twice, the longer of the two readings: frozen is the safe side."""
        zone = zone_named(self.zone) if self.zone else site
        closes = moment(self.last + timedelta(days=1), MIDNIGHT, zone, last=True)
        return Span(moment(self.first, MIDNIGHT, zone).at, closes.at, self.name)


@dataclass(frozen=True, slots=True)
class Calendar:
    """What decides when a site may be worked on. Without `rules` any time is right, but for the freezes."""

    zone: ZoneInfo
    rules: tuple[WindowRule, ...] = ()
    freezes: tuple[Freeze, ...] = ()


def calendar_of(
    zone: ZoneInfo, region: str, rules: Iterable[WindowRule] = (), freezes: Iterable[Freeze] = (), *, also: str = ""
) -> Calendar:
    """With those of the freezes that hold for sites of `region`, or of the region `also`."""
    return Calendar(zone, tuple(rules), tuple(each for each in freezes if each.region in ("", region, also)))


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether work may begin. `until`: when it must have ended; None where nothing ends it. `reason`: why not.

    `opens`: when it may begin next (now, if it may); None where it may not within two years.
    """

    is_open: bool
    until: datetime | None = None
    opens: datetime | None = None
    reason: str = ""


def free_spans(calendar: Calendar, after: datetime, *, within: timedelta = HORIZON) -> Iterator[Span]:
    """Spans in which work may be done, in order, cut at `after`; windows that touch are one. Until `within` is over."""
    end = after + within
    frozen = sorted((freeze.span(calendar.zone) for freeze in calendar.freezes), key=lambda span: span.opens)
    for span in _joined(_windows(calendar, after)):
        if span.opens >= end:
            return
        yield from _without(Span(max(span.opens, after), span.closes, span.name, span.note), frozen)


def open_at(calendar: Calendar, at: datetime) -> Opening:
    """Whether `at` lies in a window and in no freeze; if not, why, and when it does next."""
    span = next(free_spans(calendar, at), None)
    if span is None:
        return Opening(False, reason=_why_closed(calendar, at) + " It does not open within two years.")
    if not span.holds(at):
        again = f" It opens {shown(span.opens, calendar.zone)}."
        return Opening(False, opens=span.opens, reason=_why_closed(calendar, at) + again)
    return Opening(True, _end(span), at)


def fits(calendar: Calendar, at: datetime, needed: timedelta) -> Opening:
    """Whether work that takes `needed` (its P90) may begin at `at` and will have ended before window and freeze say so.

    If not, `opens` is when it can: a window that is open and too short is no place to begin.
    """
    opening = open_at(calendar, at)
    if opening.is_open and (opening.until is None or opening.until - at >= needed):
        return opening
    start = first_fit(calendar, at, needed)
    reason = _too_late(calendar, at, needed, opening.until) if opening.until else _why_closed(calendar, at)
    if start is None:
        told = f"{reason} It takes up to {lasting(needed)}: no window within two years is as long."
    else:
        told = f"{reason} It fits from {shown(start, calendar.zone)} on."
    return Opening(False, opening.until, start, told)


def fits_all(calendars: Iterable[Calendar], at: datetime, needed: timedelta) -> Opening:
    """Whether work may begin at all sites of a batch; the first calendar that forbids it speaks.

    `until`: the soonest at which one of them closes. `opens` is that calendar's own: ask again then.
    """
    until: datetime | None = None
    for calendar in calendars:
        told = fits(calendar, at, needed)
        if not told.is_open:
            return told
        until = min((end for end in (until, told.until) if end is not None), default=None)
    return Opening(True, until, at)


def first_fit(calendar: Calendar, after: datetime, needed: timedelta) -> datetime | None:
    """The first instant from `after` on at which work of `needed` can begin; None where there is none in two years."""
    spans = free_spans(calendar, after)
    return next((span.opens for span in spans if span.length >= needed), None)


def _windows(calendar: Calendar, after: datetime) -> Iterator[Span]:
    if not calendar.rules:
        return iter((Span(after, FOREVER),))
    each = (windows_from(rule, calendar.zone, after) for rule in calendar.rules)
    return heapq.merge(*each, key=lambda span: span.opens)


def _joined(spans: Iterator[Span]) -> Iterator[Span]:
    """Spans in order of opening, those that touch or overlap made one."""
    held: Span | None = None
    for span in spans:
        if held is None or span.opens > held.closes:
            if held is not None:
                yield held
            held = span
        else:
            names = held.name if span.name in held.name.split(", ") else f"{held.name}, {span.name}"
            held = Span(held.opens, max(held.closes, span.closes), names, held.note or span.note)
            if held.length > HORIZON / 2:
                yield Span(held.opens, FOREVER, held.name, held.note)  # all year round without a gap
                return
    if held is not None:
        yield held


def _without(span: Span, frozen: list[Span]) -> Iterator[Span]:
    opens = span.opens
    for freeze in frozen:
        if freeze.opens >= span.closes:
            break
        if freeze.closes <= opens:
            continue
        if freeze.opens > opens:
            yield Span(opens, freeze.opens, span.name, span.note)
        opens = freeze.closes
    if opens < span.closes:
        yield Span(opens, span.closes, span.name, span.note)


def _end(span: Span) -> datetime | None:
    return None if span.closes >= FOREVER else span.closes


def _why_closed(calendar: Calendar, at: datetime) -> str:
    for freeze in calendar.freezes:
        if freeze.span(calendar.zone).holds(at):
            return f"Frozen: {freeze.name} ({freeze.first} to {freeze.last})."
    return f"Outside its windows, {calendar.zone.key}: {listed([rule.told for rule in calendar.rules], MOST_NAMED)}."


def _too_late(calendar: Calendar, at: datetime, needed: timedelta, until: datetime) -> str:
    by = next(
        (f"freeze {each.name} begins" for each in calendar.freezes if each.span(calendar.zone).opens == until), ""
    )
    end = f"{by or 'the window closes'} {shown(until, calendar.zone)}"
    return f"It takes up to {lasting(needed)}, and {end}, in {lasting(until - at)}."
