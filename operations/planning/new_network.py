"""The network that a subcloud is to get which is there: the rules of bootstrap values, and the rest of the fleet.

Source: starlingx-dcmanager.md 2.2.2 (all four values must be others than the present ones) and 7.1.
"""

from __future__ import annotations

from collections.abc import Mapping

from operations.planning.fleet import FleetPlan, KnownSite
from operations.planning.overlaps import overlap_told, range_index
from operations.planning.problems import Values
from operations.planning.site_network import SIMPLEX, SiteNetwork, read_network

# our option, which is dcmanager's form field: what bootstrap values call it
NETWORK = {
    "management_subnet": "management_subnet",
    "management_gateway_ip": "management_gateway_address",
    "management_start_ip": "management_start_address",
    "management_end_ip": "management_end_address",
}
BOOTSTRAP = "bootstrap_address"


def new_network_problems(
    options: Mapping[str, str], fleet: FleetPlan, name: str, mode: str, present: Mapping[str, str]
) -> dict[str, str]:
    """{option: what is wrong}. `name`, `mode` and `present`: of the subcloud; a mode that is not known is taken for
    the milder one. What other operations plan is in the way here: there is no start of it to compare again."""
    values = Values("options", {theirs: options[ours] for ours, theirs in NETWORK.items()} | _address(options))
    network = read_network(values, "management", simplex=mode in ("", SIMPLEX), gateway=True)
    if len(values.addresses(BOOTSTRAP)) > 1:
        values.complain(BOOTSTRAP, "One address.")
    ours = {theirs: ours for ours, theirs in NETWORK.items()} | {BOOTSTRAP: BOOTSTRAP}
    found: dict[str, str] = {}
    for problem in values.problems:
        key = problem.field.partition("/")[2]
        found.setdefault(ours.get(key, key), _renamed(problem.message))
    for option in NETWORK:
        if options[option] == present[option]:
            found.setdefault(option, "It has that already: all four values must be others than the present ones.")
    return _taken(network, fleet, name) | found


def _address(options: Mapping[str, str]) -> dict[str, str]:
    return {BOOTSTRAP: options[BOOTSTRAP]}


def _renamed(message: str) -> str:
    """In the words of the options: people are shown those."""
    for ours, theirs in NETWORK.items():
        message = message.replace(theirs, ours)
    return message


def _taken(network: SiteNetwork, fleet: FleetPlan, name: str) -> dict[str, str]:
    others = [site for site in (*fleet.sites, *fleet.planned) if _in_the_way(site, name)]
    index = range_index(others)
    for each in network.ranges:
        if held := index.overlapping(each):
            return {"management_start_ip": overlap_told(network, each, held)}
    return {}


def _in_the_way(site: KnownSite, name: str) -> bool:
    return not site.controller and site.name != name
