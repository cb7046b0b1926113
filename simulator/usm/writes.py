"""Upload and deploy by hand: how a System Controller is brought to a release (starlingx-platform.md 3.1 to 3.3)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from aiohttp import BodyPartReader, web

from simulator.fm.access import alarms_of
from simulator.releases import Release, release_of
from simulator.routing import UNREADABLE, Call, answer
from simulator.sysinv.conditions import conditions
from simulator.usm.access import Refused, said
from simulator.usm.deployments import Deployment, Deployments
from simulator.usm.releases import Reads

PATCH = re.compile(r"(\d{2}\.\d{2})\.(\d{1,3})\.patch\Z")
IMAGE = re.compile(r"(\d{2}\.\d{2})(?:\.0)?[^/]*\.iso\Z")
REMOVABLE = ("available", "unavailable", "upload-failed")


class Writes:
    """Handlers of USM's POST and DELETE."""

    def __init__(self, deployments: Deployments, reads: Reads) -> None:
        self._deployments = deployments
        self._reads = reads

    # Releases

    async def upload(self, call: Call) -> web.StreamResponse:
        """Files by name, whatever is in them: `starlingx-26.09.3.patch`, or an .iso with its .sig."""
        names = await file_names(call)
        found = {name: release for name in names if (release := release_in(name)) is not None}
        images = [name for name in found if name.endswith(".iso")]
        wrong = [name for name in names if name not in found and not name.endswith(".sig")]
        if not found or wrong:
            raise Refused(f"not a release file: {', '.join(wrong) or 'nothing was sent'}")
        if images and not any(name.endswith(".sig") for name in names):
            raise Refused(f"{images[0]} needs its signature file")
        fresh = sorted({release.id for release in found.values()})
        call.world.do("usm.upload", cloud=list(call.cloud.key), releases=fresh)
        uploaded = [{name: {"id": release.id, "sw_release": release.sw_version}} for name, release in found.items()]
        return answer({"info": f"{', '.join(fresh)} uploaded", "warning": "", "error": "", "upload_info": uploaded})

    async def remove(self, call: Call) -> web.StreamResponse:
        row = self._reads.find(call)
        if row["state"] not in REMOVABLE:
            raise Refused(f"Release {row['release_id']} is {row['state']} and cannot be deleted")
        call.world.do("usm.remove", cloud=list(call.cloud.key), releases=[row["release_id"]])
        return said(f"{row['release_id']} has been deleted")

    # Deployment

    async def precheck(self, call: Call) -> web.StreamResponse:
        release = await self._asked(call)
        problems = self._problems(call, release)
        if problems:
            return answer({"info": "", "warning": "", "error": "; ".join(problems), "system_healthy": False}, 406)
        return answer({"info": "System Health: all checks passed", "warning": "", "error": "", "system_healthy": True})

    async def start(self, call: Call) -> web.StreamResponse:
        release = await self._asked(call)
        if self._deployments.of(call.cloud) is not None:
            raise Refused("There is a deployment already")
        problems = self._problems(call, release)
        if problems and call.params.get("force") != "force":
            raise Refused("; ".join(problems))
        self._do(call, "start", release=release.id)
        return said(f"Deployment of {release.id} started")

    async def host(self, call: Call) -> web.StreamResponse:
        deployment = self._open(call, "start-done", "host", "host-failed")
        hostname = call.params["hostname"]
        if hostname not in deployment.hosts:
            raise Refused(f"Host {hostname} is not known", 404)
        if deployment.hosts[hostname] not in ("pending", "failed"):
            raise Refused(f"Host {hostname} is {deployment.hosts[hostname]} already")
        held = conditions(alarms_of(call), call.cloud, call.world.clock.now())
        if deployment.release.reboot_required and hostname not in held.locked:
            raise Refused(f"Host {hostname} must be locked and online: {deployment.release.id} needs a reboot")
        self._do(call, "host", host=hostname)
        return said(f"Host {hostname} is being deployed")

    async def activate(self, call: Call) -> web.StreamResponse:
        self._open(call, "host-done", "activate-failed")
        self._do(call, "activate")
        return said("Activation started")

    async def complete(self, call: Call) -> web.StreamResponse:
        self._open(call, "activate-done")
        self._do(call, "complete")
        return said("Deployment completed")

    async def delete(self, call: Call) -> web.StreamResponse:
        self._open(call, "start-done", "start-failed", "completed")
        self._do(call, "delete")
        return said("Deployment deleted")

    def _do(self, call: Call, verb: str, **arguments: str) -> None:
        call.world.do("usm.deploy", cloud=list(call.cloud.key), verb=verb, **arguments)

    def _open(self, call: Call, *states: str) -> Deployment:
        """The open deployment in one of these states. Raises Refused."""
        deployment = self._deployments.of(call.cloud)
        if deployment is None:
            raise Refused("There is no deployment")
        if deployment.state not in states:
            raise Refused(f"The deployment is {deployment.state}; it must be {' or '.join(states)}")
        return deployment

    async def _asked(self, call: Call) -> Release:
        """The release of the path, or the first one of the body. Raises Refused."""
        text: Any = call.params.get("release")
        if text is None:
            body = await json_object(call)
            releases = body.get("releases")
            text = releases[0] if isinstance(releases, list) and releases else None
        try:
            release = release_of(str(text))
        except ValueError as error:
            raise Refused(str(error)) from error
        if release not in call.world.software.staged(call.cloud, call.world.clock.now()):
            raise Refused(f"Release {release.id} is not available")
        return release

    def _problems(self, call: Call, release: Release) -> list[str]:
        found = []
        deployed = release_of(call.cloud.software.release_id)
        if not release.major and release.version != deployed.version:
            found.append(f"{release.id} requires {Release(release.version, 0).id}")
        rows = call.world.alarms.standing(call.cloud, call.world.clock.now())
        affecting = sorted({row["alarm_id"] for row in rows if row["mgmt_affecting"] == "True"})
        if affecting:
            found.append(f"No alarms: [Fail] management affecting alarms stand: {', '.join(affecting)}")
        return found


def release_in(name: str) -> Release | None:
    """The release a file's name speaks of."""
    patch, image = PATCH.search(name), IMAGE.search(name)
    if patch is not None:
        return Release(patch[1], int(patch[2]))
    return Release(image[1], 0) if image is not None else None


async def file_names(call: Call) -> list[str]:
    """Names of uploaded files, or the last parts of a JSON list of paths. Raises Refused."""
    if call.request.content_type == "multipart/form-data":
        return [name async for name in part_names(call)]
    try:
        value = await call.json()
    except ValueError as error:
        raise Refused("a form with files, or a list of paths, is needed", 400) from error
    if not isinstance(value, list) or not all(isinstance(path, str) for path in value):
        raise Refused("a list of paths is needed", 400)
    return base_names(value)


async def part_names(call: Call) -> Any:
    try:
        reader = await call.request.multipart()
        while (part := await reader.next()) is not None:
            if isinstance(part, BodyPartReader) and part.filename:
                yield base_names([part.filename])[0]
    except UNREADABLE as error:
        raise Refused("the form cannot be read", 400) from error


def base_names(paths: Iterable[str]) -> list[str]:
    return [path.rsplit("/", 1)[-1] for path in paths]


async def json_object(call: Call) -> dict[str, Any]:
    """Raises Refused."""
    try:
        value = json.loads(await call.body() or b"{}")
    except (ValueError, RecursionError) as error:
        raise Refused("the body is not JSON", 400) from error
    if not isinstance(value, dict):
        raise Refused("a JSON object is needed", 400)
    return value
