"""When a campaign ends: its batches are laid into the calendar, once with usual durations and once with long ones.

It goes as conduct.py does: one batch at each System Controller at a time, the first that fits, wave by wave with soak.
A batch begins only where a site's P90 fits its window. In the P90 every batch takes its P90: rather late than soon.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from operations.campaigns.calendars import HORIZON, Calendar, free_spans
from operations.campaigns.durations import P50, P90, Duration, slowest
from operations.campaigns.plan import Batch, Plan, PlanSite, Wave
from operations.campaigns.site_time import lasting
from operations.campaigns.span_book import SpanBook
from operations.campaigns.waves import SAME_WINDOWS
from operations.planning.problems import listed

LEAD = timedelta(minutes=8)  # group, moves, strategy and its check before a site begins; archive, delete, checks after
MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """Sites that cannot be worked on as planned, and why. `key`: "window-too-short" or "too-long"."""

    key: str
    sites: tuple[int, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class WaveEnd:
    """When a wave begins, and when it has soaked."""

    number: int
    name: str
    begins: datetime | None
    ends: datetime


@dataclass(frozen=True, slots=True)
class Eta:
    """`p50` and `p90` None: it never ends as planned, see `findings`. `begins`: when each batch begins, usually.

    `estimated`: for how many sites nothing was learned yet. `waiting`: how much of the time nothing runs anywhere,
    usually: windows, freezes and soak.
    """

    p50: datetime | None
    p90: datetime | None
    waves: tuple[WaveEnd, ...]
    begins: Mapping[int, datetime]
    findings: tuple[Finding, ...]
    estimated: int
    waiting: timedelta

    def note(self, of: int) -> str:
        """What is uncertain about the end, or why there is none; "" where all durations were learned. `of`: sites."""
        if self.findings:
            return self.findings[0].sentence
        told = f"For {self.estimated} of {of} sites nothing was learned yet: their durations are estimates."
        return told if self.estimated else ""


@dataclass(frozen=True, slots=True)
class _Job:
    """A batch with what it needs: `fit` in its window, `lasts` when it runs."""

    batch: Batch
    calendars: frozenset[Calendar]
    fit: timedelta
    lasts: timedelta


@dataclass(slots=True)
class _Run:
    """One way it may go."""

    end: datetime
    begins: dict[int, datetime]
    waves: list[WaveEnd]
    spans: list[tuple[datetime, datetime]]


class _Sites:
    """What is known of the sites, and their calendars as books."""

    def __init__(
        self, sites: Iterable[PlanSite], durations: Mapping[int, Duration], start: datetime, lead: timedelta
    ) -> None:
        self.by_id = {site.id: site for site in sites}
        self.lead = lead
        self._durations, self._start = durations, start
        self._books: dict[Calendar, SpanBook] = {}

    def job(self, batch: Batch, share: float) -> _Job:
        each = [self._durations[number] for number in batch.sites]
        counts = tuple(sorted(Counter(each).items(), key=lambda pair: (pair[0].p90, pair[0].p50, pair[0].count)))
        calendars = frozenset(self.by_id[number].calendar for number in batch.sites)
        return _Job(
            batch, calendars, max(duration.p90 for duration in each) + self.lead, slowest(counts, share) + self.lead
        )

    def first(self, job: _Job, at: datetime) -> datetime | None:
        """When a batch can begin at the soonest: all its calendars must have room. They are mostly one."""
        while True:
            starts = [self._book(calendar).fit(at, job.fit) for calendar in job.calendars]
            if any(start is None for start in starts):
                return None
            latest = max(start for start in starts if start is not None)
            if latest == at:
                return at
            at = latest

    def _book(self, calendar: Calendar) -> SpanBook:
        if calendar not in self._books:
            self._books[calendar] = SpanBook(calendar, self._start, HORIZON)
        return self._books[calendar]


def estimate(
    plan: Plan, sites: Iterable[PlanSite], durations: Mapping[int, Duration], start: datetime, lead: timedelta = LEAD
) -> Eta:
    """`sites`: at least those of the plan. `durations`: of each of its sites. `lead`: what a batch takes around them.
    Deterministic."""
    known = _Sites(sites, durations, start, lead)
    usual, late = (_run(plan.waves, known, start, share) for share in (P50, P90))
    short = tuple(_too_short(plan, known, start))
    findings = (*short, *_too_long(plan, late, {number for finding in short for number in finding.sites}))
    never = any(finding.key == "window-too-short" for finding in findings) or len(usual.begins) < len(plan.numbers)
    return Eta(
        p50=None if never else usual.end,
        p90=None if findings else max(late.end, usual.end),
        waves=tuple(usual.waves),
        begins=usual.begins,
        findings=findings,
        estimated=sum(durations[row.id].is_estimate for row in plan.roster),
        waiting=_waiting(usual.spans, start, usual.end),
    )


def _run(waves: Iterable[Wave], known: _Sites, start: datetime, share: float) -> _Run:
    run, at = _Run(start, {}, [], []), start
    for wave in waves:
        began, ends = [], [at]
        for controller in dict.fromkeys(batch.controller for batch in wave.batches):
            jobs = [known.job(batch, share) for batch in wave.batches if batch.controller == controller]
            for job, begin in _one_after_another(jobs, known, at):
                run.begins[job.batch.number] = begin
                run.spans.append((begin, begin + job.lasts))
                began.append(begin)
                ends.append(begin + job.lasts)
        at = max(ends) + wave.soak
        run.waves.append(WaveEnd(wave.number, wave.name, min(began, default=None), at))
    run.end = at
    return run


def _one_after_another(jobs: Iterable[_Job], known: _Sites, at: datetime) -> Iterable[tuple[_Job, datetime]]:
    """Each job with its begin: whenever the slot is free, the one that can begin first, in the order of the plan.

    Jobs that need the same of the same calendars are interchangeable, so only the first of each kind is asked.
    """
    kinds: dict[tuple[frozenset[Calendar], timedelta], deque[tuple[int, _Job]]] = {}
    for place, job in enumerate(jobs):
        kinds.setdefault((job.calendars, job.fit), deque()).append((place, job))
    while kinds:
        options = []
        for kind, queue in list(kinds.items()):
            begin = known.first(queue[0][1], at)
            if begin is None:
                del kinds[kind]  # told as a finding
            else:
                options.append((begin, queue[0][0], kind))
        if not options:
            return
        begin, _, kind = min(options, key=lambda option: option[:2])
        _, job = kinds[kind].popleft()
        if not kinds[kind]:
            del kinds[kind]
        yield job, begin
        at = begin + job.lasts


def _too_short(plan: Plan, known: _Sites, start: datetime) -> Iterable[Finding]:
    """Batches whose windows are not long enough, or only on the night that is longer because clocks change."""
    stuck: dict[timedelta, list[int]] = {}
    usual: dict[tuple[Calendar, timedelta], bool] = {}
    for _, batch in plan.batches:
        job = known.job(batch, P90)
        for calendar in job.calendars:
            key = (calendar, job.fit)
            if key not in usual:
                usual[key] = _holds(calendar, start, job.fit)
        if not all(usual[calendar, job.fit] for calendar in job.calendars) or known.first(job, start) is None:
            stuck.setdefault(job.fit, []).extend(batch.sites)
    for needed, numbers in sorted(stuck.items()):
        names = listed(sorted(known.by_id[number].name for number in numbers), MOST_NAMED)
        sentence = (
            f"Their windows do not hold {lasting(needed)}, which {len(numbers)} sites may take (P90 and"
            f" {lasting(known.lead)} around it): {names}. Widen the window, or change the freezes."
        )
        yield Finding("window-too-short", tuple(sorted(numbers)), sentence)


def _holds(calendar: Calendar, start: datetime, needed: timedelta) -> bool:
    """Whether an ordinary window is long enough, freezes aside."""
    spans = free_spans(replace(calendar, freezes=()), start, within=SAME_WINDOWS)
    return any(not span.note and span.length >= needed for span in spans)


def _too_long(plan: Plan, late: _Run, told: set[int]) -> Iterable[Finding]:
    """Batches that fit somewhere, and whose turn never comes while it does."""
    missing = (batch for _, batch in plan.batches if batch.number not in late.begins)
    left = [batch for batch in missing if not told.issuperset(batch.sites)]
    if left:
        numbers = tuple(sorted(number for batch in left for number in batch.sites))
        yield Finding("too-long", numbers, f"{len(numbers)} sites do not get their turn within two years.")


def _waiting(spans: Iterable[tuple[datetime, datetime]], start: datetime, end: datetime) -> timedelta:
    """Time from `start` to `end` in which no batch runs anywhere."""
    idle, at = timedelta(0), start
    for begins, ends in sorted(spans):
        if begins > at:
            idle += begins - at
        at = max(at, ends)
    return idle + max(end - at, timedelta(0))
