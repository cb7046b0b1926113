"""What is known of the fleet that a new subcloud must fit in.

Source of what dcmanager keeps: starlingx-dcmanager.md 2.1. Empty or None means "not known": then nothing is refused
because of it, and the verdict says that it was not checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from operations.planning.addresses import BadAddress, Network, Range, read_addresses, read_networks
from operations.planning.group_names import GroupNames
from operations.planning.problems import shown


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSite:
    """One subcloud of the same System Controller, addresses as dcmanager gives them.

    `subnet`, `start_ip` and `end_ip` are those of the admin network where there is one, else of the management
    network; of dual stack only the first value. `host_bmcs`: of its servers, as sysinv tells them. `hidden`: whoever
    plans may not see it, so no message names it. `controller`: the other System Controller that has it, "" for the same
    one. `operation`: the one that plans it and has not begun.
    """

    name: str
    region_name: str = ""
    subnet: str = ""
    start_ip: str = ""
    end_ip: str = ""
    oam_floating_ip: str = ""
    bmc_address: str = ""
    host_bmcs: tuple[str, ...] = ()
    hidden: bool = False
    controller: str = ""
    operation: int | None = None

    @property
    def title(self) -> str:
        """What messages call it."""
        if self.hidden:
            return "a subcloud outside your scope"
        name = f"subcloud {shown(self.name)}"
        if self.controller:
            name = f"{name} of {shown(self.controller)}" if self.name != self.controller else shown(self.name)
        return name if self.operation is None else f"{name}, which operation {self.operation} plans"

    @property
    def bmcs(self) -> tuple[str, ...]:
        """Every BMC of it."""
        return (self.bmc_address, *self.host_bmcs)


@dataclass(frozen=True, kw_only=True)
class FleetPlan:
    """The System Controller that new subclouds are added to, and what it has.

    `sites`: its subclouds. `elsewhere`: what other System Controllers have, and the controllers themselves: addresses
    that the world has once (OAM, BMC) are compared with those too. `planned`: sites of operations that have not begun,
    here and elsewhere, of which the portal only warns. `region_names`: of the System Controller itself (central region
    first; "SystemController" is always taken). `management_subnets`: of the controller, like "192.168.204.0/24".
    `management_pools`: pairs (start, end) that its own hosts use. `supported_releases`: like "26.09", the active one
    among them. `releases_with_image`: those whose ISO is in the vault. `kubernetes_versions`: fresh-install version by
    release. `groups`: name by id, of those that the planner may see; `scoped`: there may be others.
    """

    sites: tuple[KnownSite, ...] = ()
    elsewhere: tuple[KnownSite, ...] = ()
    planned: tuple[KnownSite, ...] = ()
    region_names: tuple[str, ...] = ()
    management_subnets: tuple[str, ...] = ()
    management_pools: tuple[tuple[str, str], ...] = ()
    supported_releases: tuple[str, ...] = ()
    active_release: str = ""
    releases_with_image: frozenset[str] | None = None
    kubernetes_versions: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[int, str] | None = None
    scoped: bool = False

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(site.name for site in self.sites)

    @cached_property
    def group_names(self) -> GroupNames:
        """`groups` by name; none where they are not known."""
        return GroupNames(self.groups or {})

    @cached_property
    def controller_networks(self) -> tuple[Network, ...]:
        """`management_subnets`, read. What cannot be read is left out: it is not the fault of who plans a site."""
        return tuple(network for text in self.management_subnets for network in known_networks(text))

    @cached_property
    def controller_pools(self) -> tuple[Range, ...]:
        """`management_pools`, read, likewise."""
        return tuple(each for low, high in self.management_pools for each in known_ranges(low, high))


def known_networks(text: str) -> tuple[Network, ...]:
    """A subnet as the fleet tells it; () when it is none."""
    try:
        return read_networks(text)
    except BadAddress:
        return ()


def known_ranges(low: str, high: str) -> tuple[Range, ...]:
    """A range as the fleet tells it; () when it is none."""
    try:
        starts, ends = read_addresses(low), read_addresses(high)
    except BadAddress:
        return ()
    pairs = zip(starts, ends, strict=False)
    return tuple(Range(start, end) for start, end in pairs if start.version == end.version and int(start) <= int(end))
