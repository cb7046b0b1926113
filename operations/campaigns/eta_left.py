"""When a campaign that runs will end: what is left of its plan, laid into the calendar from now on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from operations.campaigns.calendars import Calendar
from operations.campaigns.durations import Duration
from operations.campaigns.eta import LEAD, Eta, estimate
from operations.campaigns.plan import Batch, Plan, PlanSite

SOON = timedelta(minutes=1)  # at least so long goes on what takes longer than it ever did


@dataclass(frozen=True, slots=True)
class BatchNow:
    """`left`: its sites that are not over; none when it is. `began_at`: when work began there, if it has."""

    left: frozenset[int]
    began_at: datetime | None = None
    ended_at: datetime | None = None


def estimate_left(
    plan: Plan, batches: Mapping[int, BatchNow], sites: Mapping[int, PlanSite], durations: Mapping[int, Duration],
    now: datetime, *, stopped: bool = False, lead: timedelta = LEAD,
) -> Eta:  # fmt: skip
    """`batches`: of every number of the plan. `stopped`: what has not begun never will.

    What runs has as much before it as is usually left after so long, and no window cuts it short: it has begun.
    """
    rest, start = _rest(plan, batches, now, stopped=stopped)
    running = {pk: each.began_at for each in batches.values() if each.began_at is not None for pk in each.left}
    known = {
        pk: replace(site, calendar=Calendar(site.calendar.zone, ())) if pk in running else site
        for pk, site in sites.items()
    }
    lasts = {pk: _less(lasting, now - running[pk]) if pk in running else lasting for pk, lasting in durations.items()}
    return estimate(rest, known.values(), lasts, start, lead)


def _rest(plan: Plan, batches: Mapping[int, BatchNow], now: datetime, *, stopped: bool) -> tuple[Plan, datetime]:
    """The plan without what is over, and when it can go on: the soak of a wave that is over may still last."""
    start, waves = now, []
    for wave in plan.waves:
        left = tuple(part for batch in wave.batches if (part := _part(batch, batches[batch.number], stopped=stopped)))
        if left:
            waves.append(replace(wave, batches=left))
            continue
        ended = [at for batch in wave.batches if (at := batches[batch.number].ended_at) is not None]
        start = max(start, *(at + wave.soak for at in ended)) if ended and not stopped else start
    numbers = {pk for wave in waves for pk in wave.sites}
    roster = tuple(row for row in plan.roster if row.id in numbers)
    return replace(plan, waves=tuple(waves), roster=roster), start


def _part(batch: Batch, seen: BatchNow, *, stopped: bool) -> Batch | None:
    if not seen.left or (stopped and seen.began_at is None):
        return None
    return replace(batch, sites=tuple(pk for pk in batch.sites if pk in seen.left))


def _less(lasting: Duration, gone: timedelta) -> Duration:
    return replace(lasting, p50=max(SOON, lasting.p50 - gone), p90=max(SOON, lasting.p90 - gone))
