"""Power of every host: what a BMC or maintenance switched, and how long the host serves nobody because of it.

A host that gets power boots for BOOT_SECONDS before its services answer; one that is shut down gracefully stops
serving at once and loses power SHUTDOWN_SECONDS later. Both are divided by `--speed`. A site cannot be reached while
every one of its hosts is down. Power losses of a whole site are faults and not in here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulator.fleet import Cloud, CloudKey

if TYPE_CHECKING:
    from simulator.world import World

BOOT_SECONDS = 300.0
SHUTDOWN_SECONDS = 60.0

Span = tuple[float, float | None]
INSTALLED = ("bootstrap-failed", "config-failed")
STARTS = ("On", "ForceOn")
STOPS = ("ForceOff", "GracefulShutdown")
RESTARTS = ("ForceRestart", "GracefulRestart", "PowerCycle", "Nmi")
GRACEFUL = ("GracefulShutdown", "GracefulRestart")


@dataclass(slots=True)
class HostPower:
    """One host. `switched` holds (when, whether power is on from then); `down` spans without services, None: still."""

    switched: list[tuple[float, bool]] = field(default_factory=list)
    down: list[Span] = field(default_factory=list)
    booted_at: float | None = None

    def on(self, at: float) -> bool:
        return next((on for since, on in reversed(self.switched) if since <= at), True)

    def serving(self, at: float) -> bool:
        return not any(start <= at and (end is None or at < end) for start, end in self.down)

    def stop(self, at: float, off_at: float | None, back_at: float | None) -> None:
        """No services from `at` to `back_at` (None: until switched on); power goes at `off_at` (None: it stays)."""
        self.down = [(start, at if end is None or end > at else end) for start, end in self.down if start < at]
        self.down.append((at, back_at))
        if off_at is not None:
            self.switched.append((off_at, False))
        self.booted_at = back_at

    def start(self, at: float, back_at: float) -> None:
        self.switched.append((at, True))
        self.down = [(start, back_at if end is None else end) for start, end in self.down]
        self.booted_at = back_at


class PowerBook:
    """The power of all hosts, by cloud and host name; of servers in the rack by central cloud and BMC address."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._hosts: dict[CloudKey, dict[str, HostPower]] = {}
        world.command("host.power", self._apply)

    def host(self, cloud: Cloud, name: str) -> HostPower:
        """To read. A host nobody has switched is on, or has been dark since before the fleet was first started."""
        known = self._hosts.get(cloud.key, {}).get(name)
        return known if known is not None else self._untouched(cloud)

    def outages(self, cloud: Cloud) -> list[Span]:
        """When no host of the site had its services up."""
        if cloud.key not in self._hosts and is_on(cloud):
            return []
        spans = [self.host(cloud, host.hostname).down for host in cloud.hosts]
        common = spans[0]
        for other in spans[1:]:
            common = list(overlaps(common, other))
        return common

    def down(self, cloud: Cloud, at: float) -> dict[str, float]:
        """Hosts without services then, and since when."""
        known = self._hosts.get(cloud.key)
        if known is None:
            return {}
        return {
            name: max(start for start, _ in power.down if start <= at)
            for name, power in known.items()
            if not power.serving(at)
        }

    def install(self, cloud: Cloud, at: float) -> None:
        """A deployment takes the hosts over and gives them power; from then on it says when the site runs."""
        hosts = self._hosts.setdefault(cloud.key, {})
        for host in cloud.hosts:
            hosts.setdefault(host.hostname, self._untouched(cloud)).start(at, at)

    def restart(self, cloud: Cloud, name: str, at: float) -> None:
        """A restart that is part of another command."""
        self._apply(at, {"cloud": cloud.key, "host": name, "reset": "ForceRestart"})

    def touched(self, cloud: Cloud) -> Mapping[str, HostPower]:
        """The hosts somebody has switched."""
        return self._hosts.get(cloud.key, {})

    def _untouched(self, cloud: Cloud) -> HostPower:
        if is_on(cloud):
            return HostPower()
        since = self._world.clock.epoch - cloud.dark_since
        return HostPower([(since, False)], [(since, None)])

    def _apply(self, at: float, arguments: Mapping[str, Any]) -> None:
        """`reset` is Redfish's ResetType; what does not fit the state the host is in does nothing."""
        controller, identifier = arguments["cloud"]
        cloud = self._world.cloud(controller, identifier)
        if cloud is None:
            return
        hosts = self._hosts.setdefault(cloud.key, {})
        power = hosts.setdefault(arguments["host"], self._untouched(cloud))
        self._switch(power, plain(arguments["reset"], power.on(at)), at)
        self._world.touch(cloud.key)

    def _switch(self, power: HostPower, reset: str, at: float) -> None:
        scaled = self._world.clock.scaled
        gone = at + (scaled(SHUTDOWN_SECONDS) if reset in GRACEFUL else 0.0)
        if reset in STARTS and not power.on(at):
            power.start(at, at + scaled(BOOT_SECONDS))
        elif reset in STOPS and power.on(at):
            power.stop(at, gone, None)
        elif reset in RESTARTS and power.on(at):
            power.stop(at, None, gone + scaled(BOOT_SECONDS))


def is_on(cloud: Cloud) -> bool:
    """Whether the hosts of a site nobody has touched have power: an installed one has, though it may not run."""
    return cloud.powered or cloud.initial.deploy in INSTALLED


def plain(reset: str, on: bool) -> str:
    """The power button shuts down what is on, and starts what is off."""
    if reset == "PushPowerButton":
        return "GracefulShutdown" if on else "On"
    return reset


def overlaps(left: Iterable[Span], right: Iterable[Span]) -> Iterable[Span]:
    """The spans that lie in both."""
    others = list(right)
    for start, end in left:
        for other_start, other_end in others:
            begin = max(start, other_start)
            until = min(math.inf if end is None else end, math.inf if other_end is None else other_end)
            if begin < until:
                yield begin, None if math.isinf(until) else until
