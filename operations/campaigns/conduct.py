"""Which batches of a campaign are to be driven now: one at each System Controller, wave by wave, with soak between.

Batches at different System Controllers run truly in parallel; a wave begins when the one before is over everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from operations.campaigns.calendars import Opening
from operations.campaigns.plan import Batch, Plan, Wave
from operations.campaigns.room import Rooms


class BatchState(StrEnum):
    """BEGUN: its roster is written and it is not over."""

    PENDING = "pending"
    BEGUN = "begun"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class BatchStatus:
    """`sites`: the roster of one that has begun. `over_at`: when it was over."""

    state: BatchState = BatchState.PENDING
    sites: frozenset[int] = frozenset()
    over_at: datetime | None = None


class Phase(StrEnum):
    RUNNING = "running"
    SOAKING = "soaking"
    AWAITING = "awaiting"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Course:
    """`drive`: numbers of batches to look at and decide about, each with why it must not begin ("": it may).

    `close`: batches that nothing runs of any more. `wave`: the one that runs, soaks or waits for approval; `until`:
    when its soak is over; `opens`: when the next window opens, where none is open for anything that is to come in it.
    `message` names no site. Beginning changes what others may do: write a roster only where this was asked in the same
    transaction.
    """

    phase: Phase
    drive: Mapping[int, str]
    close: tuple[int, ...] = ()
    wave: int | None = None
    until: datetime | None = None
    opens: datetime | None = None
    message: str = ""


PENDING = BatchStatus()
ALL_APPROVED: Mapping[int, str] = {}


def conduct(
    plan: Plan,
    statuses: Mapping[int, BatchStatus],
    now: datetime,
    opening: Callable[[Batch], Opening],
    *,
    rooms: Rooms | None = None,
    unsettled: Callable[[int], str] = lambda wave: "",
    stop: str = "",
    unapproved: Mapping[int, str] = ALL_APPROVED,
) -> Course:
    """`statuses` by batch number; one that is absent is pending. `opening`: whether a batch may begin now, by windows.

    `unsettled`: why the soak of a wave is not over though its time is; "" where it is. `unapproved`: why nothing of a
    wave may begin before somebody approves it, by its number. `stop`: why no further site starts, for good. What has
    begun is always driven on.
    """
    rooms = rooms or Rooms(plan)
    begun = {number: "" for number, each in statuses.items() if each.state is BatchState.BEGUN}
    if stop:
        pending = tuple(batch.number for _, batch in plan.batches if _state(statuses, batch) is BatchState.PENDING)
        return Course(Phase.RUNNING if begun else Phase.OVER, begun, pending, message=stop)
    wave, until, told = _current(plan, statuses, now, unsettled)
    if wave is None:
        return Course(Phase.OVER, begun)
    if until is not None:
        return Course(Phase.SOAKING, begun, wave=wave.number, until=until, message=f"{wave.name}: {told}")
    if why := unapproved.get(wave.number):
        return Course(Phase.AWAITING, begun, wave=wave.number, message=f"{wave.name}: {why}")
    running = [site for each in statuses.values() if each.state is BatchState.BEGUN for site in each.sites]
    drive = dict(begun)
    drive |= _candidates(wave, statuses, opening, lambda batch: rooms.why_not(batch, running))
    opens, closed = _closed([opening(batch) for batch in _pending(wave, statuses)], bool(begun))
    return Course(Phase.RUNNING, drive, wave=wave.number, opens=opens, message=f"{wave.name}: {closed or 'running.'}")


def _pending(wave: Wave, statuses: Mapping[int, BatchStatus]) -> list[Batch]:
    return [batch for batch in wave.batches if _state(statuses, batch) is BatchState.PENDING]


def _closed(openings: Sequence[Opening], runs: bool) -> tuple[datetime | None, str]:
    """When the first window opens and how that is said, where none is open; (None, "") where one is."""
    if not openings or any(told.is_open for told in openings):
        return None, ""
    soonest = min((told.opens for told in openings if told.opens is not None), default=None)
    if soonest is None:
        return None, "no window within two years is long enough for any site that is to come."
    left = ", and what runs is left to finish" if runs else ""
    return soonest, f"no window is open for long enough{left}. It goes on {soonest:%Y-%m-%d %H:%M} UTC."


def _of(statuses: Mapping[int, BatchStatus], batch: Batch) -> BatchStatus:
    return statuses.get(batch.number, PENDING)


def _state(statuses: Mapping[int, BatchStatus], batch: Batch) -> BatchState:
    return _of(statuses, batch).state


def _current(
    plan: Plan, statuses: Mapping[int, BatchStatus], now: datetime, unsettled: Callable[[int], str]
) -> tuple[Wave | None, datetime | None, str]:
    """The wave that runs, or the one that soaks, until when and why. After the last wave nothing need soak but the
    last."""
    for wave in plan.waves:
        if any(_state(statuses, batch) is not BatchState.OVER for batch in wave.batches):
            return wave, None, ""
        until = soak_end((_of(statuses, batch).over_at for batch in wave.batches), wave.soak)
        if until is not None and until > now:
            return wave, until, "soaking."
        if until is not None and (why := unsettled(wave.number)):
            return wave, until, f"soaked. {why}"
    return None, None, ""


def soak_end(ended: Iterable[datetime | None], soak: timedelta) -> datetime | None:
    """Of a wave whose batches are all over; None where it has no soak, or nothing ended."""
    known = [at for at in ended if at is not None]
    return max(known) + soak if known and soak else None


def _candidates(
    wave: Wave,
    statuses: Mapping[int, BatchStatus],
    opening: Callable[[Batch], Opening],
    why_not: Callable[[Batch], str],
) -> dict[int, str]:
    """For each System Controller that has nothing under way: its first batch that may begin now, else the next to be
    able to; by number, with why it must not begin."""
    pending: dict[str, list[Batch]] = {}
    busy = set()
    for batch in wave.batches:
        state = _state(statuses, batch)
        if state is BatchState.PENDING:
            pending.setdefault(batch.controller, []).append(batch)
        elif state is BatchState.BEGUN:
            busy.add(batch.controller)
    free = [batches for controller, batches in sorted(pending.items()) if controller not in busy]
    return {batch.number: why for batch, why in (_first(batches, opening, why_not) for batches in free)}


def _first(
    batches: list[Batch], opening: Callable[[Batch], Opening], why_not: Callable[[Batch], str]
) -> tuple[Batch, str]:
    """One that neighbours or limits keep back lets those after it go first: its System Controller need not idle."""
    kept_back: tuple[Batch, str] | None = None
    soonest: tuple[datetime, Batch] | None = None
    for batch in batches:
        told = opening(batch)
        if told.is_open:
            why = why_not(batch)
            if not why:
                return batch, ""
            kept_back = kept_back or (batch, why)
        elif told.opens is not None and (soonest is None or told.opens < soonest[0]):
            soonest = told.opens, batch
    if kept_back is not None:
        return kept_back
    batch = soonest[1] if soonest else batches[0]
    return batch, why_not(batch)
