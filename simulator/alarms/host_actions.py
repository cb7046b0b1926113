"""Hosts that were locked, unlocked or swacted by command, and what follows for alarms and inventory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from simulator.alarms.alarm import Episode, make
from simulator.alarms.register import Register
from simulator.fleet import Cloud
from simulator.power import BOOT_SECONDS
from simulator.world import World

SETTLE_SECONDS = 10.0  # from the answer to an unlock until the host goes down to restart


class HostActions:
    """The command is `host.action`; what an API refuses is the API's business."""

    def __init__(self, world: World, register: Register) -> None:
        self._world = world
        self._register = register
        world.command("host.action", self._apply)

    def episodes(self, cloud: Cloud) -> Iterator[Episode]:
        """200.001 as long as a host is locked."""
        for hostname, since, until in self._register.of(cloud).locks:
            yield Episode(make(cloud, "200.001", "warning", since, host=hostname), until)

    def locked(self, cloud: Cloud, at: float) -> dict[str, float]:
        """Locked hosts, and since when."""
        return {
            hostname: since
            for hostname, since, until in self._register.of(cloud).locks
            if since <= at and (until is None or at < until)
        }

    def swacts(self, cloud: Cloud, at: float) -> int:
        return sum(1 for instant in self._register.of(cloud).swacts if instant <= at)

    def lock(self, cloud: Cloud, hostname: str, at: float) -> None:
        self._register.to(cloud).locks.append((hostname, at, None))
        self._world.touch(cloud.key)

    def release(self, cloud: Cloud, hostname: str, at: float) -> None:
        """The host is unlocked from then on."""
        deeds = self._register.to(cloud)
        deeds.locks = [
            (name, since, at if name == hostname and until is None else until) for name, since, until in deeds.locks
        ]
        self._world.touch(cloud.key)

    def swact(self, cloud: Cloud, at: float) -> None:
        self._register.to(cloud).swacts.append(at)
        self._world.touch(cloud.key)

    def _apply(self, at: float, arguments: Mapping[str, Any]) -> None:
        controller, identifier = arguments["cloud"]
        cloud = self._world.cloud(controller, identifier)
        if cloud is None:
            return
        hostname, action = arguments["host"], arguments["action"]
        if action in ("lock", "force-lock"):
            self.lock(cloud, hostname, at)
        elif action in ("unlock", "force-unlock"):
            scaled = self._world.clock.scaled
            self.release(cloud, hostname, at + scaled(SETTLE_SECONDS + BOOT_SECONDS))
            self._world.power.restart(cloud, hostname, at + scaled(SETTLE_SECONDS))
        elif action in ("swact", "force-swact"):
            self.swact(cloud, at)
