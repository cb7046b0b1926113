"""Whose is the strategy in the slot? dcmanager's objects carry no tag, so it is told from all that is known of it.

Ours is only what a written intent asked for (design §6): type, arguments, parallelism and the set of steps agree, and
it was created just after the intent. What is near to that is foreign: shown, waited for, never touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from operations.campaigns.strategy import StrategySpec, derived_arguments, shown_arguments
from operations.planning.problems import listed
from starlingx.records import Strategy, StrategyStep

CLOCKS_AGREE = timedelta(seconds=2)  # the skew is read from a Date header, which tells whole seconds
CLOCKS_MAY_DIFFER = timedelta(seconds=10)


class Whose(StrEnum):
    OURS = "ours"
    FOREIGN = "foreign"
    DOUBT = "doubt"


@dataclass(frozen=True, slots=True)
class Ownership:
    """`why` is a sentence; "" for what is ours."""

    whose: Whose
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Creation:
    """Our written intent to create a strategy. `at`: by our clock. `sites`: names of all that should have a step.

    `answered_id`: the id in dcmanager's answer, where one came: then nothing is left to guess. `last_id`: the highest
    id of any strategy seen on that controller before. `confirmed` and `disowned`: ids that a person has decided about.
    """

    spec: StrategySpec
    apply_type: str
    max_parallel: int
    sites: frozenset[str]
    at: datetime
    answered_id: int | None = None
    last_id: int | None = None
    confirmed: int | None = None
    disowned: int | None = None


def whose(
    strategy: Strategy, steps: Iterable[StrategyStep], creation: Creation, *, skew: float, within: timedelta
) -> Ownership:
    """`skew`: seconds by which the controller's clock is ahead. `within`: how long a request may take to show."""
    if strategy.id == creation.disowned:
        return Ownership(Whose.FOREIGN, "Somebody said that it is not this campaign's.")
    differences = list(_differences(strategy, creation))
    if strategy.id in (creation.answered_id, creation.confirmed):
        if not differences:
            return Ownership(Whose.OURS)
        return Ownership(Whose.DOUBT, f"It has the number of ours, but {listed(differences)}.")
    if creation.answered_id is not None:
        return Ownership(Whose.FOREIGN, f"Ours has the number {creation.answered_id}, this one {strategy.id}.")
    if differences:
        return Ownership(Whose.FOREIGN, f"Not as was asked for: {listed(differences)}.")
    if creation.last_id is not None and strategy.id <= creation.last_id:
        return Ownership(Whose.FOREIGN, f"Number {strategy.id} was there before.")
    in_time = _in_time(strategy, creation, skew, within)
    if in_time.whose is Whose.FOREIGN:
        return in_time
    same = _same_steps({step.cloud for step in steps}, creation.sites)
    return same if same.whose is not Whose.OURS else in_time


def _differences(strategy: Strategy, creation: Creation) -> Iterator[str]:
    spec = creation.spec
    if strategy.type != spec.kind:
        yield f"its type is {strategy.type}"
    if strategy.max_parallel_subclouds != creation.max_parallel:
        yield f"it works on {strategy.max_parallel_subclouds} at once, not on {creation.max_parallel}"
    if strategy.subcloud_apply_type != creation.apply_type:
        yield f"its apply type is {strategy.subcloud_apply_type or 'not told'}"
    if strategy.stop_on_failure is not False:
        yield "it stops on the first failure"
    derived = derived_arguments(spec)
    wanted, told = dict(shown_arguments(spec)), dict(strategy.arguments)
    for name in sorted(wanted.keys() | told.keys()):
        if wanted.get(name) != told.get(name) and not (name in derived and name not in wanted):
            yield f"{name} is {told.get(name) or 'not set'}, not {wanted.get(name) or 'unset'}"


def _in_time(strategy: Strategy, creation: Creation, skew: float, within: timedelta) -> Ownership:
    """Whether our request can have made it."""
    if strategy.created_at is None:
        return Ownership(Whose.DOUBT, "When it was created is not told.")
    after = strategy.created_at - timedelta(seconds=skew) - creation.at
    if after < -CLOCKS_MAY_DIFFER:
        return Ownership(Whose.FOREIGN, "It was created before this campaign asked for one.")
    if after < -CLOCKS_AGREE:
        return Ownership(Whose.DOUBT, "It was created at about the time this campaign asked for one, perhaps before.")
    if after > within:
        return Ownership(Whose.FOREIGN, "It was created too long after this campaign asked for one.")
    return Ownership(Whose.OURS)


def _same_steps(seen: set[str], planned: frozenset[str]) -> Ownership:
    extra, missing = sorted(seen - planned), sorted(planned - seen)
    if extra:
        return Ownership(Whose.FOREIGN, f"It works on sites that were not asked for: {listed(extra, 5)}.")
    if missing:
        return Ownership(Whose.DOUBT, f"It looks like ours, but has no step for {listed(missing, 5)}.")
    return Ownership(Whose.OURS)


def described(strategy: Strategy) -> str:
    """A strategy in words, for whoever waits for it."""
    arguments = ", ".join(f"{name} {text}" for name, text in strategy.arguments)
    number = f"{strategy.type} strategy {strategy.id}"
    return f"{number} ({arguments}), {strategy.state}" if arguments else f"{number}, {strategy.state}"
