"""The rules of bootstrap values, all checked at once before anything is sent.

Source: starlingx-dcmanager.md 7.1. Rules that need the other sites are in `overlaps`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from operations.planning.addresses import Address, Network
from operations.planning.fleet import FleetPlan
from operations.planning.names import misname
from operations.planning.problems import Problem, Values, listed, shown
from operations.planning.site_network import SIMPLEX, SiteNetwork, inside, read_network

DOCUMENT = "bootstrap_values"
MODES = (SIMPLEX, "duplex", "duplex-direct")
SMALLEST_OAM = 3
READ_WHERE_GIVEN = (
    "management_start_address", "management_end_address", "management_gateway_address", "admin_floating_address",
    "admin_start_address", "admin_end_address", "admin_gateway_address",
)  # fmt: skip
ADMIN_KEYS = ("admin_subnet", "admin_start_address", "admin_end_address", "admin_gateway_address")


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """What bootstrap values say, as far as it could be read, with all that is wrong in them."""

    name: str
    mode: str
    management: SiteNetwork
    admin: SiteNetwork | None
    oam_subnets: tuple[Network, ...]
    oam_floating: tuple[Address, ...]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


def check_bootstrap(given: Mapping[str, object], fleet: FleetPlan, release: str) -> Bootstrap:
    """Everything that dcmanager would refuse in these values, and more. `release` is the one asked for."""
    values = Values(DOCUMENT, given)
    name = _name(values, fleet)
    mode = _mode(values)
    simplex = mode in ("", SIMPLEX)  # without a mode the milder sizes hold: one problem is enough
    has_admin = any(values.has(key) for key in (*ADMIN_KEYS, "admin_floating_address"))
    management = read_network(values, "management", simplex=simplex, gateway=not has_admin)
    admin = _admin(values, simplex) if has_admin else None
    _controller_gateway(values, management, fleet)
    oam_subnets, oam_floating = _oam(values, mode)
    _own_overlaps(values, management, admin, oam_subnets)
    _release(values, fleet, release)
    for key in ("description", "location"):
        values.text(key)
    values.no_blanks(READ_WHERE_GIVEN)
    return Bootstrap(
        name, mode, management, admin, oam_subnets, oam_floating, tuple(values.problems), tuple(values.warnings)
    )


def _name(values: Values, fleet: FleetPlan) -> str:
    raw = values.raw("name")
    name = str(raw) if isinstance(raw, int) and not isinstance(raw, bool) else values.text("name", longest=1000)
    wrong = misname(name, fleet.region_names)
    if wrong:
        values.complain("name", wrong[0].upper() + wrong[1:])
    elif name in fleet.names:
        values.complain("name", f"A subcloud named {shown(name)} exists already.")
    return name


def _mode(values: Values) -> str:
    mode = values.text("system_mode", needed=True)
    if mode and mode not in MODES:
        values.complain("system_mode", f"system_mode is {shown(mode)}; it must be simplex, duplex or duplex-direct.")
        return ""
    return mode


def _admin(values: Values, simplex: bool) -> SiteNetwork:
    if values.has("management_gateway_address"):
        values.complain(
            "management_gateway_address",
            "A site with an admin network has only its gateway; take management_gateway_address out.",
        )
    return read_network(values, "admin", simplex=simplex, gateway=True)


def _controller_gateway(values: Values, management: SiteNetwork, fleet: FleetPlan) -> None:
    key = "systemcontroller_gateway_address"
    addresses = values.addresses(key, needed=True)
    if not addresses:
        return
    if management.subnets and addresses[0].version != management.subnets[0].version:
        values.complain(key, f"{key}: {addresses[0]} is not of the family of the subcloud's {management.subnets[0]}.")
    subnets = fleet.controller_networks
    if not subnets:
        values.warn(key, "Not checked against the System Controller's management network, which is not known.")
    for address in addresses:
        if subnets and not any(address in subnet for subnet in subnets):
            where = listed(subnets)
            values.complain(key, f"{key}: {address} is not in the System Controller's management network {where}.")
        for pool in fleet.controller_pools:
            if address in pool:
                values.complain(key, f"{key}: {address} lies in the System Controller's own pool {pool}.")


def _oam(values: Values, mode: str) -> tuple[tuple[Network, ...], tuple[Address, ...]]:
    subnets = values.networks("external_oam_subnet", needed=True)
    for subnet in subnets:
        if subnet.num_addresses < SMALLEST_OAM:
            values.complain(
                "external_oam_subnet", f"external_oam_subnet: {subnet} is too small; {SMALLEST_OAM} are needed."
            )
    gateway = inside(values, "external_oam_gateway_address", subnets, needed=True)
    floating = inside(values, "external_oam_floating_address", subnets, needed=True)
    taken = {"external_oam_gateway_address": gateway, "external_oam_floating_address": floating}
    for key in ("external_oam_node_0_address", "external_oam_node_1_address"):
        taken[key] = inside(values, key, subnets)
        if mode not in ("", SIMPLEX) and not values.has(key):
            values.warn(key, f"{key} is missing; bootstrapping a duplex system usually asks for it.")
    for (one, ones), (other, others) in combinations(taken.items(), 2):
        for address in ones:
            if address in others:
                values.complain(other, f"{other} is {address}, which is {one} already.")
    return subnets, floating


def _own_overlaps(
    values: Values, management: SiteNetwork, admin: SiteNetwork | None, oam_subnets: tuple[Network, ...]
) -> None:
    """dcmanager does not look at these; Ansible and sysinv do, much later."""
    networks = {"management_subnet": management.subnets, "external_oam_subnet": oam_subnets}
    if admin:
        networks["admin_subnet"] = admin.subnets
    for (one, ones), (other, others) in combinations(networks.items(), 2):
        for subnet in ones:
            for against in others:
                if subnet.version == against.version and subnet.overlaps(against):
                    values.warn(other, f"{other} {against} overlaps {one} {subnet} of the same site.")


def _release(values: Values, fleet: FleetPlan, release: str) -> None:
    for key in ("software_version", "release"):
        if isinstance(values.raw(key), float):
            values.complain(key, f"Put {key} in quotes: YAML reads 26.10 as the number 26.1.")
            continue
        written = values.text(key)
        if written and release and written != release:
            values.complain(key, f"{key} is {shown(written)}, but release {release} is asked for.")
    kubernetes = values.text("kubernetes_version")
    fresh = fleet.kubernetes_versions.get(release, "")
    if kubernetes and fresh and release != fleet.active_release and kubernetes.lstrip("v") != fresh.lstrip("v"):
        values.complain(
            "kubernetes_version", f"Release {release} is installed with Kubernetes {fresh}, not {shown(kubernetes)}."
        )
