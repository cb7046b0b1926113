"""One look at a System Controller for a batch: the slot, its steps, the groups, and who is in which."""

from datetime import datetime

from django.utils import timezone

from operations.campaigns.batch import Look, Memory, Placed
from starlingx.dcmanager import DcManager
from starlingx.records import SubcloudGroup
from starlingx.session import CloudSession
from starlingx.strategies import Strategies

LOOK_SECONDS = 15.0
LIST_SECONDS = 60.0  # as long as the collector gives it: a list of thousands costs a busy dcmanager seconds
TO_WRITE = 5.0  # seconds of the lease, for what follows from the look
MOVING = ("initial",)


async def look(session: CloudSession, label: str, memory: Memory, now: datetime, until: datetime) -> Look:
    """Raises StarlingXError. The list of all subclouds is dear at the controller (half a second of its time for a
    thousand): it is asked only while sites are, or may be, on their way into or out of a group. It is waited for as
    long as the collector waits, but not beyond the lease, which ends `until`: somebody else would look meanwhile."""
    dcmanager, strategies = DcManager(session), Strategies(session)
    strategy = await strategies.strategy(timeout=LOOK_SECONDS)
    steps = await strategies.steps(timeout=LOOK_SECONDS) if strategy is not None else []
    groups = await dcmanager.groups(timeout=LOOK_SECONDS)
    ours_there = any(group.name.startswith(f"{label}-") or _is_own(memory, group) for group in groups)
    runs = strategy is not None and strategy.id == memory.strategy_id and strategy.state not in MOVING
    listed = []
    if ours_there or not (runs or memory.archived):
        listed = await dcmanager.subclouds(timeout=_for_the_list(until))
    return Look(
        at=now,
        strategy=strategy,
        steps=tuple(steps),
        groups=tuple(groups),
        subclouds={one.id: Placed(one.name, one.group_id, one.region_name) for one in listed},
        skew=session.server_clock_skew or 0.0,
    )


def _for_the_list(until: datetime) -> float:
    """Seconds. Where hardly any are left, those that were kept for writing: a list that takes longer than that is for
    the next look, which has a lease of its own."""
    left = (until - timezone.now()).total_seconds() - TO_WRITE
    return max(TO_WRITE, min(left, LIST_SECONDS))


def _is_own(memory: Memory, group: SubcloudGroup) -> bool:
    """Whatever somebody calls it now."""
    return any(own.is_(group) for own in memory.groups)
