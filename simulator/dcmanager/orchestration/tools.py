"""What the states of a step work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simulator.dcmanager.orchestration.strategy import Outcome, Step, Strategy
from simulator.dcmanager.record import Record
from simulator.dcmanager.register import Register
from simulator.fleet import Cloud
from simulator.identity import dice
from simulator.nfv.engine import Vim
from simulator.strikes import Strikes
from simulator.usm.deployments import Deployments
from simulator.world import World

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Tools:
    register: Register
    vim: Vim
    usm: Deployments
    strikes: Strikes
    options: Callable[[Cloud], dict[str, Any]]

    @property
    def world(self) -> World:
        return self.register.world


@dataclass(frozen=True, slots=True)
class Job:
    """A step at work on its subcloud, as things are then."""

    tools: Tools
    strategy: Strategy
    step: Step
    cloud: Cloud
    record: Record

    @property
    def central(self) -> Cloud:
        return self.tools.world.clouds[self.cloud.controller, None]

    def seconds(self, wanted: Range) -> float:
        """A duration of that state, drawn for this step."""
        die = dice(self.cloud.seed, "step", self.step.id, self.step.state)
        return self.tools.world.clock.scaled(die.uniform(*wanted))

    def scaled(self, seconds: float) -> float:
        return self.tools.world.clock.scaled(seconds)

    def reachable(self, at: float) -> bool:
        return self.tools.world.reachable(self.cloud, at)

    def strike(self, phase: str, at: float) -> str:
        return self.tools.strikes.strike(self.cloud, phase, at)


class State:
    """One state of a step: what it does when it is entered, and what comes of it when its time is over."""

    def begin(self, job: Job, at: float) -> Outcome:
        raise NotImplementedError

    def due(self, job: Job, at: float) -> Outcome:
        raise NotImplementedError
