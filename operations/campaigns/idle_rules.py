"""Names in rules that no site of a plan has to do with: a limit for a region that is spelt otherwise holds nobody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from operations.campaigns.plan import Limits, PlanSite, WaveRule
from operations.planning.problems import listed

MOST_NAMED = 5


def idle_rules(limits: Limits, waves: Sequence[WaveRule], sites: Iterable[PlanSite]) -> Iterator[str]:
    """Sentences, for whoever plans and whoever approves. Nothing of a plan without sites."""
    known = list(sites)
    if not known:
        return
    regions, links = {site.region for site in known}, {site.link for site in known}
    labels, types = {label for site in known for label in site.labels}, {site.site_type for site in known}
    for kind, given, there in (("region", limits.regions, regions), ("WAN link", limits.links, links)):
        if idle := [name for name, _ in given if name not in there]:
            yield f"No site of this plan is of {kind} {listed(idle, MOST_NAMED)}: that limit holds nobody."
    for wave in waves:
        named = (("region", wave.regions, regions), ("label", wave.labels, labels), ("type", wave.site_types, types))
        for kind, names, there in named:
            if idle := sorted(names - there):
                yield f"Wave {wave.name}: no site of this plan has the {kind} {listed(idle, MOST_NAMED)}."
