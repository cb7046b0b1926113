"""A strategy and its steps, and what an action on a step can come to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from simulator.fleet import CloudKey

ENDED = ("complete", "failed", "aborted")
MAX_DETAILS = 1000


@dataclass(slots=True)
class Step:
    """One subcloud's; `failed_queries` counts how often in a row its VIM did not answer."""

    id: int
    key: CloudKey
    name: str
    created_at: float
    state: str = "initial"
    details: str = ""
    started_at: float | None = None
    finished_at: float | None = None
    updated_at: float | None = None
    sent: bool = False
    polls: int = 0
    failed_queries: int = 0

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    @property
    def stage(self) -> str:
        if self.state == "initial":
            return "Create"
        return "Complete" if self.ended else "Apply"


@dataclass(slots=True)
class Strategy:
    """`apply_type` None where neither the request nor a group gave one. `steps` are in the order of their ids.

    `major`: a step has found that its subcloud is to get another major release.
    """

    id: int
    controller: int
    kind: str
    apply_type: str | None
    parallel: int
    stop_on_failure: bool
    extra: dict[str, Any] | None
    created_at: float
    state: str = "initial"
    updated_at: float | None = None
    steps: list[Step] = field(default_factory=list)
    major: bool = False

    @property
    def arguments(self) -> dict[str, Any]:
        return self.extra or {}

    def window(self) -> list[Step]:
        """The steps that may run now: the first of those that have not ended."""
        return [step for step in self.steps if not step.ended][: self.parallel]

    def waiting(self) -> Iterator[Step]:
        return (step for step in self.steps if step.state == "initial")

    def move(self, state: str, at: float) -> None:
        self.state, self.updated_at = state, at

    def outcome(self) -> str | None:
        """The state of a strategy whose steps have all ended; None while one has not."""
        states = {step.state for step in self.steps}
        if not states <= set(ENDED):
            return None
        return "failed" if "failed" in states else "aborted" if "aborted" in states else "complete"


@dataclass(frozen=True, slots=True)
class Go:
    """On to the next state."""

    state: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Look again after so many seconds (already divided by --speed)."""

    seconds: float
    details: str | None = None


@dataclass(frozen=True, slots=True)
class Fail:
    """`deploy` is the deploy-status it leaves behind."""

    reason: str
    deploy: str = "complete"


@dataclass(frozen=True, slots=True)
class Skip:
    """Complete without having done anything."""

    details: str


Outcome = Go | Wait | Fail | Skip
