"""Whether sites of a sheet get in the way of the fleet, or of each other: names, ranges, OAM and BMC addresses.

Source: starlingx-dcmanager.md 2.1, 7.1. dcmanager keeps one range per subcloud: the admin network's where there is
one, else the management network's. Every range of a new site is compared with those it keeps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from operations.planning.addresses import Address, Network, Range, whole
from operations.planning.bootstrap import Bootstrap
from operations.planning.fleet import FleetPlan, KnownSite, known_networks, known_ranges
from operations.planning.install import Install
from operations.planning.problems import Problem, shown
from operations.planning.range_index import Held, RangeIndex
from operations.planning.site_network import SiteNetwork

MOST_NAMED = 6


@dataclass(frozen=True, slots=True)
class PlannedSite:
    """One row's site as far as it could be read. `number` is its row in the sheet."""

    number: int
    bootstrap: Bootstrap
    install: Install | None
    bootstrap_address: Address | None

    @property
    def kept(self) -> SiteNetwork:
        """The network whose range dcmanager will keep."""
        return self.bootstrap.admin or self.bootstrap.management


def find_overlaps(sites: Sequence[PlannedSite], fleet: FleetPlan) -> dict[int, list[Problem]]:
    """Problems by row number; rows without any are absent."""
    known, world = fleet.sites, (*fleet.sites, *fleet.elsewhere)
    return _by_row(
        chain(
            _repeated(sites), _overlapping_ranges(sites, known), _oam_in_management(sites, known), _taken(sites, world)
        )
    )


def find_claims(sites: Sequence[PlannedSite], fleet: FleetPlan) -> dict[int, list[Problem]]:
    """The same against what other operations plan and have not begun: one of them will be refused when it starts."""
    here = [site for site in fleet.planned if not site.controller]
    ranges, oam = _overlapping_ranges(sites, here, rows=False), _oam_in_management(sites, here, rows=False)
    return _by_row(chain(ranges, oam, _taken(sites, fleet.planned)))


def _by_row(found: Iterable[tuple[int, Problem]]) -> dict[int, list[Problem]]:
    rows: dict[int, list[Problem]] = {}
    for number, problem in found:
        rows.setdefault(number, []).append(problem)
    return rows


def _overlapping_ranges(
    sites: Sequence[PlannedSite], there: Sequence[KnownSite], *, rows: bool = True
) -> Iterator[tuple[int, Problem]]:
    """`rows`: compare the sites with each other as well."""
    known = range_index(there)
    planned = RangeIndex(Held(each, site.number) for site in sites for each in site.kept.ranges if rows)
    for site in sites:
        for network, each in _ranges(site):
            field = f"bootstrap_values/{network.kind}_start_address"
            held = known.overlapping(each)
            if held:
                yield site.number, Problem(field, overlap_told(network, each, held))
            held = planned.overlapping(each, but_not=site.number)
            if held:
                yield site.number, Problem(field, overlap_told(network, each, held))


def range_index(there: Sequence[KnownSite]) -> RangeIndex:
    """The ranges that dcmanager keeps for these."""
    return RangeIndex(Held(each, site) for site in there for each in known_ranges(site.start_ip, site.end_ip))


def _ranges(site: PlannedSite) -> Iterator[tuple[SiteNetwork, Range]]:
    for network in (site.bootstrap.management, site.bootstrap.admin):
        if network:
            for each in network.ranges:
                yield network, each


def overlap_told(network: SiteNetwork, mine: Range, held: Held) -> str:
    return f"The {network.kind} range {mine} overlaps that of {_whose(held)}. Choose another."


def _whose(held: Held) -> str:
    """The holder and its range; of a site that the planner may not see neither."""
    if isinstance(held.owner, KnownSite):
        return held.owner.title if held.owner.hidden else f"{held.owner.title}: {held.range}"
    return f"row {held.owner}: {held.range}"


def _oam_in_management(
    sites: Sequence[PlannedSite], there: Sequence[KnownSite], *, rows: bool = True
) -> Iterator[tuple[int, Problem]]:
    known = RangeIndex(Held(whole(net), site) for site in there for net in known_networks(site.subnet))
    planned = RangeIndex(Held(whole(net), site.number) for site in sites for net in site.kept.subnets if rows)
    for site in sites:
        for subnet in site.bootstrap.oam_subnets:
            base = Range(subnet.network_address, subnet.network_address)
            held = known.overlapping(base)
            if held:
                yield site.number, _oam_overlap(subnet, held)
            held = planned.overlapping(base, but_not=site.number)
            if held:
                yield site.number, _oam_overlap(subnet, held)


def _oam_overlap(subnet: Network, held: Held) -> Problem:
    return Problem(
        "bootstrap_values/external_oam_subnet",
        f"The OAM subnet {subnet} begins in the management subnet of {_whose(held)}. Choose another.",
    )


def _bmc(site: PlannedSite) -> Iterable[object]:
    return (site.install.bmc_address,) if site.install else ()


_UNIQUE: Mapping[str, tuple[str, Callable[[PlannedSite], Iterable[object]]]] = {
    "name": ("bootstrap_values/name", lambda site: (site.bootstrap.name,)),
    "OAM floating address": ("bootstrap_values/external_oam_floating_address", lambda s: s.bootstrap.oam_floating),
    "BMC address": ("install_values/bmc_address", _bmc),
    "bootstrap address": ("bootstrap_address", lambda site: (site.bootstrap_address,)),
}


def _repeated(sites: Sequence[PlannedSite]) -> Iterator[tuple[int, Problem]]:
    """What only one site can have, and several rows do."""
    for what, (field, values_of) in _UNIQUE.items():
        holders: dict[str, list[int]] = {}
        for site in sites:
            for value in values_of(site):
                if value:
                    holders.setdefault(str(value), []).append(site.number)
        for text, numbers in holders.items():
            for number in numbers if len(numbers) > 1 else ():
                yield (
                    number,
                    Problem(field, f"The {what} {shown(text)} is also that of row {_others(number, numbers)}."),
                )


def _others(number: int, numbers: list[int]) -> str:
    """The first rows beside `number`; rows that share a value in their thousands must not each name all."""
    others = [str(each) for each in numbers[: MOST_NAMED + 1] if each != number][:MOST_NAMED]
    rest = len(numbers) - 1 - len(others)
    return ", ".join(others) + (f" and {rest} more" if rest else "")


def _taken(sites: Sequence[PlannedSite], there: Sequence[KnownSite]) -> Iterator[tuple[int, Problem]]:
    """Addresses that others have already."""
    oam = {text: site.title for site in there for text in canonical(site.oam_floating_ip)}
    bmc = {text: site.title for site in there for each in site.bmcs for text in canonical(each)}
    for what, holders in (("OAM floating address", oam), ("BMC address", bmc)):
        field, values_of = _UNIQUE[what]
        for site in sites:
            for value in values_of(site):
                if str(value) in holders:
                    yield site.number, Problem(field, f"The {what} {value} is that of {holders[str(value)]} already.")


def canonical(text: str) -> tuple[str, ...]:
    """Addresses as they compare: IPv6 is written in many ways; () when it is none."""
    return tuple(str(each.low) for each in known_ranges(text, text)) if text else ()
