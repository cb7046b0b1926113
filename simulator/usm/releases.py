"""Releases of a cloud, and the deployment under way."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from simulator.fleet import Cloud
from simulator.releases import Release, release_of
from simulator.routing import Call, answer
from simulator.usm.access import Refused
from simulator.usm.deployments import Deployment, Deployments

Row = dict[str, Any]


class Reads:
    """Handlers of USM's GET."""

    def __init__(self, deployments: Deployments) -> None:
        self._deployments = deployments

    def rows(self, call: Call) -> list[Row]:
        """Oldest first: what is deployed, what is being deployed, what waits."""
        cloud = call.cloud
        deployed = release_of(cloud.software.release_id).up_to_here()
        staged = call.world.software.staged(cloud, call.world.clock.now())
        if (there := self._deployments.of(cloud)) is not None and there.release not in deployed:
            staged.add(there.release)
        found = [row(release, "deployed", deployed) for release in deployed]
        return found + [row(release, self._state(cloud, release), deployed) for release in sorted(staged)]

    def _state(self, cloud: Cloud, release: Release) -> str:
        deployment = self._deployments.of(cloud)
        return "deploying" if deployment is not None and deployment.release == release else "available"

    def find(self, call: Call) -> Row:
        """Raises Refused(404)."""
        wanted = call.params["id"]
        found = next((one for one in self.rows(call) if one["release_id"] == wanted), None)
        if found is None:
            raise Refused(f"Release {wanted} not found", 404)
        return found

    async def releases(self, call: Call) -> web.StreamResponse:
        """A bare list; `show` picks a state, `release` a version."""
        return answer(
            [
                one
                for one in self.rows(call)
                if call.query.get("show", one["state"]) in (one["state"], "all")
                and call.query.get("release", one["sw_version"]) == one["sw_version"]
            ]
        )

    async def release(self, call: Call) -> web.StreamResponse:
        return answer(self.find(call))

    async def is_in_state(self, call: Call) -> web.StreamResponse:
        """`is_available`, `is_deployed`, `is_committed`: true or false."""
        state = call.params["question"].removeprefix("is_")
        if state not in ("available", "deployed", "committed"):
            raise Refused("no such question", 404)
        return answer(self.find(call)["state"] == state)

    async def deploy(self, call: Call) -> web.StreamResponse:
        """A list of one deployment or none."""
        deployment = self._deployments.of(call.cloud) or _of_a_fault(call)
        return answer([] if deployment is None else [deploy_row(call.cloud, deployment)])

    async def deploy_hosts(self, call: Call) -> web.StreamResponse:
        deployment = self._deployments.of(call.cloud)
        return answer([] if deployment is None else host_rows(deployment))

    async def in_sync(self, call: Call) -> web.StreamResponse:
        return answer({"in_sync": True})


def _of_a_fault(call: Call) -> Deployment | None:
    """What the fault `controller-deploying` makes dcmanager refuse, USM shows."""
    now = call.world.clock.now()
    fault = call.world.faults.on(call.cloud.key, "controller-deploying", now)
    if fault is None:
        return None
    before = release_of(call.cloud.software.release_id)
    return Deployment(0, before, Release(before.version, before.level + 1), "host", now, {})


def row(release: Release, state: str, deployed: list[Release]) -> Row:
    return {
        "release_id": release.id,
        "state": state,
        "sw_version": release.sw_version,
        "component": "starlingx",
        "status": "REL",
        "unremovable": release.major and release in deployed,
        "summary": release.summary,
        "description": f"StarlingX {release.sw_version}",
        "install_instructions": "",
        "warnings": "",
        "reboot_required": release.reboot_required,
        "prepatched_iso": False,
        "preinstalled_patches": [],
        "requires": [] if release.major else [Release(release.version, release.level - 1).id],
        "activation_scripts": [],
        "packages": [],
    }


def deploy_row(cloud: Cloud, deployment: Deployment) -> Row:
    release = deployment.release
    return {
        "from_release": deployment.before.sw_version,
        "to_release": release.sw_version,
        "feed_repo": f"/var/www/pages/feed/rel-{release.version}/ostree_repo",
        "commit_id": cloud.hex("commit", release.id) * 2,
        "reboot_required": release.reboot_required,
        "state": deployment.state,
        "options": {},
    }


def host_rows(deployment: Deployment) -> list[Row]:
    return [
        {
            "hostname": hostname,
            "software_release": deployment.before.sw_version,
            "target_release": deployment.release.sw_version,
            "reboot_required": deployment.release.reboot_required,
            "host_state": state,
        }
        for hostname, state in deployment.hosts.items()
    ]
