"""When a campaign ends: calendars, limits and soak together, and windows that are too short."""

import random
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from operations.campaigns.calendars import Calendar, Freeze, fits, fits_all
from operations.campaigns.durations import P50, P90, Duration, duration_of, slowest
from operations.campaigns.eta import LEAD, Eta, estimate
from operations.campaigns.plan import CanaryRule, Limits, PlanSite
from operations.campaigns.site_time import zone_named
from operations.campaigns.strategy import Kind, StrategySpec
from operations.campaigns.waves import PlanRules, make_plan
from operations.campaigns.windows import WindowRule
from tests.operations.campaigns import planned
from tests.operations.campaigns.planned import SPEC, START, rules, site

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BERLIN = zone_named("Europe/Berlin")
ANY = Calendar(BERLIN)
NIGHT = WindowRule("Night", frozenset(range(7)), time(1), end=time(5))  # 00:00 to 04:00 UTC in winter
STEADY = Duration(HOUR, HOUR, count=50)


def eta(sites: list[PlanSite], duration: Duration = STEADY, **how: Any) -> Eta:
    plan = make_plan(sites, rules(**how))
    return estimate(plan, sites, {each.id: duration for each in sites}, START)


def fleet(count: int, calendar: Calendar = ANY, **facts: Any) -> list[PlanSite]:
    return [site(n, calendar=calendar, **facts) for n in range(1, count + 1)]


def test_batches_come_one_after_another() -> None:
    told = eta(fleet(6), limits=Limits(overall=2))
    assert told.p50 == told.p90 == START + 3 * (HOUR + LEAD)
    assert sorted(told.begins.values()) == [START + n * (HOUR + LEAD) for n in range(3)]
    assert told.waiting == timedelta(0)


def test_controllers_run_in_parallel() -> None:
    sites = [site(n, calendar=ANY, controller=f"c{n % 2}") for n in range(1, 9)]
    assert eta(sites, limits=Limits(overall=4)).p50 == START + 2 * (HOUR + LEAD)


def test_waves_wait_for_each_other_and_soak() -> None:
    sites = [site(n, calendar=ANY, controller=f"c{n % 2}") for n in range(1, 9)]
    told = eta(sites, canaries=CanaryRule(each=1, soak=6 * HOUR))
    assert [(wave.number, wave.begins, wave.ends) for wave in told.waves] == [
        (0, START, START + HOUR + LEAD + 6 * HOUR),
        (1, START + 7 * HOUR + LEAD, START + 8 * HOUR + 2 * LEAD),
    ]
    assert told.waiting == 6 * HOUR


def test_nights_hold_as_many_as_fit() -> None:
    """Three of 68 minutes fit into four hours; the fourth waits for the next night."""
    told = eta(fleet(4, Calendar(BERLIN, (NIGHT,))), limits=Limits(overall=1))
    assert sorted(told.begins.values())[-1] == START + DAY
    assert told.p50 == START + DAY + HOUR + LEAD
    assert told.waiting == DAY - 3 * (HOUR + LEAD)


def test_freezes_move_the_end() -> None:
    frozen = Calendar(BERLIN, (NIGHT,), (Freeze("Fair", date(2026, 11, 26), date(2026, 12, 3)),))
    assert eta(fleet(1, frozen)).begins == {1: datetime(2026, 12, 4, tzinfo=UTC)}


def test_a_window_shorter_than_the_p90_is_found() -> None:
    short = Duration(HOUR, 4 * HOUR, count=50)
    told = eta([*fleet(2, Calendar(BERLIN, (NIGHT,))), site(9, calendar=ANY)], short)
    assert (told.p50, told.p90) == (None, None)
    (finding,) = told.findings
    assert (finding.key, finding.sites) == ("window-too-short", (1, 2))
    assert "cell-00001, cell-00002" in finding.sentence
    assert "4 h 8 min" in finding.sentence


def test_sites_in_other_zones_use_the_slot_meanwhile() -> None:
    kolkata = Calendar(zone_named("Asia/Kolkata"), (NIGHT,))  # 19:30 to 23:30 UTC
    sites = [*fleet(3, Calendar(BERLIN, (NIGHT,))), site(7, calendar=kolkata)]
    told = eta(sites, limits=Limits(overall=3))
    assert sorted(told.begins.values()) == [START, START + 19 * HOUR + HOUR / 2]


def test_many_at_once_take_longer_than_one() -> None:
    usual = Duration(HOUR, 2 * HOUR, count=50)
    assert abs(slowest(((usual, 1),), P50) - HOUR) <= timedelta(seconds=2)
    assert abs(slowest(((usual, 1),), P90) - 2 * HOUR) <= timedelta(seconds=2)
    fifty = slowest(((usual, 50),), P50)
    assert 3 * HOUR < fifty < 4 * HOUR  # the median of the slowest of 50: 0.5 ** (1 / 50) of one
    assert slowest(((usual, 50), (Duration(10 * HOUR, 10 * HOUR, 9), 1)), P50) >= 10 * HOUR
    assert slowest(((STEADY, 50),), P90) == HOUR


def test_durations_are_learned_or_called_estimates() -> None:
    learned = {
        (SPEC.release_id, "AIO-SX"): Duration(HOUR, 2 * HOUR, 40),
        (SPEC.release_id, "AIO-DX"): Duration(HOUR, 2 * HOUR, 2),  # too few to believe
        ("", "AIO-DX"): Duration(3 * HOUR, 4 * HOUR, 9),
    }
    assert duration_of("AIO-SX", SPEC, learned).p50 == HOUR
    assert duration_of("AIO-DX", SPEC, learned).p50 == 3 * HOUR
    guess = duration_of("AIO-SX", SPEC, {})
    assert guess.is_estimate
    assert guess.p50 == HOUR / 2
    assert duration_of("AIO-DX", SPEC, {}).p50 == HOUR
    assert duration_of("", SPEC, {}).p50 == HOUR
    assert duration_of("AIO-SX", SPEC, {}, from_release="26.03").p50 == 1.5 * HOUR
    assert duration_of("AIO-SX", StrategySpec(kind=Kind.PRESTAGE, release="26.09"), {}).p50 == HOUR / 2
    assert eta(fleet(3), guess).estimated == 3
    assert eta(fleet(3)).estimated == 0


def test_all_calendars_of_a_batch_must_be_open() -> None:
    night = Calendar(BERLIN, (NIGHT,))
    frozen = Calendar(BERLIN, (), (Freeze("Fair", date(2026, 11, 26), date(2026, 11, 26)),))
    assert fits_all((ANY, night), START, HOUR).until == START + 4 * HOUR
    assert "Fair" in fits_all((ANY, night, frozen), START, HOUR).reason
    assert fits_all((), START, HOUR).is_open


DURATIONS = st.builds(
    lambda p50, more: Duration(timedelta(minutes=p50), timedelta(minutes=p50 + more), 9),
    st.integers(1, 100),
    st.integers(0, 100),
)


@given(planned.fleets(25), planned.RULES, DURATIONS, DURATIONS)
@settings(max_examples=40, deadline=None)
def test_every_batch_begins_where_it_fits(
    sites: list[PlanSite], how: PlanRules, one: Duration, other: Duration
) -> None:
    plan = make_plan(sites, how)
    durations = {each.id: one if each.site_type == "AIO-SX" else other for each in sites}
    told = estimate(plan, sites, durations, START)
    mixed = random.Random(4).sample(sites, len(sites))
    assert estimate(make_plan(mixed, how), mixed, durations, START) == told
    known = {each.id: each for each in sites}
    for _, batch in plan.batches:
        if batch.number in told.begins:
            needed = max(durations[number].p90 for number in batch.sites) + LEAD
            assert all(
                fits(known[number].calendar, told.begins[batch.number], needed).is_open for number in batch.sites
            )
    if told.p50 is not None and told.p90 is not None:
        assert START <= told.p50 <= told.p90
        assert set(told.begins) == set(plan.numbers)
    assert bool(told.findings) == (told.p90 is None)


@pytest.mark.parametrize("count", [2000])
def test_thousands_are_quick(count: int) -> None:
    sites = [site(n, calendar=Calendar(BERLIN, (NIGHT,)), controller=f"c{n % 2}") for n in range(count)]
    told = eta(sites, limits=Limits(overall=20))
    assert told.p50 is not None
    assert len(told.begins) == 200
