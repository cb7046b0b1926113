"""From eligible sites and rules to a frozen plan: waves, batches within them, and which constraint costs most.

One strategy works on one batch, all of whose sites are under one System Controller and have the same windows. Limits
that several System Controllers share are divided among them, as they work in parallel.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from operations.campaigns.calendars import Calendar, free_spans
from operations.campaigns.failure_limits import ANY_MAY_FAIL, FailureLimit
from operations.campaigns.packing import ALL, Capacity, Neighbours, Resource, adjacency, pack, shares
from operations.campaigns.plan import (
    ANY_TEN,
    NO_CANARIES,
    Batch,
    CanaryRule,
    Limits,
    Plan,
    PlanSite,
    RosterRow,
    Wave,
    WaveRule,
)
from operations.campaigns.strategy import StrategySpec
from operations.campaigns.wave_choice import Chosen, choose
from operations.campaigns.windows import WindowRule

Divided = dict[Resource, dict[str, int]]
Signature = tuple[tuple[datetime, datetime], ...]
MOP_UP = "Mop-up"
SAME_WINDOWS = timedelta(days=56)  # sites whose windows agree for so long may be in one batch


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRules:
    """How sites are cut into waves and batches. `starts_at`: from when on windows are compared."""

    spec: StrategySpec
    starts_at: datetime
    limits: Limits = ANY_TEN
    canaries: CanaryRule = NO_CANARIES
    waves: tuple[WaveRule, ...] = ()
    windows: tuple[WindowRule, ...] = ()
    failures: FailureLimit = ANY_MAY_FAIL
    neighbours: tuple[tuple[int, int], ...] = ()


@dataclass(slots=True)
class Relaxed:
    """Which constraints are left out, to learn what they cost; see constraints.py."""

    kinds: frozenset[str] = frozenset()
    windows: bool = False
    alone: bool = False
    neighbours: bool = False
    signatures: dict[Calendar, Signature] = field(default_factory=dict)


def make_plan(sites: Iterable[PlanSite], rules: PlanRules, names: Mapping[int, str] = MappingProxyType({})) -> Plan:
    """The same for the same sites and rules, in whatever order they come. Every site is in exactly one batch. `names`:
    of sites that were asked for, also of those that take no part, for warnings."""
    chosen, warnings = choose(sites, rules.canaries, rules.waves, names)
    everyone = [site for wave in chosen for site in wave.sites]
    known = {site.id for site in everyone}
    pairs = sorted({(min(pair), max(pair)) for pair in rules.neighbours if known.issuperset(pair)})
    return Plan(
        spec=rules.spec,
        limits=rules.limits,
        windows=rules.windows,
        failures=rules.failures,
        waves=_numbered(chosen, batches_of(chosen, rules, adjacency(pairs), Relaxed())),
        roster=tuple(
            RosterRow(site.id, site.name, site.controller, site.dcmanager_id, site.region, site.link)
            for site in sorted(everyone, key=lambda site: site.id)
        ),
        neighbours=tuple(pairs),
        rings=_rings(everyone),
        warnings=tuple(warnings),
    )


def mop_up(plan: Plan, held: Iterable[PlanSite], rules: PlanRules) -> Wave:
    """A last wave of sites of `plan` that were on hold when their turn came: packed as it was, numbered after it. It
    soaks as long as the one before."""
    last = max((wave.number for wave in plan.waves), default=0)
    soak = max(plan.waves, key=lambda wave: wave.number).soak if plan.waves else timedelta(0)
    chosen = [Chosen(last + 1, MOP_UP, sorted(held, key=lambda site: (site.name, site.id)), soak, ANY_MAY_FAIL)]
    batches = batches_of(chosen, rules, adjacency(plan.neighbours), Relaxed())
    return _numbered(chosen, batches, after=max(plan.numbers, default=0))[0]


def batches_of(
    chosen: Sequence[Chosen], rules: PlanRules, neighbours: Neighbours, relaxed: Relaxed
) -> list[dict[str, list[list[PlanSite]]]]:
    """For each wave: batches by System Controller."""
    return [_of_wave(wave.sites, rules, {} if relaxed.neighbours else neighbours, relaxed) for wave in chosen]


def _of_wave(
    sites: Sequence[PlanSite], rules: PlanRules, neighbours: Neighbours, relaxed: Relaxed
) -> dict[str, list[list[PlanSite]]]:
    divided = _divided(sites, rules, relaxed)
    groups: dict[tuple[str, int], tuple[Signature, list[PlanSite]]] = {}
    found: dict[str, list[list[PlanSite]]] = {}
    for site in sites:
        made = found.setdefault(site.controller, [])
        if site.alone and not relaxed.alone:
            made.append([site])
        else:
            open_when = () if relaxed.windows else _signature(site.calendar, rules.starts_at, relaxed.signatures)
            groups.setdefault((site.controller, id(open_when)), (open_when, []))[1].append(site)
    ordered = sorted(((controller, *group) for (controller, _), group in groups.items()), key=lambda row: row[:2])
    for controller, _, members in ordered:
        found[controller].extend(pack(members, _capacity(divided, controller, relaxed), neighbours))
    return found


def _divided(sites: Iterable[PlanSite], rules: PlanRules, relaxed: Relaxed) -> Divided:
    """Each limit by System Controller."""
    wanted: dict[Resource, dict[str, int]] = {}
    for site in sites:
        for resource in (ALL, ("region", site.region), ("link", site.link)):
            controllers = wanted.setdefault(resource, {})
            controllers[site.controller] = controllers.get(site.controller, 0) + 1
    most = rules.spec.most_parallel
    found: Divided = {}
    for resource, controllers in wanted.items():
        limit = None if resource[0] in relaxed.kinds else _limit(resource, rules.limits)
        if resource == ALL:
            given = dict.fromkeys(controllers, most) if limit is None else shares(limit, controllers)
            found[resource] = {name: min(most, share) for name, share in given.items()}
        elif limit is not None:
            found[resource] = shares(limit, controllers)
    return found


def _limit(resource: Resource, limits: Limits) -> int | None:
    kind, name = resource
    if kind == "region":
        return limits.region(name)
    return limits.link(name) if kind == "link" else limits.overall


def _capacity(divided: Divided, controller: str, relaxed: Relaxed) -> Capacity:
    def capacity(resource: Resource) -> int | None:
        if resource[0] == "ring":
            return None if "ring" in relaxed.kinds else 1
        share = divided.get(resource)
        return None if share is None else share[controller]

    return capacity


def _signature(calendar: Calendar, at: datetime, known: dict[Calendar, Signature]) -> Signature:
    """When a calendar is open in the weeks to come. Equal ones are the same object, which makes them quick to group."""
    if calendar not in known:
        spans = free_spans(calendar, at, within=SAME_WINDOWS)
        told = tuple((span.opens, min(span.closes, at + SAME_WINDOWS)) for span in spans)
        known[calendar] = next((each for each in known.values() if each == told), told)
    return known[calendar]


def _numbered(
    chosen: Sequence[Chosen], batches: Sequence[Mapping[str, Sequence[Sequence[PlanSite]]]], after: int = 0
) -> tuple[Wave, ...]:
    waves, number = [], after
    for wave, by_controller in zip(chosen, batches, strict=True):
        made = []
        for controller in sorted(by_controller):
            for members in by_controller[controller]:
                number += 1
                ids = tuple(sorted(site.id for site in members))
                made.append(Batch(number, controller, ids, alone=any(site.alone for site in members)))
        waves.append(Wave(wave.number, wave.name, tuple(made), wave.soak, wave.failures))
    return tuple(waves)


def _rings(sites: Iterable[PlanSite]) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Rings of which more than one site takes part."""
    rings: dict[str, list[int]] = {}
    for site in sites:
        for ring in site.rings:
            rings.setdefault(ring, []).append(site.id)
    return tuple((ring, tuple(sorted(ids))) for ring, ids in sorted(rings.items()) if len(ids) > 1)
