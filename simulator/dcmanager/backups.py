"""The commands of backups: create, delete, restore, of one subcloud or many (starlingx-dcmanager.md 2.6 and 3.4).

Durations follow 8.2. There is one central backup of a subcloud and one local one, each of one release.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from simulator.dcmanager.lifecycle import ENDED, Run, course
from simulator.dcmanager.phases import PAUSE, PHASES, Planner, Stage, stage
from simulator.dcmanager.record import Record
from simulator.dcmanager.register import Register
from simulator.fleet import Cloud

AT_ONCE = 250  # how many the manager works on at a time; restores 100
RESTORES_AT_ONCE = 100
CREATE = (
    stage("validating", (5.0, 15.0), "validating", "validate-failed"),
    stage("pre-backup", (20.0, 60.0), "pre-backup", "backup-prep-failed"),
    stage("backing-up", (240.0, 480.0), "backing-up", "failed"),
)
WITH_IMAGES = (*CREATE[:2], stage("backing-up", (420.0, 720.0), "backing-up", "failed"))
DELETE = (stage("deleting-backup", (15.0, 40.0), "deleting-backup", "delete-failed"),)
PREPARE = stage("pre-restore", (20.0, 60.0), "pre-restore", "restore-prep-failed")
RESTORE = stage("restoring", (1200.0, 2400.0), "restoring", "restore-failed")
ON_SITE = stage("onsite-restoring", (1200.0, 2400.0), "restoring", "restore-failed")


@dataclass(frozen=True, slots=True)
class Restore:
    """What was asked for."""

    release: str | None
    with_install: bool
    local: bool
    factory: bool
    on_site: bool


class Backups:
    def __init__(self, register: Register) -> None:
        self._register = register
        self._world = register.world
        self._world.command("backup.create", self._create)
        self._world.command("backup.delete", self._delete)
        self._world.command("backup.restore", self._restore)

    # What handlers ask for

    def create(self, clouds: Iterable[Cloud], *, local: bool, images: bool) -> None:
        self._world.do("backup.create", clouds=keys(clouds), local=local, images=images)

    def delete(self, clouds: Iterable[Cloud], release: str, *, local: bool) -> list[Cloud]:
        """The subclouds whose backups are now being deleted."""
        found = list(clouds)
        self._world.do("backup.delete", clouds=keys(found), release=release, local=local)
        return found

    def restore(self, clouds: Iterable[Cloud], wanted: Restore) -> None:
        self._world.do(
            "backup.restore",
            clouds=keys(clouds),
            release=wanted.release,
            with_install=wanted.with_install,
            local=wanted.local,
            factory=wanted.factory,
            on_site=wanted.on_site,
        )

    def seconds_left(self, clouds: Iterable[Cloud]) -> float:
        """Until the last of these backups is over, as far as that is known now."""
        now = self._register.clock.now()
        runs = [(cloud, self._register.records[cloud.key].backup.run) for cloud in clouds]
        ends = [course(run, self._register.troubles(cloud))[-1] for cloud, run in runs if run is not None]
        return max((end.at - now if end.over else 3600.0 for end in ends), default=0.0)

    # What the commands do

    def _create(self, at: float, arguments: Mapping[str, Any]) -> None:
        local = arguments["local"]
        stages = WITH_IMAGES if arguments["images"] else CREATE
        for number, cloud, record in self._each(arguments):
            planner = Planner(self._register.clock, cloud, record.runs)
            writes = {"backed_up_at": ENDED, place(local): cloud.software.version}
            run = planner.plain(at, stages, f"complete-{'local' if local else 'central'}", writes=writes)
            self._register.start(cloud, "backup", later(run, number // AT_ONCE))

    def _delete(self, at: float, arguments: Mapping[str, Any]) -> None:
        """`unknown` is how a deleted backup looks, and one that was not there."""
        for number, cloud, record in self._each(arguments):
            planner = Planner(self._register.clock, cloud, record.runs)
            held = getattr(record, place(arguments["local"])) == arguments["release"]
            writes = {"backed_up_at": None, **({place(arguments["local"]): None} if held else {})}
            run = planner.plain(at, DELETE, "unknown", queued=0.0, writes=writes, clears_error=False)
            self._register.start(cloud, "backup", later(run, number // AT_ONCE))

    def _restore(self, at: float, arguments: Mapping[str, Any]) -> None:
        wanted = Restore(**{name: value for name, value in arguments.items() if name != "clouds"})
        for number, cloud, record in self._each(arguments):
            planner = Planner(self._register.clock, cloud, record.runs)
            run = self._run(at, planner, cloud, record, wanted)
            self._register.start(cloud, "deploy", later(run, number // RESTORES_AT_ONCE))

    def _run(self, at: float, planner: Planner, cloud: Cloud, record: Record, wanted: Restore) -> Run:
        release = wanted.release or cloud.software.version
        if not wanted.factory and not wanted.on_site and getattr(record, place(wanted.local)) != release:
            where = "in the subcloud" if wanted.local else "on the System Controller"
            words = f"FAILED preparing the restore of ({record.name}).\n detail: no backup of {release} {where}"
            return planner.plain(at, (PREPARE,), "restore-prep-failed", last_words=words)
        return planner.plain(
            at,
            stages_of(wanted),
            "factory-restore-complete" if wanted.factory else "complete",
            takes_down="installing" if wanted.with_install else "onsite-restoring" if wanted.on_site else "restoring",
            brings_up=planner.online_after(),
            writes={"prestage_versions": without_deploy(record.prestage_versions), "prestaged": ()},
        )

    def _each(self, arguments: Mapping[str, Any]) -> Iterator[tuple[int, Cloud, Record]]:
        for number, (controller, identifier) in enumerate(arguments["clouds"]):
            key = (controller, identifier)
            cloud, record = self._world.clouds.get(key), self._register.records.get(key)
            if cloud is not None and record is not None:
                yield number, cloud, record


def keys(clouds: Iterable[Cloud]) -> list[list[int | None]]:
    return [list(cloud.key) for cloud in clouds]


def place(local: bool) -> str:
    return "local_backup" if local else "central_backup"


def stages_of(wanted: Restore) -> tuple[Stage, ...]:
    if wanted.on_site:
        return (ON_SITE,)
    if wanted.with_install:
        return (PREPARE, *PHASES["install"], stage("install-complete", PAUSE), RESTORE)
    return (PREPARE, RESTORE)


def later(run: Run, turn: int) -> Run:
    """The manager takes up so many at a time; the others wait as long as those before them take."""
    if not turn:
        return run
    seconds = sum(step.seconds for step in run.steps)
    return replace(run, queued=run.queued + turn * seconds)


def without_deploy(versions: str | None) -> str | None:
    """A restored site has lost what was prestaged for software deployment."""
    if versions is None or "for-sw-deploy:" not in versions:
        return versions
    return " ".join("for-sw-deploy:None" if part.startswith("for-sw-deploy:") else part for part in versions.split())
