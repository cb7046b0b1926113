"""What runs on every cloud and what has been uploaded to it: the past too, because audits ask about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from simulator.fleet import Cloud, CloudKey, Software
from simulator.releases import Release, release_of

if TYPE_CHECKING:
    from simulator.world import World

NEXT = (Release("26.09", 2), Release("27.03", 0))  # uploaded to every controller, and wherever somebody has prestaged


class SoftwareBook:
    """`staged` are releases that could be deployed on a cloud: uploaded there, newer than what runs.

    `sources` are functions `(cloud, at) -> releases` which know of more that have been copied to a site.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._past: dict[CloudKey, list[tuple[float, Software]]] = {}
        self._staged: dict[CloudKey, set[Release]] = {}
        self._removed: dict[CloudKey, set[Release]] = {}
        self.sources: list[Callable[[Cloud, float], Iterable[Release]]] = []
        world.command("software.set", self._set)

    def at(self, cloud: Cloud, moment: float) -> Software:
        """What ran on it then."""
        for until, software in self._past.get(cloud.key, ()):
            if moment < until:
                return software
        return self._world.clouds.get(cloud.key, cloud).software

    def changed_at(self, cloud: Cloud, moment: float) -> float | None:
        """The last change up to then."""
        return max((until for until, _ in self._past.get(cloud.key, ()) if until <= moment), default=None)

    def run(self, cloud: Cloud, software: Software, at: float) -> None:
        """From now on that runs."""
        now = self._world.clouds.get(cloud.key, cloud)
        if software == now.software:
            return
        self._past.setdefault(cloud.key, []).append((at, now.software))
        self._world.replace(replace(now, software=software))

    def staged(self, cloud: Cloud, at: float) -> set[Release]:
        deployed = release_of(self._world.clouds.get(cloud.key, cloud).software.release_id)
        copied = {release for source in self.sources for release in source(cloud, at)}
        found = (self._uploaded(cloud) | copied) - self._removed.get(cloud.key, set())
        return {release for release in found if release > deployed}

    def _uploaded(self, cloud: Cloud) -> set[Release]:
        known = self._staged.get(cloud.key)
        return known if known is not None else first_staged(self._world, cloud)

    def stage(self, cloud: Cloud, releases: set[Release]) -> None:
        """Part of a command: these are uploaded."""
        self._staged[cloud.key] = self._uploaded(cloud) | releases
        self._removed.pop(cloud.key, None)

    def unstage(self, cloud: Cloud, releases: set[Release]) -> None:
        self._removed.setdefault(cloud.key, set()).update(releases)

    def _set(self, at: float, arguments: Mapping[str, Any]) -> None:
        """A cloud is given a release at once, as if it had been deployed."""
        controller, identifier = arguments["cloud"]
        cloud = self._world.cloud(controller, identifier)
        if cloud is not None:
            self.run(cloud, with_release(cloud.software, release_of(arguments["release"])), at)


def with_release(software: Software, release: Release) -> Software:
    """Deploying a release does not touch Kubernetes."""
    return Software(release.version, release.id, software.kubernetes)


def first_staged(world: World, cloud: Cloud) -> set[Release]:
    """When the fleet is new: the next releases on controllers, and on sites that were prestaged."""
    if cloud.kind == "central":
        return set(NEXT)
    if cloud.initial.prestage != "complete":
        return set()
    original = next(one for one in world.fleet.controllers if one.number == cloud.controller).central
    return {*NEXT, release_of(original.software.release_id)}
