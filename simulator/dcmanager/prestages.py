"""The command that prestages one subcloud: copies a release and its images there (starlingx-dcmanager.md 2.2.5)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from simulator.dcmanager.phases import Planner, stage
from simulator.dcmanager.register import Register
from simulator.fleet import Cloud
from simulator.releases import Release, release_of

STAGES = (stage("prestaging", (900.0, 1800.0), "prestaging", "failed"),)
FRAGMENT = re.compile(r"for-(install|sw-deploy):(\S+)")


class Prestages:
    def __init__(self, register: Register) -> None:
        self._register = register
        register.world.command("prestage.start", self._start)

    def start(self, cloud: Cloud, release: str, *, deploy: bool) -> None:
        """`release` MM.mm; with `deploy` for software deployment, else for an installation."""
        self._register.world.do(
            "prestage.start", controller=cloud.controller, id=cloud.id, release=release, deploy=deploy
        )

    def _start(self, at: float, arguments: Mapping[str, Any]) -> None:
        key = (arguments["controller"], arguments["id"])
        cloud, record = self._register.world.clouds.get(key), self._register.records.get(key)
        if cloud is None or record is None:
            return
        planner = Planner(self._register.clock, cloud, record.runs)
        copied = deployable(self._register, cloud, arguments["release"]) if arguments["deploy"] else []
        known = {*record.prestaged, *(release.id for release in copied)}
        versions = with_version(record.prestage_versions, arguments["release"], copied)
        writes = {"prestage_versions": versions, "prestaged": tuple(sorted(known))}
        run = planner.plain(at, STAGES, "complete", queued=0.0, clears_error=False, writes=writes)
        self._register.start(cloud, "prestage", run)


def deployable(register: Register, cloud: Cloud, version: str) -> list[Release]:
    """The releases of that version which the controller runs, oldest first."""
    central = register.world.clouds[cloud.controller, None]
    return [one for one in release_of(central.software.release_id).up_to_here() if one.version == version]


def with_version(text: str | None, version: str, copied: list[Release]) -> str:
    """dcmanager's text of what has been prestaged: `for-install:26.09 for-sw-deploy:26.09.2`."""
    known = dict(FRAGMENT.findall(text or ""))
    if text and not known:
        known["install"] = text
    known["sw-deploy" if copied else "install"] = copied[-1].sw_version if copied else version
    return " ".join(f"for-{purpose}:{known[purpose]}" for purpose in ("install", "sw-deploy") if purpose in known)
