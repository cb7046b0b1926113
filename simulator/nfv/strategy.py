"""A strategy of one cloud's VIM: phases, stages, steps, and how far they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from simulator.fleet import Cloud

BUSY = ("building", "applying", "aborting")
ENDED = ("success", "failed", "aborted")


@dataclass(slots=True)
class Step:
    """`seconds` is how long it takes (already divided by --speed), `hosts` whom it concerns.

    `begin` and `end` name what it does to the cloud (effects.py) when it begins and when it has succeeded.
    """

    name: str
    seconds: float
    hosts: tuple[str, ...] = ()
    begin: str = ""
    end: str = ""
    result: str = "initial"
    reason: str = ""
    started_at: float | None = None
    ended_at: float | None = None


@dataclass(slots=True)
class Stage:
    name: str
    steps: list[Step]

    @property
    def started_at(self) -> float | None:
        return self.steps[0].started_at if self.steps else None

    @property
    def result(self) -> str:
        results = [step.result for step in self.steps]
        return next((one for one in ("failed", "aborted", "initial") if one in results), "success")

    @property
    def done(self) -> int:
        return sum(step.result in ENDED for step in self.steps)

    @property
    def ended_at(self) -> float | None:
        over = self.result == "failed" or self.done == len(self.steps)
        return max((step.ended_at for step in self.steps if step.ended_at), default=None) if over else None


@dataclass(slots=True)
class Phase:
    """`reason` is why it failed; `response` what a service answered, as the VIM passes it on."""

    name: str
    stages: list[Stage] = field(default_factory=list)
    result: str = "initial"
    reason: str = ""
    response: str = ""
    started_at: float | None = None
    ended_at: float | None = None

    @property
    def steps(self) -> list[Step]:
        return [step for stage in self.stages for step in stage.steps]

    @property
    def in_progress(self) -> bool:
        return self.started_at is not None and self.ended_at is None

    @property
    def percent(self) -> int:
        """Steps that are done of all of them; nothing in between is made up."""
        if self.result == "success":
            return 100
        steps = self.steps
        return 100 * sum(step.result in ENDED for step in steps) // len(steps) if steps else 0


@dataclass(slots=True)
class VimStrategy:
    """`number` tells one strategy of a cloud from the next; `wanted` is what it was created with."""

    number: int
    cloud: Cloud
    kind: str
    wanted: dict[str, Any]
    created_at: float
    state: str = "initial"
    build: Phase = field(default_factory=lambda: Phase("build"))
    apply: Phase = field(default_factory=lambda: Phase("apply"))
    abort: Phase = field(default_factory=lambda: Phase("abort"))
    aborting: bool = False

    @property
    def uuid(self) -> str:
        return self.cloud.uuid("vim strategy", self.number)

    @property
    def phase(self) -> Phase:
        """The youngest phase that has begun."""
        return next((one for one in (self.abort, self.apply) if one.started_at is not None), self.build)

    @property
    def busy(self) -> bool:
        return self.state in BUSY

    def waiting(self) -> Iterator[Step]:
        return (step for step in self.phase.steps if step.result == "initial")
