"""Steps of our strategy by the sites they are for, though a site is renamed or removed while it runs.

dcmanager tells a step by the name that its subcloud has now, and tells none of a subcloud that was removed. So a step
is known by its id, from the first look at it, and one that was seen once is kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from operations.campaigns.batch import Memory
from operations.campaigns.turn import Turn
from starlingx.records import StrategyStep


def with_own_steps(turn: Turn) -> Turn:
    """The turn that remembers which step is whose, its steps named as the batch names its sites."""
    ids = dict(turn.memory.steps)
    by_name = {step.cloud: step.id for step in turn.seen.steps if step.id not in ids.values()}
    for member in turn.memory.roster:
        if member.dcmanager_id not in ids and (found := by_name.get(turn.name_of(member))) is not None:
            ids[member.dcmanager_id] = found
    if len(ids) > len(turn.memory.steps):
        turn = turn.remember(steps=tuple(ids.items()))
    return replace(turn, seen=replace(turn.seen, steps=named(turn.memory, turn.seen.steps)))


def named(memory: Memory, steps: Iterable[StrategyStep]) -> tuple[StrategyStep, ...]:
    """With the names that the sites had when the batch began."""
    sites = {member.dcmanager_id: member.name for member in memory.roster}
    names = {step: sites[site] for site, step in memory.steps if site in sites}
    return tuple(replace(step, cloud=names.get(step.id, step.cloud)) for step in steps)


def kept(memory: Memory, steps: Iterable[StrategyStep], earlier: Iterable[StrategyStep]) -> tuple[StrategyStep, ...]:
    """Those seen now, and as they were last those that are not seen any more."""
    now = named(memory, steps)
    seen = {step.id for step in now}
    return (*now, *(step for step in earlier if step.id not in seen))
