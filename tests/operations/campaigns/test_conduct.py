"""Campaigns over two System Controllers: wave by wave, truly in parallel, never above a limit, under one threshold."""

import random
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from operations.campaigns.batch import Controls, End, Planned
from operations.campaigns.calendars import Opening
from operations.campaigns.conduct import BatchState, BatchStatus, Course, Phase, conduct
from operations.campaigns.failure_limits import NONE_MAY_FAIL, FailureLimit
from operations.campaigns.plan import Batch as PlanBatch
from operations.campaigns.plan import CanaryRule, Limits, Plan, PlanSite, WaveRule
from operations.campaigns.room import Rooms
from operations.campaigns.threshold import SiteResult, WaveLimit, verdict
from operations.campaigns.waves import make_plan
from tests.operations.campaigns.dcmanager_model import START, DcManager, Site
from tests.operations.campaigns.engine_model import Batch, Luck, turn
from tests.operations.campaigns.planned import rules, site

OPEN = Opening(True)


def always(batch: PlanBatch) -> Opening:
    return OPEN


def over(at: datetime = START) -> BatchStatus:
    return BatchStatus(BatchState.OVER, over_at=at)


def begun(*sites: int) -> BatchStatus:
    return BatchStatus(BatchState.BEGUN, frozenset(sites))


def two_controllers() -> Plan:
    """Canaries 1 and 2 at c1 and c2, then three batches at each: 3 to 14, of two sites each."""
    sites = [site(n, controller="c1" if n % 2 else "c2", region="West" if n % 2 else "East") for n in range(1, 15)]
    canaries = CanaryRule(each=1, soak=timedelta(hours=1))
    return make_plan(sites, rules(limits=Limits(overall=4), canaries=canaries))


def test_controllers_run_in_parallel_wave_by_wave_with_soak_between() -> None:
    plan = two_controllers()
    first = conduct(plan, {}, START, always)
    assert (first.phase, first.wave, set(first.drive)) == (Phase.RUNNING, 0, {1, 2})
    half = conduct(plan, {1: over(), 2: begun(2)}, START, always)
    assert (half.wave, set(half.drive)) == (0, {2})
    soaking = conduct(plan, {1: over(), 2: over()}, START + timedelta(minutes=59), always)
    assert (soaking.phase, soaking.until) == (Phase.SOAKING, START + timedelta(hours=1))
    assert not soaking.drive
    second = conduct(plan, {1: over(), 2: over()}, START + timedelta(hours=1), always)
    assert (second.phase, second.wave, set(second.drive)) == (Phase.RUNNING, 1, {3, 6})


def test_it_is_over_when_all_batches_are() -> None:
    plan = two_controllers()
    statuses = {batch.number: over() for _, batch in plan.batches}
    assert conduct(plan, statuses, START + timedelta(days=1), always).phase is Phase.OVER


def test_once_stopped_nothing_begins_and_what_has_begun_is_driven_on() -> None:
    plan = two_controllers()
    now = conduct(plan, {1: over(), 2: begun(2)}, START, always, stop="Too many failed.")
    assert (now.phase, set(now.drive), now.close) == (Phase.RUNNING, {2}, (3, 4, 5, 6, 7, 8))
    then = conduct(plan, {1: over(), 2: over()}, START, always, stop="Too many failed.")
    assert (then.phase, then.message) == (Phase.OVER, "Too many failed.")


def test_the_first_batch_whose_window_is_open_comes_first() -> None:
    plan = two_controllers()
    statuses = {1: over(START - timedelta(days=1)), 2: over(START - timedelta(days=1))}

    def opening(batch: PlanBatch) -> Opening:
        later = Opening(False, opens=START + timedelta(hours=10 - batch.number), reason="Outside its windows.")
        return OPEN if batch.number == 4 else later

    assert set(conduct(plan, statuses, START, opening).drive) == {4, 8}  # 8 opens soonest of 6 to 8


def test_while_no_window_is_open_it_says_until_when_and_drives_on_what_runs() -> None:
    sites = [site(number, controller=controller) for number, controller in enumerate(["c1", "c1", "c2", "c2"], start=1)]
    plan = make_plan(sites, rules(limits=Limits(overall=2)))
    first, second = START + timedelta(hours=2), START + timedelta(hours=3)

    def closed(batch: PlanBatch) -> Opening:
        return Opening(False, opens=first if batch.controller == "c2" else second, reason="Outside.")

    both = conduct(plan, {1: begun(1), 3: begun(3)}, START, closed)
    assert (both.drive, both.opens) == ({1: "", 3: ""}, first)
    assert both.message.endswith(
        "no window is open for long enough, and what runs is left to finish. It goes on "
        + f"{first:%Y-%m-%d %H:%M} UTC."
    )
    rest = conduct(plan, {1: over(START), 3: over(START)}, START, closed)
    assert rest.opens == first
    assert rest.message.endswith("no window is open for long enough. It goes on " + f"{first:%Y-%m-%d %H:%M} UTC.")
    later = conduct(plan, {1: over(START), 3: over(START)}, START, always)
    assert (later.opens, later.drive) == (None, {2: "", 4: ""})
    assert later.message.endswith(": running.")


def test_windows_that_never_fit_are_told() -> None:
    plan = make_plan([site(1)], rules())
    told = conduct(plan, {}, START, lambda batch: Opening(False, reason="It takes too long."))
    assert told.opens is None
    assert "no window within two years is long enough" in told.message


def test_one_open_window_is_enough_to_run() -> None:
    plan = make_plan([site(1, controller="c1"), site(2, controller="c2")], rules())
    told = conduct(plan, {}, START, lambda batch: OPEN if batch.number == 1 else Opening(False, opens=START))
    assert (told.opens, told.message.endswith(": running.")) == (None, True)


@pytest.mark.parametrize(
    ("limits", "facts", "pairs", "says"),
    [
        (Limits(overall=1), {}, (), "at most 1 may be at once"),
        (Limits(per_region=1), {}, (), "2 sites of West would be worked on; at most 1"),
        (Limits(per_link=1), {"link": "wan-1"}, (), "2 sites behind wan-1"),
        (Limits(), {}, ((1, 2),), "cell-00002 has neighbours that are worked on at c1."),
        (Limits(), {"rings": ("R1",)}, (), "cell-00002 is in ring R1 with a site that is worked on at c1"),
        (Limits(), {}, (), ""),
    ],
)
def test_limits_hold_across_controllers(
    limits: Limits, facts: dict[str, object], pairs: tuple[tuple[int, int], ...], says: str
) -> None:
    sites = [site(1, controller="c1", **facts), site(2, controller="c2", **facts)]
    plan = make_plan(sites, rules(limits=limits, neighbours=pairs))
    drive = conduct(plan, {1: begun(1)}, START, always).drive
    assert drive[1] == ""
    assert says in drive[2]
    assert bool(drive[2]) == bool(says)
    assert conduct(plan, {}, START, always).drive[2] == ""  # nobody works yet: whoever begins first may


def test_a_batch_that_is_kept_back_lets_the_next_go_first() -> None:
    """2 has a neighbour that is worked on at c1; 3 has none, and its System Controller need not idle."""
    sites = [site(1, controller="c1"), site(2, controller="c2", alone=True), site(3, controller="c2", alone=True)]
    plan = make_plan(sites, rules(limits=Limits(overall=9), neighbours=((1, 2),)))
    first, second, third = (batch.number for _, batch in plan.batches)
    assert [batch.sites for _, batch in plan.batches] == [(1,), (2,), (3,)]
    assert conduct(plan, {first: begun(1)}, START, always).drive == {first: "", third: ""}
    assert conduct(plan, {first: over()}, START, always).drive == {second: ""}
    kept = conduct(plan, {first: begun(1), third: over()}, START, always).drive[second]
    assert kept


class Fleet:
    """A campaign over simulated controllers, driven as the engine will drive it."""

    def __init__(self, sites: list[PlanSite], plan: Plan, seed: int, fails: frozenset[int] = frozenset()) -> None:
        self.plan, self.rooms, self.chance = plan, Rooms(plan), random.Random(seed)
        self.known = {each.id: each for each in sites}
        self.wave_of = {number: wave.number for wave in plan.waves for number in wave.sites}
        self.controllers = {
            name: DcManager(
                [Site(s.id, s.name, 1 + s.id % 3, works=s.id not in fails) for s in sites if s.controller == name]
            )
            for name in sorted({each.controller for each in sites})
        }
        for dcmanager in self.controllers.values():
            dcmanager.in_work = self.demand_limits
        self.batches = {batch.number: self._rows(batch) for _, batch in plan.batches}
        self.over_at: dict[int, datetime] = {}
        self.began_in: list[int] = []
        self.stop = ""

    def _rows(self, batch: PlanBatch) -> Batch:
        planned = tuple(Planned(number, number, f"region-{number}") for number in batch.sites)
        return Batch(f"dcportal-1-{batch.number}", self.controllers[batch.controller], planned, batch.alone)

    @property
    def now(self) -> datetime:
        return max(each.now for each in self.controllers.values())

    def statuses(self) -> dict[int, BatchStatus]:
        found = {}
        for number, rows in self.batches.items():
            if rows.ends is not None:
                found[number] = over(self.over_at[number])
            elif rows.memory.roster:
                found[number] = begun(*(member.site for member in rows.memory.roster))
        return found

    def turn(self) -> Course:
        self._judge()
        course = conduct(self.plan, self.statuses(), self.now, always, rooms=self.rooms, stop=self.stop)
        for number in course.drive:
            asked = conduct(self.plan, self.statuses(), self.now, always, rooms=self.rooms, stop=self.stop)
            self._drive(number, asked.drive.get(number, "others came first"))
        for each in self.controllers.values():
            each.tick(timedelta(seconds=10))
        return course

    def _drive(self, number: int, room: str) -> None:
        rows = self.batches[number]
        luck = self.chance.choice([Luck.FINE] * 8 + list(Luck))
        had = bool(rows.memory.roster)
        turn(rows, Controls(room=room, stop=self.stop), luck)
        if rows.memory.roster and not had:
            self.began_in.append(self.wave_of[rows.planned[0].site])
        if rows.ends is not None:
            self.over_at.setdefault(number, self.now)

    def _judge(self) -> None:
        results = [
            SiteResult(self.known[end.site].name, self.wave_of[end.site], error=end.error or "failed")
            for rows in self.batches.values()
            for end in rows.ends or ()
            if end.end is End.FAILED
        ]
        limits = {wave.number: WaveLimit(wave.name, len(wave.sites), wave.failures) for wave in self.plan.waves}
        told = verdict(results, limits, self.plan.failures)
        self.stop = self.stop or told.sentence

    def demand_limits(self) -> None:
        """Called whenever work goes on anywhere: by what really runs, not by what is recorded."""
        at_work = {number for each in self.controllers.values() for number in each.at_work()}
        rows, limits = [self.known[number] for number in at_work], self.plan.limits
        assert len(rows) <= limits.overall
        for region, count in Counter(row.region for row in rows).items():
            assert count <= (limits.region(region) or count)
        assert not any(at_work.issuperset(pair) for pair in self.plan.neighbours)
        rings = Counter(ring for row in rows for ring in row.rings)
        assert not any(count > 1 for count in rings.values())

    def run(self, most: int = 3000) -> None:
        for _ in range(most):
            if self.turn().phase is Phase.OVER:
                return
        raise AssertionError("never over")

    def demand_all_is_as_it_was(self) -> None:
        for each in self.controllers.values():
            assert each.running is None
            assert set(each.groups) == {1, 2, 3}
            assert all(one.group == 1 + one.id % 3 for one in each.sites.values())
            assert all(one.starts <= 1 for one in each.sites.values())


def fleet_sites() -> list[PlanSite]:
    return [
        site(
            n,
            controller=f"c{n % 2}",
            region=("West", "East", "North")[n % 3],
            rings=(f"R{n % 4}",) if n % 5 == 0 else (),
            alone=n % 11 == 0,
        )
        for n in range(1, 41)
    ]


NEIGHBOURS = tuple((n, n + 1) for n in range(1, 40, 3))
STEPS = (WaveRule("first", percent=30, soak=timedelta(minutes=5)),)


@pytest.mark.parametrize("seed", range(4))
def test_every_site_once_within_all_limits_whatever_crashes(seed: int) -> None:
    sites = fleet_sites()
    how = rules(
        limits=Limits(overall=8, per_region=3), canaries=CanaryRule(each=1, soak=timedelta(minutes=5)), waves=STEPS,
        neighbours=NEIGHBOURS,
    )  # fmt: skip
    fleet = Fleet(sites, make_plan(sites, how), seed)
    fleet.run()
    fleet.demand_all_is_as_it_was()
    assert all(one.done == 1 for each in fleet.controllers.values() for one in each.sites.values())
    assert fleet.began_in == sorted(fleet.began_in)  # waves in order


@pytest.mark.parametrize("seed", range(3))
def test_a_limit_reached_stops_both_controllers(seed: int) -> None:
    sites = fleet_sites()
    how = rules(limits=Limits(overall=6), waves=(replace(STEPS[0], failures=NONE_MAY_FAIL),), failures=FailureLimit())
    plan = make_plan(sites, how)
    bad = plan.waves[0].batches[0].sites[0]
    fleet = Fleet(sites, plan, seed, frozenset({bad}))
    fleet.run()
    fleet.demand_all_is_as_it_was()
    assert f"cell-{bad:05}" in fleet.stop
    later = set(plan.waves[1].sites)
    assert not any(one.starts for each in fleet.controllers.values() for one in each.sites.values() if one.id in later)


class TestAWaveWithoutItsApproval:
    WAITS = {1: "waits for approval."}

    def test_begins_nothing_once_the_wave_before_has_soaked(self) -> None:
        statuses = {1: over(), 2: over()}
        soaking = conduct(two_controllers(), statuses, START, always, unapproved=self.WAITS)
        assert soaking.phase is Phase.SOAKING
        waiting = conduct(two_controllers(), statuses, START + timedelta(days=9), always, unapproved=self.WAITS)
        assert (waiting.phase, waiting.wave, waiting.drive, waiting.opens) == (Phase.AWAITING, 1, {}, None)
        assert waiting.message == "All: waits for approval."

    def test_does_not_keep_the_wave_before_it_back(self) -> None:
        course = conduct(two_controllers(), {}, START, always, unapproved=self.WAITS)
        assert (course.phase, course.wave, set(course.drive)) == (Phase.RUNNING, 0, {1, 2})

    def test_lets_what_was_prepared_be_driven_on_and_begins_nothing_beside_it(self) -> None:
        """Its approval expired after a batch had begun, and before anything of it was started."""
        statuses = {1: over(), 2: over(), 3: begun(3, 5)}
        course = conduct(two_controllers(), statuses, START + timedelta(days=9), always, unapproved=self.WAITS)
        assert (course.phase, set(course.drive)) == (Phase.AWAITING, {3})

    def test_once_it_is_given_waits_for_its_window_as_any_other(self) -> None:
        night = Opening(False, opens=START + timedelta(hours=30), reason="Outside its windows.")
        statuses = {1: over(START - timedelta(days=1)), 2: over(START - timedelta(days=1))}
        course = conduct(two_controllers(), statuses, START, lambda batch: night)
        assert (course.phase, course.opens) == (Phase.RUNNING, night.opens)

    def test_is_closed_when_the_campaign_is_stopped(self) -> None:
        statuses = {1: over(), 2: over()}
        course = conduct(two_controllers(), statuses, START, always, unapproved=self.WAITS, stop="Not approved.")
        assert (course.phase, course.close) == (Phase.OVER, (3, 4, 5, 6, 7, 8))
