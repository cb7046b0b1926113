"""The rows of dcmanager's database that can change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.dcmanager import deploy_states
from simulator.dcmanager.audit import Span, Watch
from simulator.dcmanager.lifecycle import (
    NO_ERRORS,
    Lane,
    Mark,
    Run,
    Standing,
    Trouble,
    course,
    settle,
    standing,
    written,
)
from simulator.fleet import Cloud
from simulator.identity import stable_fraction

DAY = 86400.0
LANES = ("deploy", "backup", "prestage")


@dataclass(slots=True)
class Record:
    """The columns of the subcloud table. Times are wall clock.

    `deploy`, `backup` and `prestage` are status columns that move by themselves; `error` is the text the last of them
    left, at `error_at`. `dark` are the spans in which the site does not run because it is not deployed, `watched` from
    when the audit looks at it how. `install_values` and `bootstrap_values` are what was sent; None: see
    stored_values.py. `central_backup` and `local_backup` are releases of which there is a backup; `prestaged` are ids
    of releases copied to the site. `initial_deployment` is the flag of the Ansible inventory; `enrolled`: with
    cloud-init. `struck` counts by fault how often it made work on this subcloud fail.
    """

    name: str
    description: str
    location: str
    group: int
    management: str
    managed_at: float
    deploy: Lane
    created_at: float
    updated_at: float
    backup: Lane
    prestage: Lane
    backed_up_at: float | None = None
    central_backup: str | None = None
    local_backup: str | None = None
    prestage_versions: str | None = None
    prestaged: tuple[str, ...] = ()
    error: str = NO_ERRORS
    error_at: float = 0.0
    dark: list[Span] = field(default_factory=list)
    watched: list[tuple[float, Watch]] = field(default_factory=list)
    begins_online: bool = True
    runs: int = 0
    install_values: Mapping[str, Any] | None = None
    bootstrap_values: Mapping[str, Any] | None = None
    rehome_values: Mapping[str, Any] | None = None
    bootstrap_address: str | None = None
    deploy_config: bool = True
    initial_deployment: bool = False
    enrolled: bool = False
    peer_group: int | None = None
    dc_cert: str | None = None
    struck: dict[int, int] = field(default_factory=dict)
    mended: dict[str, float] = field(default_factory=dict)  # endpoint: when it was brought in sync

    def lane(self, name: str) -> Lane:
        lane: Lane = getattr(self, name)
        return lane

    def start(self, name: str, run: Run, troubles: list[Trouble]) -> None:
        """A new run in that lane; what the others have finished is written down."""
        self.settle(troubles, run.asked_at, forced=name)
        lane = self.lane(name)
        lane.run = run
        self.runs += 1

    def settle(self, troubles: list[Trouble], at: float, forced: str | None = None) -> list[Standing]:
        """Write down every lane that has reached its end, and the `forced` one wherever it is."""
        settled = []
        for name in LANES:
            lane = self.lane(name)
            if lane.run is None:
                continue
            queued = at < lane.run.began_at
            if name != forced and (queued or standing(lane, troubles, at).underway):
                continue
            if name == "deploy" and not queued:
                marks = tuple(mark for mark in course(lane.run, troubles) if mark.at <= at)
                self.dark = site_spans(self.dark, lane.run, marks)
                self.watched = watches(self.watched, marks)
            run, reached = lane.run, settle(lane, troubles, at)
            for column, value in written(run, reached, at).items():
                setattr(self, column, value)
            settled.append(reached)
            self._note(reached)
            if name == "deploy" and lane.status == "complete":
                self.initial_deployment = False
        return settled

    def write(self, name: str, status: str | None, at: float) -> None:
        """That column says so from now on, without work of its own."""
        lane = self.lane(name)
        lane.status, lane.since = status, at
        self.updated_at = max(self.updated_at, at)
        if name == "deploy" and status is not None:
            self.watch(status, at)

    def watch(self, deploy: str, at: float) -> None:
        """The audit looks at that deploy state from now on."""
        self.watched = watches(self.watched, (Mark(at, deploy),))

    def _note(self, reached: Standing) -> None:
        self.updated_at = max(self.updated_at, reached.since)
        if reached.error is not None and reached.error[0] >= self.error_at:
            self.error_at, self.error = reached.error
        if reached.fault is not None:
            self.struck[reached.fault] = self.struck.get(reached.fault, 0) + 1


@dataclass(slots=True)
class GroupRecord:
    id: int
    name: str
    description: str
    apply_type: str
    max_parallel: int
    created_at: float | None
    updated_at: float | None


def first_record(cloud: Cloud, epoch: float) -> Record:
    """The row of a subcloud of the fleet as it is when the fleet is new."""
    created, initial = epoch - cloud.age, cloud.initial
    backed_up = initial.backup is not None and initial.backup.startswith("complete")
    return Record(
        cloud.name,
        f"{cloud.city.name} site {cloud.id}",
        f"{cloud.city.name}, {cloud.city.country}",
        cloud.group,
        initial.management,
        created + 7200.0,
        Lane(initial.deploy, created),
        created,
        created + 3600.0,
        Lane(initial.backup, created),
        Lane(initial.prestage, created),
        backed_up_at=epoch - DAY * (1 + 20 * stable_fraction(cloud.seed, "backup")) if backed_up else None,
        central_backup=cloud.software.version if initial.backup == "complete-central" else None,
        local_backup=cloud.software.version if initial.backup == "complete-local" else None,
        prestage_versions="26.09" if initial.prestage == "complete" else None,
        error=initial.error,
        dark=[] if cloud.powered or initial.ever_online else [(epoch - cloud.dark_since, None)],
        watched=[(created, deploy_states.watch(initial.deploy))],
        begins_online=initial.ever_online,
        initial_deployment=initial.deploy != "complete",
        peer_group=initial.peer_group,
    )


def site_spans(dark: list[Span], run: Run, marks: tuple[Mark, ...]) -> list[Span]:
    """The spans in which the site does not run, with what the marks of a run make of them."""
    spans = list(dark)
    for mark in marks:
        is_dark = bool(spans) and spans[-1][1] is None
        if mark.status == run.takes_down and not mark.over and not is_dark:
            spans.append((mark.at, None))
        elif mark.over and mark.status == run.ends_as and run.brings_up is not None and is_dark:
            spans[-1] = (spans[-1][0], mark.at + run.brings_up)
    return spans


def watches(watched: list[tuple[float, Watch]], marks: tuple[Mark, ...]) -> list[tuple[float, Watch]]:
    """From when the audit looks how, with the statuses of a run; only changes are kept."""
    found = list(watched)
    for mark in marks:
        watch = deploy_states.watch(mark.status)
        if not found or found[-1][1] != watch:
            found.append((mark.at, watch))
    return found
