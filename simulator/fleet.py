"""Who exists: a seeded, frozen description of System Controllers and their subclouds.

`build(...)` is deterministic in the seed; a cloud depends on (seed, controller, id) only, so a larger fleet
contains the smaller one. What changes while the simulator runs lives in `world.py`.

- `Cloud.key` is `(controller, id)`, `id` None for the central cloud. `Cloud.path` is its URL prefix, `/c1/s12`.
- `Cloud.hosts` is built on first use (`HostSpec` with `PortSpec` and `DiskSpec`, see hardware.py).
- `Cloud.dice("what for")` gives a generator of the site's own; `Cloud.uuid("what")`, `Cloud.hex("what")`
  stable identifiers.
- `latitude`, `longitude`, `timezone` are what the site's own sysinv knows; None where nobody filled them in.
- `ceph`: "ceph" (bare metal), "ceph-rook" or "none". `system_mode`: "simplex" or "duplex".
- `powered` False: the site has been dark since before the first start (`dark_since`, seconds before the epoch).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from random import Random
from typing import Literal

from simulator.geography import City
from simulator.hardware import HostSpec, build_hosts
from simulator.identity import dice, stable_hex, stable_uuid

CloudKey = tuple[int, int | None]
CephFlavour = Literal["ceph", "ceph-rook", "none"]

CENTRAL_REGION = "RegionOne"
SYSTEM_CONTROLLER_REGION = "SystemController"


@dataclass(frozen=True, slots=True)
class Software:
    """What runs: `version` MM.mm, `release_id` with its patch level, Kubernetes `v1.x.y`."""

    version: str
    release_id: str
    kubernetes: str


@dataclass(frozen=True, slots=True)
class Addressing:
    """The management network, the OAM floating address and where BMC answers."""

    subnet: str
    start: str
    end: str
    gateway: str
    controller_gateway: str
    oam_floating: str
    hosts: tuple[str, ...]
    bmc: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InitialState:
    """How dcmanager sees the subcloud when the fleet is new."""

    management: Literal["managed", "unmanaged"] = "managed"
    deploy: str = "complete"
    error: str = "No errors present"
    ever_online: bool = True
    backup: str | None = None
    prestage: str | None = None
    install_values: bool = True
    rehome_data: bool = False
    peer_group: int | None = None
    out_of_sync: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Cloud:
    """One cloud: a System Controller's own (`central`) or a subcloud. Equal only to itself, so a cheap dict key."""

    kind: Literal["central", "subcloud"]
    controller: int
    id: int | None
    seed: str
    name: str
    region_name: str
    city: City
    latitude: str | None
    longitude: str | None
    timezone: str | None
    system_mode: Literal["simplex", "duplex"]
    ceph: CephFlavour
    software: Software
    addressing: Addressing
    group: int = 1
    powered: bool = True
    dark_since: float = 0.0
    age: float = 86400.0
    initial: InitialState = field(default_factory=InitialState)

    @property
    def key(self) -> CloudKey:
        return (self.controller, self.id)

    @property
    def region(self) -> str:
        """Part of the world: North America, Europe or Brazil."""
        return self.city.region

    @property
    def path(self) -> str:
        return f"/c{self.controller}" if self.id is None else f"/c{self.controller}/s{self.id}"

    @property
    def osds_per_host(self) -> int:
        if self.ceph == "none":
            return 0
        return 2 if self.kind == "central" else 1

    @cached_property
    def hosts(self) -> tuple[HostSpec, ...]:
        return build_hosts(
            self.seed,
            self.name,
            duplex=self.system_mode == "duplex",
            osds=self.osds_per_host,
            addresses=self.addressing.hosts,
            bm_addresses=self.addressing.bmc,
        )

    def host(self, hostname: str) -> HostSpec | None:
        return next((host for host in self.hosts if host.hostname == hostname), None)

    def dice(self, purpose: str) -> Random:
        return dice(self.seed, purpose)

    def uuid(self, *what: object) -> str:
        return stable_uuid(self.seed, *what)

    def hex(self, *what: object) -> str:
        return stable_hex(self.seed, *what)


@dataclass(frozen=True, slots=True)
class Group:
    """A subcloud group as it is when the fleet is new; id 1 is dcmanager's own Default."""

    id: int
    name: str
    description: str
    apply_type: Literal["parallel", "serial"]
    max_parallel: int


@dataclass(frozen=True, slots=True)
class PeerGroup:
    """Subclouds that the standby System Controller would take over."""

    id: int
    name: str


@dataclass(frozen=True)
class Controller:
    """A System Controller with its own cloud, its subclouds in id order, its groups.

    `peer_groups` is empty where there is no standby System Controller.
    """

    number: int
    central: Cloud
    subclouds: tuple[Cloud, ...]
    groups: tuple[Group, ...]
    peer_groups: tuple[PeerGroup, ...] = ()


@dataclass(frozen=True)
class Fleet:
    seed: int
    controllers: tuple[Controller, ...]

    def clouds(self) -> tuple[Cloud, ...]:
        return tuple(cloud for controller in self.controllers for cloud in (controller.central, *controller.subclouds))
