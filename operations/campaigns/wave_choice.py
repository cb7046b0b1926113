"""Which wave a site is in: canaries first, then rule by rule; whoever no rule takes is in a last wave."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from operations.campaigns.failure_limits import ANY_MAY_FAIL, FailureLimit
from operations.campaigns.plan import CanaryRule, PlanSite, WaveRule
from operations.planning.problems import listed


@dataclass(slots=True)
class Chosen:
    """A wave before it is cut into batches."""

    number: int
    name: str
    sites: list[PlanSite]
    soak: timedelta
    failures: FailureLimit


def choose(
    sites: Iterable[PlanSite], canaries: CanaryRule, rules: Sequence[WaveRule], names: Mapping[int, str]
) -> tuple[list[Chosen], list[str]]:
    """Waves that have sites, and warnings about rules that take none. Every site is in exactly one. `names`: of sites
    that were asked for, also of those that take no part."""
    left = {site.id: site for site in sorted(sites, key=lambda site: (site.name, site.id))}
    everyone = list(left.values())
    waves, warnings = [], []
    first, missing = _canaries(left, canaries)
    if missing:
        called = [names.get(site, f"number {site}, which is not among the subclouds") for site in missing]
        warnings.append(f"Chosen as canaries, but not eligible: {listed(called)}.")
    if bare := _without_canary(everyone, first) if canaries.each else []:
        warnings.append(f"Without a canary, for each of their sites is held: {listed(bare)}.")
    if first:
        waves.append(Chosen(0, "Canaries", first, canaries.soak, canaries.failures))
    for rule in rules:
        taken = _take(everyone, left, rule)
        if not taken:
            warnings.append(f"Wave {rule.name} has no site: no other one matches it.")
        else:
            waves.append(Chosen(len(waves) + (not first), rule.name, taken, rule.soak, rule.failures))
    if left:
        name = "Rest" if rules else "All"
        waves.append(Chosen(len(waves) + (not first), name, list(left.values()), timedelta(0), ANY_MAY_FAIL))
    return waves, warnings


def _canaries(left: dict[int, PlanSite], rule: CanaryRule) -> tuple[list[PlanSite], list[int]]:
    chosen = [left[site] for site in dict.fromkeys(rule.chosen) if site in left]
    count: dict[tuple[str, str], int] = {}
    for site in chosen:
        count[_kind(site)] = count.get(_kind(site), 0) + 1
        del left[site.id]
    for site in list(left.values()) if rule.each else ():
        if not site.held and count.get(_kind(site), 0) < rule.each:
            count[_kind(site)] = count.get(_kind(site), 0) + 1
            chosen.append(left.pop(site.id))
    missing = set(rule.chosen) - {site.id for site in chosen}
    return chosen, sorted(missing)


def _without_canary(everyone: Iterable[PlanSite], canaries: Iterable[PlanSite]) -> list[str]:
    """Kinds of site, by region, of which no canary shows anything before the rest of them."""
    left = {_kind(site) for site in everyone} - {_kind(site) for site in canaries}
    return [f"{kind or 'sites of no type'} in {region or 'no region'}" for kind, region in sorted(left)]


def _kind(site: PlanSite) -> tuple[str, str]:
    return site.site_type, site.region


def _take(everyone: Sequence[PlanSite], left: dict[int, PlanSite], rule: WaveRule) -> list[PlanSite]:
    """Takes the rule's sites out of `left`. A part of them is drawn evenly from controllers, regions and site types."""
    matching = [site for site in everyone if rule.matches(site)]
    able = [site for site in matching if site.id in left]
    size = len(able)
    if rule.size is not None:
        size = rule.size
    elif rule.percent is not None:
        size = math.ceil(round(len(matching) * rule.percent / 100, 6))
    taken = able if size >= len(able) else _evenly(able)[:size]
    for site in taken:
        del left[site.id]
    return taken


def _evenly(sites: Sequence[PlanSite]) -> list[PlanSite]:
    """An order in which every beginning is mixed like the whole."""
    strata: dict[tuple[str, str, str], list[PlanSite]] = {}
    for site in sites:
        strata.setdefault((site.controller, *_kind(site)), []).append(site)
    ranked = [
        ((rank + 0.5) / len(stratum), key, site.name, site.id, site)
        for key, stratum in strata.items()
        for rank, site in enumerate(stratum)
    ]
    return [row[-1] for row in sorted(ranked, key=lambda row: row[:-1])]
