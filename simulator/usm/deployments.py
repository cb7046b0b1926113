"""Deployments of releases: one at a time on each cloud, started by its VIM or by hand, and what follows from them.

The states are USM's (starlingx-platform.md 3.3): start, host, activate with -done and -failed, then completed, and
gone when it is deleted. Until then its release is "deploying", and there is a way back; only the deletion of one that
was completed makes it "deployed" (update 51560ae01cb8, software_controller.py, software_deploy_delete_api).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.fleet import Cloud, CloudKey
from simulator.identity import dice
from simulator.releases import Release, release_of
from simulator.software import with_release
from simulator.world import DerivedAlarm, World

# verb: seconds it takes, at speed 1
SECONDS = {"start": (120.0, 240.0), "host": (180.0, 420.0), "activate": (60.0, 180.0)}


@dataclass(slots=True)
class Deployment:
    """`hosts` maps a host's name to its state; `number` tells one deployment of a cloud from the next."""

    number: int
    before: Release
    release: Release
    state: str
    since: float
    hosts: dict[str, str]

    @property
    def over(self) -> bool:
        return self.state == "completed"


class Deployments:
    """The open deployment of each cloud. What is refused is the API's business."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._open: dict[CloudKey, Deployment] = {}
        self._number = 0
        world.command("usm.upload", self._upload)
        world.command("usm.remove", self._remove)
        world.command("usm.deploy", self._deploy)
        world.agenda.kind("usm.done", self._done)
        world.alarm_sources.append(self.alarms)
        world.deploying = self.versions

    def of(self, cloud: Cloud) -> Deployment | None:
        return self._open.get(cloud.key) or self._pretended(cloud)

    def _pretended(self, cloud: Cloud) -> Deployment | None:
        """What USM shows while a fault makes it look as if a System Controller were deploying to itself."""
        fault = self._world.faults.on(cloud.key, "controller-deploying", self._world.clock.now())
        if fault is None:
            return None
        before = release_of(cloud.software.release_id)
        hosts = {host.hostname: "deploying" for host in cloud.hosts[:1]}
        hosts |= {host.hostname: "pending" for host in cloud.hosts[1:]}
        return Deployment(0, before, Release(before.version, before.level + 1), "host", fault.since, hosts)

    def versions(self, cloud: Cloud) -> tuple[str, str] | None:
        """From which version to which one a cloud is being deployed."""
        deployment = self.of(cloud)
        return None if deployment is None else (deployment.before.sw_version, deployment.release.sw_version)

    def under_way(self, controller: int) -> bool:
        """Whether the System Controller has a deployment of its own, which makes dcmanager refuse much."""
        return (controller, None) in self._open

    def alarms(self, cloud: Cloud, at: float) -> Iterator[DerivedAlarm]:
        """An alarm source: 900.023 while a deployment moves on, 900.022 where one of a major release is over."""
        deployment = self._open.get(cloud.key)
        if deployment is None:
            return
        if deployment.over and deployment.release.version != deployment.before.version:
            text = "Deployment finished, delete to clean up the remaining deployment data"
            yield DerivedAlarm("900.022", "host", "host=controller", "warning", text, deployment.since)
        elif not deployment.over and not deployment.state.endswith("-failed"):
            text = f"Deployment of {deployment.release.sw_version} is under way"
            yield DerivedAlarm("900.023", "host", "host=controller", "minor", text, deployment.since)

    # Parts of commands and of what happens by itself

    def begin(self, cloud: Cloud, release: Release, at: float) -> None:
        """Start deploying; one that failed or is finished makes room."""
        self._number += 1
        before = release_of(cloud.software.release_id)
        hosts = {host.hostname: "pending" for host in cloud.hosts}
        self._open[cloud.key] = Deployment(self._number, before, release, "start", at, hosts)
        self._world.touch(cloud.key)

    def mark(self, cloud: Cloud, state: str, at: float) -> None:
        """The deployment is in that state."""
        deployment = self._open.get(cloud.key)
        if deployment is None:
            return
        deployment.state = state
        self._world.touch(cloud.key)

    def mark_host(self, cloud: Cloud, hostname: str, state: str) -> None:
        """A host is pending, deploying, deployed or failed; the deployment's own state follows."""
        deployment = self._open.get(cloud.key)
        if deployment is None or hostname not in deployment.hosts:
            return
        deployment.hosts[hostname] = state
        if state == "failed":
            deployment.state = "host-failed"
        elif set(deployment.hosts.values()) == {"deployed"}:
            deployment.state = "host-done"
        else:
            deployment.state = "host"
        self._world.touch(cloud.key)

    def close(self, cloud: Cloud, at: float) -> None:
        """Delete the deployment; the release of one that was completed is deployed from then on."""
        deployment = self._open.pop(cloud.key, None)
        if deployment is None:
            return
        self._world.touch(cloud.key)
        if deployment.over:
            self._world.software.run(cloud, with_release(cloud.software, deployment.release), at)

    # Commands

    def _cloud(self, arguments: Mapping[str, Any]) -> Cloud | None:
        controller, identifier = arguments["cloud"]
        return self._world.cloud(controller, identifier)

    def _upload(self, at: float, arguments: Mapping[str, Any]) -> None:
        cloud = self._cloud(arguments)
        if cloud is not None:
            self._world.software.stage(cloud, {release_of(text) for text in arguments["releases"]})

    def _remove(self, at: float, arguments: Mapping[str, Any]) -> None:
        cloud = self._cloud(arguments)
        if cloud is not None:
            self._world.software.unstage(cloud, {release_of(text) for text in arguments["releases"]})

    def _deploy(self, at: float, arguments: Mapping[str, Any]) -> None:
        """A verb of USM's API: start, host, activate, complete, delete."""
        cloud, verb = self._cloud(arguments), arguments["verb"]
        if cloud is None:
            return
        if verb == "start":
            self.begin(cloud, release_of(arguments["release"]), at)
        elif verb == "host":
            self.mark_host(cloud, arguments["host"], "deploying")
        elif verb == "activate":
            self.mark(cloud, "activate", at)
        elif verb == "complete":
            self.mark(cloud, "completed", at)
        else:
            self.close(cloud, at)
        deployment = self._open.get(cloud.key)
        if deployment is not None and verb in SECONDS:
            seconds = dice(cloud.seed, "usm", deployment.number, verb, arguments.get("host")).uniform(*SECONDS[verb])
            due = at + self._world.clock.scaled(seconds)
            self._world.agenda.enter(due, "usm.done", number=deployment.number, **arguments)

    def _done(self, at: float, what: Mapping[str, Any]) -> None:
        cloud = self._cloud(what)
        deployment = self._open.get(cloud.key) if cloud is not None else None
        if cloud is None or deployment is None or deployment.number != what["number"]:
            return
        if what["verb"] == "host":
            self.mark_host(cloud, what["host"], "deployed")
        else:
            self.mark(cloud, f"{what['verb']}-done", at)
