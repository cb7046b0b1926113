"""Fleets to plan with, and the check that a plan keeps every promise."""

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from functools import cache
from itertools import combinations
from typing import Any

from hypothesis import strategies as st

from operations.campaigns.calendars import Calendar, free_spans
from operations.campaigns.plan import Batch, CanaryRule, Limits, Plan, PlanSite, WaveRule
from operations.campaigns.site_time import zone_named
from operations.campaigns.strategy import Kind, StrategySpec
from operations.campaigns.waves import SAME_WINDOWS, PlanRules
from operations.campaigns.windows import WindowRule

START = datetime(2026, 11, 26, tzinfo=UTC)
NIGHT = WindowRule("Night", frozenset(range(7)), time(1), end=time(5))
BERLIN, MADRID, LISBON = (
    Calendar(zone_named(f"Europe/{name}"), (NIGHT,)) for name in ("Berlin", "Madrid", "Lisbon")
)  # Berlin and Madrid have the same windows, Lisbon has not
SPEC = StrategySpec(kind=Kind.SW_DEPLOY, release_id="starlingx-26.09.1")


def site(number: int, **facts: Any) -> PlanSite:
    given = {
        "name": f"cell-{number:05}", "controller": "c1", "dcmanager_id": number, "region": "West",
        "site_type": "AIO-SX", "calendar": BERLIN,
    }  # fmt: skip
    return PlanSite(**(given | facts | {"id": number}))


def rules(**given: Any) -> PlanRules:
    return PlanRules(**({"spec": SPEC, "starts_at": START} | given))


@cache
def open_when(calendar: Calendar) -> list[tuple[datetime, datetime]]:
    end = START + SAME_WINDOWS
    return [(span.opens, min(span.closes, end)) for span in free_spans(calendar, START, within=SAME_WINDOWS)]


def demand_promises(plan: Plan, sites: list[PlanSite]) -> None:
    """By brute force, sharing nothing with the planner: pairs are compared here."""
    known = {site.id: site for site in sites}
    placed = Counter(number for _, batch in plan.batches for number in batch.sites)
    assert placed == Counter(known.keys())
    assert sorted(row.id for row in plan.roster) == sorted(known)
    assert [batch.number for _, batch in plan.batches] == list(range(1, len(list(plan.batches)) + 1))
    for _, batch in plan.batches:
        demand_of_batch(batch, [known[number] for number in batch.sites], plan)
    for wave in plan.waves:
        demand_shares(wave.batches, known, plan.limits)


def demand_of_batch(batch: Batch, members: list[PlanSite], plan: Plan) -> None:
    assert {member.controller for member in members} == {batch.controller}
    assert len(members) == 1 or not any(member.alone for member in members)
    assert batch.alone == any(member.alone for member in members)
    assert len(members) <= plan.limits.overall
    for region, count in Counter(member.region for member in members).items():
        assert count <= (plan.limits.region(region) or count)
    for link, count in Counter(member.link for member in members if member.link).items():
        assert count <= (plan.limits.link(link) or count)
    pairs = {frozenset(pair) for pair in plan.neighbours}
    for one, other in combinations(members, 2):
        assert frozenset((one.id, other.id)) not in pairs
        assert not set(one.rings) & set(other.rings)
        assert open_when(one.calendar) == open_when(other.calendar)


def demand_shares(batches: tuple[Batch, ...], known: dict[int, PlanSite], limits: Limits) -> None:
    """Controllers that work in parallel keep the shared limits together, unless there are more of them than that."""
    controllers = {batch.controller for batch in batches}
    together = sum(max(len(each.sites) for each in batches if each.controller == name) for name in controllers)
    assert together <= max(limits.overall, len(controllers))


REGIONS, TYPES, ZONES = ("West", "East", ""), ("AIO-SX", "AIO-DX"), (BERLIN, MADRID, LISBON)


@st.composite
def fleets(draw: st.DrawFn, most: int = 60) -> list[PlanSite]:
    numbers = range(1, draw(st.integers(0, most)) + 1)
    facts = st.fixed_dictionaries({
        "controller": st.sampled_from(("c1", "c2", "c3")), "region": st.sampled_from(REGIONS),
        "site_type": st.sampled_from(TYPES), "calendar": st.sampled_from(ZONES),
        "link": st.sampled_from(("", "wan-1", "wan-2", "wan-3")),
        "labels": st.frozensets(st.sampled_from(("shop", "cell", "test"))),
        "rings": st.lists(st.sampled_from(("R1", "R2", "R3", "R4")), max_size=2).map(tuple),
        "alone": st.integers(0, 9).map(lambda roll: roll == 0),
    })  # fmt: skip
    return [site(number, **draw(facts)) for number in numbers]


LIMITS = st.builds(
    Limits,
    st.integers(1, 20),
    st.none() | st.integers(1, 8),
    st.none() | st.integers(1, 4),
    st.lists(st.tuples(st.sampled_from(REGIONS), st.integers(1, 5)), max_size=2, unique_by=lambda pair: pair[0]).map(
        tuple
    ),
)
WAVES = st.lists(
    st.one_of(
        st.builds(WaveRule, st.just("size"), size=st.integers(1, 30)),
        st.builds(WaveRule, st.just("part"), percent=st.floats(0.5, 100)),
        st.builds(WaveRule, st.just("west"), regions=st.just(frozenset({"West"}))),
        st.builds(WaveRule, st.just("shops"), labels=st.just(frozenset({"shop"})), percent=st.just(50.0)),
        st.builds(WaveRule, st.just("duplex"), site_types=st.just(frozenset({"AIO-DX"}))),
    ),
    max_size=4,
).map(tuple)
CANARIES = st.builds(
    CanaryRule, st.lists(st.integers(1, 70), max_size=4).map(tuple), st.integers(0, 2), st.just(timedelta(hours=1))
)
PAIRS = st.lists(st.tuples(st.integers(1, 60), st.integers(1, 60)), max_size=80).map(tuple)
RULES = st.builds(
    PlanRules, spec=st.just(SPEC), starts_at=st.just(START), limits=LIMITS, canaries=CANARIES, waves=WAVES,
    windows=st.just((NIGHT,)), neighbours=PAIRS,
)  # fmt: skip
