"""Whether what a checked site will take is still free when it starts: another plan may have begun in between.

Plans lie for days. What they keep of a site's network (operations/services/site_targets.py) is enough for that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from operations.planning.fleet import FleetPlan, known_ranges
from operations.planning.overlaps import canonical, range_index

OAM, BMC = "oam_floating_ip", "bmc_address"
AGAIN = "Plan it anew with another one."


def taken_by_now(networks: Mapping[int, Mapping[str, str]], fleet: FleetPlan) -> dict[int, str]:
    """{key: what of its network somebody has by now}; nobody is named, as who starts it is not known here."""
    ranges, world = range_index(fleet.sites), (*fleet.sites, *fleet.elsewhere)
    held = {
        OAM: _addresses(site.oam_floating_ip for site in world),
        BMC: _addresses(each for site in world for each in site.bmcs),
    }
    found: dict[int, str] = {}
    for key, network in networks.items():
        for each in known_ranges(network.get("start_ip", ""), network.get("end_ip", "")):
            if ranges.overlapping(each):
                found[key] = f"Its range {each} overlaps one that is in use by now. {AGAIN}"
        for name, what in ((OAM, "OAM floating address"), (BMC, "BMC address")):
            if held[name] & _addresses([network.get(name, "")]):
                found.setdefault(key, f"Its {what} {network[name]} is in use by now. {AGAIN}")
    return found


def _addresses(texts: Iterable[str]) -> set[str]:
    return {address for text in texts for address in canonical(text)}
