"""Plans: every eligible site exactly once, no limit above, the same for the same input."""

import random
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings

from operations.campaigns.constraints import costs
from operations.campaigns.failure_limits import FailureLimit
from operations.campaigns.packing import shares
from operations.campaigns.plan import CanaryRule, Limits, PlanSite, WaveRule, plan_hash
from operations.campaigns.strategy import Kind, StrategySpec
from operations.campaigns.waves import PlanRules, make_plan, mop_up
from tests.operations.campaigns import planned
from tests.operations.campaigns.planned import BERLIN, LISBON, MADRID, SPEC, demand_promises, rules, site


@given(planned.fleets(), planned.RULES)
@settings(max_examples=150, deadline=None)
def test_plans_keep_every_promise(sites: list[PlanSite], how: PlanRules) -> None:
    demand_promises(make_plan(sites, how), sites)


@given(planned.fleets(), planned.RULES)
@settings(max_examples=50, deadline=None)
def test_the_order_of_the_input_does_not_matter(sites: list[PlanSite], how: PlanRules) -> None:
    mixed = random.Random(4).sample(sites, len(sites))
    turned = replace(how, neighbours=tuple((b, a) for a, b in reversed(how.neighbours)))
    one, other = make_plan(sites, how), make_plan(mixed, turned)
    assert one == other
    assert plan_hash(one) == plan_hash(other)


@given(planned.fleets(30), planned.RULES)
@settings(max_examples=30, deadline=None)
def test_what_constraints_cost_adds_to_nothing_impossible(sites: list[PlanSite], how: PlanRules) -> None:
    found = costs(sites, how)
    assert list(found) == sorted(found, key=lambda cost: (-cost.saved, cost.constraint))
    assert all(0 < cost.saved < cost.of for cost in found)


def waves_of(plan_sites: list[PlanSite], **given: object) -> list[tuple[str, int]]:
    return [(wave.name, len(wave.sites)) for wave in make_plan(plan_sites, rules(**given)).waves]


def test_canaries_of_every_type_and_region_go_first() -> None:
    sites = [
        site(n, site_type=kind, region=region)
        for n, (kind, region) in enumerate((k, r) for k in ("SX", "DX") for r in ("West", "East") for _ in range(5))
    ]
    plan = make_plan(sites, rules(canaries=CanaryRule(chosen=(3,), each=1)))
    assert plan.waves[0].number == 0
    assert plan.waves[0].sites == (3, 5, 10, 15)  # 3 is the canary of its kind
    assert plan.waves[1].name == "All"


def test_who_cannot_begin_yet_is_no_canary_unless_chosen() -> None:
    sites = [site(1, held=True), site(2), site(3, held=True)]
    assert make_plan(sites, rules(canaries=CanaryRule(each=1))).waves[0].sites == (2,)
    assert make_plan(sites, rules(canaries=CanaryRule(chosen=(3,)))).waves[0].sites == (3,)


def test_chosen_canaries_that_take_no_part_are_named() -> None:
    plan = make_plan([site(1), site(2)], rules(canaries=CanaryRule(chosen=(1, 7, 9))), {1: "edge-1", 7: "edge-7"})
    assert plan.waves[0].sites == (1,)
    assert plan.warnings == (
        "Chosen as canaries, but not eligible: edge-7, number 9, which is not among the subclouds.",
    )


def test_kinds_of_site_that_get_no_canary_are_warned_of() -> None:
    sites = [site(1, region="East"), site(2, held=True, region="West"), site(3, held=True, site_type="", region="")]
    (warning,) = make_plan(sites, rules(canaries=CanaryRule(each=1))).warnings
    assert warning.endswith("each of their sites is held: sites of no type in no region, AIO-SX in West.")
    assert make_plan(sites, rules(canaries=CanaryRule(chosen=(1,)))).warnings == ()


def test_waves_by_percentage_are_of_everyone() -> None:
    sites = [site(n) for n in range(200)]
    steps = (WaveRule("a", percent=10), WaveRule("b", percent=30), WaveRule("c", percent=60))
    assert waves_of(sites, waves=steps) == [("a", 20), ("b", 60), ("c", 120)]


def test_waves_by_label_region_and_type_take_in_order() -> None:
    sites = [
        site(1, labels=frozenset({"test"}), region="East"),
        site(2, region="East"),
        site(3, region="West", site_type="AIO-DX"),
        site(4, region="North"),
    ]
    by = (
        WaveRule("test", labels=frozenset({"test"})),
        WaveRule("east", regions=frozenset({"East"})),
        WaveRule("duplex", site_types=frozenset({"AIO-DX"})),
    )
    plan = make_plan(sites, rules(waves=by))
    assert [(wave.number, wave.name, wave.sites) for wave in plan.waves] == [
        (1, "test", (1,)),
        (2, "east", (2,)),
        (3, "duplex", (3,)),
        (4, "Rest", (4,)),
    ]


def test_a_part_is_drawn_evenly() -> None:
    sites = [site(n, region=("West", "East")[n % 2], controller=("c1", "c2")[n // 50]) for n in range(100)]
    plan = make_plan(sites, rules(waves=(WaveRule("first", size=8),)))
    drawn = [sites[number] for number in plan.waves[0].sites]
    kinds = [(each.controller, each.region) for each in drawn]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        ("c1", "West"): 2,
        ("c1", "East"): 2,
        ("c2", "West"): 2,
        ("c2", "East"): 2,
    }


def test_rules_that_take_nobody_are_told() -> None:
    plan = make_plan(
        [site(1)], rules(canaries=CanaryRule(chosen=(1, 99)), waves=(WaveRule("east", regions=frozenset({"East"})),))
    )
    assert len(plan.warnings) == 2
    assert "99" in plan.warnings[0]
    assert "east" in plan.warnings[1]


def test_zones_with_the_same_windows_share_batches() -> None:
    mixed = make_plan([site(1, calendar=BERLIN), site(2, calendar=MADRID), site(3, calendar=LISBON)], rules())
    assert [batch.sites for _, batch in mixed.batches] in ([(1, 2), (3,)], [(3,), (1, 2)])


def test_neighbours_in_a_row_need_two_batches_only() -> None:
    row = tuple((n, n + 1) for n in range(1, 40))
    plan = make_plan([site(n) for n in range(1, 41)], rules(limits=Limits(overall=40), neighbours=row))
    assert [len(batch.sites) for _, batch in plan.batches] == [20, 20]


def test_sites_on_hold_are_mopped_up_within_the_same_limits() -> None:
    sites = [site(n) for n in range(1, 10)]
    how = rules(limits=Limits(overall=3), neighbours=((1, 2),))
    plan = make_plan(sites, how)
    wave = mop_up(plan, [sites[4], sites[1], sites[0]], how)
    assert (wave.number, wave.name) == (2, "Mop-up")
    assert sorted(wave.sites) == [1, 2, 5]
    assert [batch.number for batch in wave.batches] == [len(plan.numbers) + 1, len(plan.numbers) + 2]
    assert not any({1, 2} <= set(batch.sites) for batch in wave.batches)


def test_members_of_peer_groups_run_alone() -> None:
    plan = make_plan([site(1, alone=True), site(2), site(3)], rules())
    assert [(batch.sites, batch.alone) for _, batch in plan.batches] == [((1,), True), ((2, 3), False)]


def test_shared_limits_are_divided_among_controllers() -> None:
    assert shares(10, {"a": 300, "b": 100}) == {"a": 8, "b": 2}
    assert shares(10, {"a": 999, "b": 1}) == {"a": 9, "b": 1}
    assert shares(1, {"a": 5, "b": 5}) == {"a": 1, "b": 1}
    assert shares(7, {"a": 1, "b": 1, "c": 1}) == {"a": 3, "b": 2, "c": 2}
    assert shares(3, {}) == {}


def test_prestaging_has_dcmanagers_own_limit() -> None:
    prestage = StrategySpec(kind=Kind.PRESTAGE, release="26.09")
    plan = make_plan([site(n) for n in range(600)], rules(spec=prestage, limits=Limits(overall=1000)))
    assert max(len(batch.sites) for _, batch in plan.batches) == 250


def test_the_constraint_that_hurts_most_is_named() -> None:
    sites = [site(n, region="West" if n < 80 else "East") for n in range(100)]
    first, *_ = costs(sites, rules(limits=Limits(overall=20, per_region=4)))
    assert first.constraint == "region"
    assert first.sentence == (
        "The limit of sites at once in a region, tightest in West, costs 15 of 20 batches in a row."
    )


@pytest.mark.parametrize(
    "change",
    [
        {"spec": replace(SPEC, delete=True)},
        {"limits": Limits(overall=9)},
        {"windows": (planned.NIGHT,)},
        {"failures": FailureLimit(percent=2)},
        {"waves": (WaveRule("a", size=3),)},
        {"canaries": CanaryRule(each=1)},
        {"neighbours": ((1, 2),)},
    ],
)
def test_whatever_changes_what_is_done_changes_the_hash(change: dict[str, object]) -> None:
    sites = [site(n) for n in range(12)]
    assert plan_hash(make_plan(sites, rules())) != plan_hash(make_plan(sites, rules(**change)))


def test_a_renamed_site_changes_the_hash_and_a_warning_does_not() -> None:
    plan = make_plan([site(1), site(2)], rules())
    assert plan_hash(plan) == plan_hash(replace(plan, warnings=("Mind the gap.",)))
    assert plan_hash(plan) != plan_hash(make_plan([site(1), site(2, name="other")], rules()))


def test_the_hash_is_the_same_on_every_machine() -> None:
    """A plan that was approved before an upgrade of the portal must still be the same plan."""
    plan = make_plan([site(1), site(2), site(3, alone=True)], rules(neighbours=((2, 1),)))
    assert plan_hash(plan) == "1cf1c0c9e74b66229809181afe55fa7c9247c4b674898ed73f989ae83a64d172"


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Limits(overall=0),
        lambda: Limits(regions=(("West", 0),)),
        lambda: WaveRule("w", size=1, percent=1),
        lambda: WaveRule("w", size=0),
        lambda: WaveRule("w", percent=101),
        lambda: FailureLimit(count=-1),
        lambda: FailureLimit(percent=101),
    ],
)
def test_what_cannot_be_meant_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match=r"\."):
        wrong()  # type: ignore[operator]


def test_twenty_thousand_sites_are_no_matter_of_pairs() -> None:
    """Pairs would be 200 million here. A hub with neighbours everywhere and long rings are in it."""
    sites = [
        site(
            n, controller=f"c{n % 2}", region=f"R{n % 7}", link=f"wan-{n // 50}", rings=(f"ring-{n // 9}",),
            calendar=(BERLIN, LISBON)[n % 3 == 0],
        )
        for n in range(20_000)
    ]  # fmt: skip
    pairs = tuple((n, n + 1) for n in range(19_999)) + tuple((0, n) for n in range(1, 20_000, 2))
    how = rules(
        limits=Limits(overall=100, per_region=20, per_link=3), neighbours=pairs, waves=(WaveRule("a", percent=20),)
    )
    began = time.process_time()
    plan = make_plan(sites, how)
    assert time.process_time() - began < 10
    assert sum(len(batch.sites) for _, batch in plan.batches) == 20_000
    known = {each.id: each for each in sites}
    for _, batch in list(plan.batches)[:40]:
        planned.demand_of_batch(batch, [known[number] for number in batch.sites], replace(plan, neighbours=()))
