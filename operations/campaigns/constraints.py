"""Which constraint of a plan costs most: the plan is made again without each of them, and batches in a row are counted.

Batches in a row: those of the System Controller that has most of them, wave by wave. They decide when it ends.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from operations.campaigns.packing import adjacency, resources
from operations.campaigns.plan import PlanSite
from operations.campaigns.wave_choice import choose
from operations.campaigns.waves import PlanRules, Relaxed, batches_of


@dataclass(frozen=True, slots=True)
class Cost:
    """`saved`: how many batches in a row fewer there would be without this constraint; `of`: how many there are."""

    constraint: str
    saved: int
    of: int
    sentence: str


RELAXED: Mapping[str, Relaxed] = {
    "overall": Relaxed(frozenset({"all"})),
    "region": Relaxed(frozenset({"region"})),
    "link": Relaxed(frozenset({"link"})),
    "ring": Relaxed(frozenset({"ring"})),
    "neighbours": Relaxed(neighbours=True),
    "windows": Relaxed(windows=True),
    "alone": Relaxed(alone=True),
}
WORDS = {
    "overall": "The limit of {limit} sites at once",
    "region": "The limit of sites at once in a region, tightest in {worst},",
    "link": "The limit of sites at once behind a WAN link, tightest on {worst},",
    "ring": "That sites of one ring are never worked on together, tightest in {worst},",
    "neighbours": "That neighbours are never worked on together",
    "windows": "That sites with different windows are not in one batch",
    "alone": "That members of peer groups run alone",
}


def costs(sites: Iterable[PlanSite], rules: PlanRules) -> tuple[Cost, ...]:
    """Those that cost something, the dearest first."""
    everyone = list(sites)
    waves, _ = choose(everyone, rules.canaries, rules.waves, {})
    neighbours = adjacency(rules.neighbours)
    signatures = Relaxed().signatures
    now = in_a_row(batches_of(waves, rules, neighbours, Relaxed(signatures=signatures)))
    found = []
    for name in _active(everyone, rules):
        without = RELAXED[name]
        relaxed = Relaxed(without.kinds, without.windows, without.alone, without.neighbours, signatures)
        saved = now - in_a_row(batches_of(waves, rules, neighbours, relaxed))
        if saved > 0:
            subject = WORDS[name].format(limit=rules.limits.overall, worst=_worst(name, everyone, rules))
            sentence = f"{subject} costs {saved} of {now} batches in a row."
            found.append(Cost(name, saved, now, sentence))
    return tuple(sorted(found, key=lambda cost: (-cost.saved, cost.constraint)))


def _active(sites: Sequence[PlanSite], rules: PlanRules) -> list[str]:
    """Constraints that there are; making the plan again without the others would change nothing."""
    limits = rules.limits
    there = {
        "overall": True,
        "region": limits.per_region or limits.regions,
        "link": limits.per_link or limits.links,
        "ring": any(site.rings for site in sites),
        "neighbours": rules.neighbours,
        "windows": len({site.calendar for site in sites}) > 1,
        "alone": any(site.alone for site in sites),
    }
    return [name for name in RELAXED if there[name]]


def in_a_row(waves: Iterable[Mapping[str, Sequence[object]]]) -> int:
    return sum(max((len(batches) for batches in wave.values()), default=0) for wave in waves)


def _worst(kind: str, sites: Sequence[PlanSite], rules: PlanRules) -> str:
    """Which region, link or ring needs most batches by itself."""
    count = Counter(name for site in sites for each, name in resources(site) if each == kind)
    rated = [(-(-number // (_limit(kind, name, rules) or number)), name) for name, number in count.items()]
    most = max((batches for batches, _ in rated), default=0)
    return min((name for batches, name in rated if batches == most), default="") or "no region"


def _limit(kind: str, name: str, rules: PlanRules) -> int | None:
    match kind:
        case "region":
            return rules.limits.region(name)
        case "link":
            return rules.limits.link(name)
    return 1
