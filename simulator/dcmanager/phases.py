"""The phases of a deployment: their statuses in order, how long they take, and the runs made of them.

Durations are those of starlingx-dcmanager.md 8.3 (estimates, drawn for each site and attempt from its seed), divided
by `--speed`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from simulator.clock import Clock
from simulator.dcmanager.lifecycle import Run, Step
from simulator.fleet import Cloud
from simulator.identity import dice

MINUTE = 60.0
QUEUED_SECONDS = (0.5, 3.0)  # until the manager takes up what the API has handed over
ONLINE_SECONDS = (20.0, 60.0)  # from complete until the site's services answer
ABORT_SECONDS = (15.0, 90.0)  # until the playbook leaves what it may not be stopped in

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Stage:
    """One status of a phase; seconds on a simplex and on a duplex site, at speed 1. `phase` is what faults call it."""

    status: str
    simplex: Range
    duplex: Range
    phase: str = ""
    fails_as: str = ""


def stage(status: str, seconds: Range, phase: str = "", fails_as: str = "", duplex: Range | None = None) -> Stage:
    return Stage(status, seconds, duplex or seconds, phase, fails_as)


# the status a phase leaves behind stands for a moment when another phase follows at once
PAUSE = (1.0, 3.0)

PHASES: dict[str, tuple[Stage, ...]] = {
    "create": (stage("creating", (20.0, 80.0), "create", "create-failed"),),
    "install": (
        stage("pre-install", (10.0, 30.0), "pre-install", "pre-install-failed"),
        stage("installing", (20 * MINUTE, 35 * MINUTE), "install", "install-failed"),
    ),
    "bootstrap": (
        stage("pre-bootstrap", (5.0, 20.0), "pre-bootstrap", "pre-bootstrap-failed"),
        stage("bootstrapping", (20 * MINUTE, 30 * MINUTE), "bootstrap", "bootstrap-failed"),
    ),
    "configure": (
        stage("pre-config", (5.0, 15.0), "pre-config", "pre-config-failed"),
        stage(
            "configuring",
            (10 * MINUTE, 20 * MINUTE),
            "configure",
            "config-failed",
            duplex=(40 * MINUTE, 70 * MINUTE),
        ),
    ),
    "enroll": (
        stage("pre-init-enroll", (5.0, 20.0), "pre-init-enroll", "pre-init-enroll-failed"),
        stage("initiating-enroll", (8 * MINUTE, 15 * MINUTE), "init-enroll", "init-enroll-failed"),
        stage("init-enroll-complete", PAUSE),
        stage("pre-enroll", (5.0, 20.0), "pre-enroll", "pre-enroll-failed"),
        stage("pre-enroll-complete", PAUSE),
        stage("enrolling", (8 * MINUTE, 15 * MINUTE), "enroll", "enroll-failed"),
    ),
    "rehome": (
        stage("pre-rehome", (5.0, 15.0), "pre-rehome", "rehome-prep-failed"),
        stage("rehoming", (90.0, 180.0), "rehome", "rehome-failed"),
    ),
    "network": (stage("reconfiguring-network", (90.0, 180.0), "network", "network-reconfiguration-failed"),),
}
DONE = {
    "create": "create-complete",
    "install": "install-complete",
    "bootstrap": "bootstrap-complete",
    "configure": "complete",
    "enroll": "enroll-complete",
    "rehome": "complete",
    "network": "complete",
}
ABORTING = {
    "installing": ("aborting-install", "install-aborted", "install-failed"),
    "bootstrapping": ("aborting-bootstrap", "bootstrap-aborted", "bootstrap-failed"),
    "configuring": ("aborting-config", "config-aborted", "config-failed"),
}


class Planner:
    """Makes the runs of one subcloud. `number` tells attempts apart, so that each draws its own durations."""

    def __init__(self, clock: Clock, cloud: Cloud, number: int) -> None:
        self._clock = clock
        self._duplex = cloud.system_mode == "duplex"
        self._seed = f"{cloud.seed}/run/{number}"
        self._die = dice(self._seed)

    def run(self, at: float, phases: Iterable[str], *, ends_as: str | None = None, queued: bool = True) -> Run:
        """Those phases one after the other. `ends_as` if not the last phase's own; what ends complete comes online."""
        chosen = list(phases)
        last = DONE[chosen[-1]] if ends_as is None else ends_as
        steps: list[Step] = []
        for index, phase in enumerate(chosen):
            steps += [self._step(one) for one in PHASES[phase]]
            if index < len(chosen) - 1 or (last == "complete" and DONE[phase] != last):
                steps.append(Step(DONE[phase], self._between(PAUSE)))
        return Run(
            at,
            tuple(steps),
            last,
            self._seed,
            self._between(QUEUED_SECONDS) if queued else 0.0,
            takes_down="installing" if "install" in chosen else "",
            brings_up=self._between(ONLINE_SECONDS) if last == "complete" else None,
        )

    def abort(self, at: float, deploy: str) -> Run:
        """The end of a phase that is `deploy` now."""
        aborting, aborted, failed = ABORTING[deploy]
        step = Step(aborting, self._between(ABORT_SECONDS), "abort", failed)
        return Run(at, (step,), aborted, self._seed, self._between(QUEUED_SECONDS), clears_error=False)

    def at_once(self, at: float, status: str) -> Run:
        """A status written without any work."""
        brings_up = self._between(ONLINE_SECONDS) if status == "complete" else None
        return Run(at, (), status, self._seed, clears_error=False, brings_up=brings_up)

    def steps(self, stages: Iterable[Stage]) -> tuple[Step, ...]:
        return tuple(self._step(one) for one in stages)

    def plain(
        self, at: float, stages: Iterable[Stage], ends_as: str, *, queued: float | None = None, **more: Any
    ) -> Run:
        """A run of these stages; `more` are fields of Run."""
        wait = self._between(QUEUED_SECONDS) if queued is None else queued
        return Run(at, self.steps(stages), ends_as, self._seed, wait, **more)

    def online_after(self) -> float:
        """From complete until the site's services answer."""
        return self._between(ONLINE_SECONDS)

    def _step(self, one: Stage) -> Step:
        return Step(one.status, self._between(one.duplex if self._duplex else one.simplex), one.phase, one.fails_as)

    def _between(self, seconds: Range) -> float:
        return self._clock.scaled(self._die.uniform(*seconds))
