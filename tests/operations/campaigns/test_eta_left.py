"""When a campaign that runs will end: what is over is over, what runs has less to go, what is stopped never comes."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from operations.campaigns.calendars import Calendar
from operations.campaigns.eta import LEAD, Eta
from operations.campaigns.eta_left import BatchNow, estimate_left
from operations.campaigns.plan import CanaryRule, Limits, Plan, PlanSite
from operations.campaigns.waves import make_plan
from tests.operations.campaigns.planned import START, rules
from tests.operations.campaigns.test_eta import ANY, BERLIN, HOUR, NIGHT, STEADY, fleet

OVER: frozenset[int] = frozenset()


def planned(sites: list[PlanSite], **how: Any) -> tuple[Plan, dict[int, BatchNow]]:
    plan = make_plan(sites, rules(**how))
    return plan, {batch.number: BatchNow(frozenset(batch.sites)) for _, batch in plan.batches}


def left(
    plan: Plan, sites: list[PlanSite], batches: Mapping[int, BatchNow], now: datetime = START, *, stopped: bool = False
) -> Eta:
    by_id = {each.id: each for each in sites}
    return estimate_left(plan, batches, by_id, dict.fromkeys(by_id, STEADY), now, stopped=stopped)


def test_before_anything_runs_it_is_as_planned_but_from_now_on() -> None:
    sites = fleet(4)
    plan, batches = planned(sites, limits=Limits(overall=2))
    assert left(plan, sites, batches, START + HOUR).p50 == START + HOUR + 2 * (HOUR + LEAD)


def test_what_is_over_takes_no_time_and_what_runs_takes_less() -> None:
    sites = fleet(6)
    plan, batches = planned(sites, limits=Limits(overall=2))
    now = START + 2 * HOUR
    batches[1] = BatchNow(OVER, None, now - HOUR)
    batches[2] = BatchNow(batches[2].left, now - HOUR / 2)
    assert left(plan, sites, batches, now).p50 == now + (HOUR / 2 + LEAD) + (HOUR + LEAD)


def test_what_takes_longer_than_ever_ends_soon_and_not_in_the_past() -> None:
    sites = fleet(2)
    plan, batches = planned(sites)
    told = left(plan, sites, {1: BatchNow(batches[1].left, START - 9 * HOUR)})
    assert told.p50 == told.p90 == START + timedelta(minutes=1) + LEAD


def test_what_has_begun_is_not_cut_short_by_its_window() -> None:
    sites = fleet(2, Calendar(BERLIN, (NIGHT,)))
    plan, batches = planned(sites, windows=(NIGHT,))
    now = START + 4 * HOUR  # the night is over
    assert left(plan, sites, {1: BatchNow(batches[1].left, now - HOUR / 2)}, now).p50 == now + HOUR / 2 + LEAD
    assert left(plan, sites, batches, now).p50 == START + 24 * HOUR + HOUR + LEAD


def test_the_soak_of_a_wave_that_is_over_lasts_on() -> None:
    sites = fleet(2)
    plan, batches = planned(sites, canaries=CanaryRule(each=1, soak=6 * HOUR))
    batches[1] = BatchNow(OVER, None, START)
    assert left(plan, sites, batches, START + HOUR).p50 == START + 6 * HOUR + HOUR + LEAD
    assert left(plan, sites, batches, START + 9 * HOUR).p50 == START + 9 * HOUR + HOUR + LEAD


def test_once_it_is_stopped_only_what_runs_is_waited_for() -> None:
    sites = fleet(6)
    plan, batches = planned(sites, limits=Limits(overall=2))
    batches[1] = BatchNow(frozenset(list(batches[1].left)[:1]), START)
    assert left(plan, sites, batches, START, stopped=True).p50 == START + HOUR + LEAD
    batches[1] = BatchNow(OVER, None, START)
    assert left(plan, sites, batches, START + timedelta(minutes=1), stopped=True).p50 == START + timedelta(minutes=1)


def test_sites_that_are_not_known_any_more_are_left_out() -> None:
    sites = fleet(4)
    plan, _ = planned(sites)
    assert ANY is sites[0].calendar
    assert left(plan, sites[:3], {1: BatchNow(frozenset({1, 2, 3}))}).p50 == START + HOUR + LEAD
