"""The state machine of a batch, arrow by arrow: where it stands, one thing that is otherwise, and what comes next."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from operations.campaigns import actions as a
from operations.campaigns.batch import Controls, End, Outcome, Planned, SiteEnd, Verb
from operations.campaigns.calendars import Opening
from operations.campaigns.facts import AlarmKey
from operations.choices import Outcome as StoredOutcome
from tests.operations.campaigns.dcmanager_model import START, DcManager, Site
from tests.operations.campaigns.engine_model import PACE, SPEC, Batch, Luck, drive, peek, turn

FREE = Controls()
MINUTES = timedelta(minutes=1)


def batch(count: int = 3, *, alone: bool = False, **facts: Any) -> Batch:
    sites = [Site(n, f"cell-{n}", 1 + n % 3, **facts) for n in range(1, count + 1)]
    planned = tuple(Planned(site.id, site.id, f"region-{site.id}") for site in sites)
    return Batch("dcportal-7-1", DcManager(sites), planned, alone)


def before(action: type[a.Action], it: Batch | None = None, controls: Controls = FREE) -> Batch:
    """A batch whose next action is this one."""
    it = it or batch()
    for _ in range(200):
        if isinstance(peek(it, controls).action, action):
            return it
        turn(it, controls)
        it.dcmanager.tick(timedelta(seconds=5))
    raise AssertionError(f"never {action.__name__}: {it.history}")


def after(action: type[a.Action], luck: Luck = Luck.FINE, it: Batch | None = None) -> Batch:
    """A batch that has just done this, with that luck."""
    it = before(action, it)
    turn(it, FREE, luck)
    it.dcmanager.tick(timedelta(seconds=1))
    return it


def does(it: Batch, controls: Controls = FREE) -> a.Action:
    return peek(it, controls).action


def waits(it: Batch, controls: Controls = FREE) -> str:
    action = does(it, controls)
    assert isinstance(action, a.Wait), action
    return action.key


def test_the_usual_way() -> None:
    it = batch(5)
    names = [type(action).__name__ for action in drive(it)]
    steps = [name for n, name in enumerate(names) if n == 0 or name != names[n - 1]]
    assert steps == [
        "Begin", "CreateGroup", "Move", "CreateStrategy", "Restore", "DeleteGroup", "Apply", "Watch", "Archive",
        "DeleteStrategy", "PostCheck", "Finish",
    ]  # fmt: skip
    assert it.ends == tuple(SiteEnd(n, End.DONE) for n in range(1, 6))
    assert it.dcmanager.created == ["us"]


def test_alone_there_is_no_group() -> None:
    it = batch(1, alone=True)
    names = {type(action).__name__ for action in drive(it)}
    assert not names & {"CreateGroup", "Move", "Restore", "DeleteGroup"}
    assert it.ends == (SiteEnd(1, End.DONE),)
    assert does(before(a.CreateStrategy, batch(1, alone=True))) == a.CreateStrategy(None, "cell-1", 1)


CLOSED = Opening(False, opens=START + timedelta(hours=3), reason="Outside its windows.")


@pytest.mark.parametrize(
    ("controls", "key"),
    [
        ({"paused": "Paused by Ann."}, "paused"),
        ({"brake": "The brake is on."}, "brake"),
        ({"room": "40 sites are worked on elsewhere."}, "room"),
        ({"opening": CLOSED}, "window"),
    ],
)
def test_what_must_be_over_before_it_begins(controls: dict[str, Any], key: str) -> None:
    assert waits(batch(), Controls(**controls)) == key


def test_waits_for_a_window_are_short_enough_to_hear_people() -> None:
    action = does(batch(), Controls(opening=CLOSED))
    assert isinstance(action, a.Wait)
    assert action.after == MINUTES


def test_a_foreign_strategy_is_waited_for_and_described() -> None:
    it = batch()
    it.dcmanager.create_strategy(SPEC, owner="them")
    action = does(it)
    assert isinstance(action, a.Wait)
    assert action.key == "foreign"
    assert "sw-deploy strategy" in action.message
    assert "which is not ours" in action.message


def test_a_strategy_of_another_campaign_is_called_so() -> None:
    it = batch()
    it.others = {it.dcmanager.create_strategy(SPEC, owner="them"): 12}
    action = does(it)
    assert isinstance(action, a.Wait)
    assert action.key == "foreign"
    assert action.message.endswith("is in it, which is that of campaign 12.")


def test_who_takes_part_is_chosen_when_it_begins() -> None:
    it = batch(5)
    del it.dcmanager.sites[4]
    begin = does(it, Controls(held={1: "Alarm 400.001 stands."}, skipped=frozenset({2})))
    assert isinstance(begin, a.Begin)
    assert [(member.name, member.home_group) for member in begin.roster] == [("cell-3", 1), ("cell-5", 3)]
    memory = peek(it, Controls(held={1: "Alarm 400.001 stands."}, skipped=frozenset({2}))).memory
    assert {each.site: each.end for each in memory.left_out} == {1: End.HELD, 2: End.SKIPPED, 4: End.GONE}


def test_a_number_that_is_another_subcloud_now_takes_no_part() -> None:
    it = batch(1)
    it.planned = (replace(it.planned[0], region_name="another"),)
    assert does(it) == a.Finish(
        (SiteEnd(1, End.GONE, "The System Controller has no such subcloud any more."),), "No site is left to work on."
    )


@pytest.mark.parametrize("controls", [{"stop": "3 % failed."}, {"abort": "Ended by Ann."}])
def test_nothing_begins_once_it_is_stopped(controls: dict[str, str]) -> None:
    action = does(batch(1), Controls(**controls))
    assert action == a.Finish((SiteEnd(1, End.NOT_RUN, *controls.values()),), *controls.values())


def test_sites_that_pass_through_another_campaigns_group_are_waited_for() -> None:
    it = batch()
    it.dcmanager.sites[1].group = it.dcmanager.create_group("dcportal-6-9-1", 2)
    assert waits(it) == "busy"


WRITES = (a.CreateGroup, a.Move, a.CreateStrategy, a.Restore, a.DeleteGroup, a.Apply, a.DeleteStrategy)


@pytest.mark.parametrize("action", WRITES)
def test_nothing_is_sent_while_the_brake_is_on(action: type[a.Action]) -> None:
    assert waits(before(action), Controls(brake="The brake is on.")) == "brake"


@pytest.mark.parametrize("action", WRITES)
@pytest.mark.parametrize("luck", [Luck.CRASH_BEFORE_SENDING, Luck.REQUEST_LOST])
def test_a_lost_request_is_sent_again_only_when_nothing_showed_for_long(action: type[a.Action], luck: Luck) -> None:
    it = after(action, luck, batch(1))
    assert waits(it) == "unknown-outcome"
    it.dcmanager.tick(PACE.unmoved - timedelta(seconds=5))
    assert waits(it) == "unknown-outcome"
    it.dcmanager.tick(timedelta(seconds=10))
    told = peek(it, FREE)
    assert isinstance(told.action, action)
    assert Outcome.LOST in dict(told.settled).values()


@pytest.mark.parametrize("action", WRITES)
@pytest.mark.parametrize("luck", [Luck.CRASH_AFTER_SENDING, Luck.ANSWER_LOST])
def test_an_effect_that_shows_is_enough(action: type[a.Action], luck: Luck) -> None:
    it = after(action, luck, batch(1))
    told = peek(it, FREE)
    assert not isinstance(told.action, action)
    assert not isinstance(told.action, a.Wait)
    assert Outcome.EFFECTIVE in dict(told.settled).values()


def test_a_look_that_is_older_than_the_request_proves_nothing() -> None:
    it = after(a.CreateGroup, Luck.ANSWER_LOST)
    look = replace(it.dcmanager.look(), at=it.intents[-1].at)
    assert peek(it, FREE, look).settled == ()


def test_groups_and_sites_that_others_touched() -> None:
    it = before(a.CreateGroup)
    it.dcmanager.create_group("dcportal-7-1-1", 3)
    action = does(it)
    assert isinstance(action, a.AskPerson)
    assert "not as this campaign made it" in action.message


def test_a_site_that_somebody_moves_meanwhile_is_left_there() -> None:
    it = before(a.Move)
    it.dcmanager.sites[2].group = 1
    told = peek(it, FREE)
    assert told.memory.unwinding == "Somebody moved cell-2 to another group meanwhile."
    list(drive(it))
    assert it.dcmanager.sites[2].group == 1
    assert it.ends is not None
    assert {each.end for each in it.ends} == {End.DONE}


def test_a_site_that_dcmanager_does_not_move_is_held_and_the_others_go_on() -> None:
    it = batch()
    it.dcmanager.sites[2].movable = False
    list(drive(it))
    assert it.ends is not None
    ends = {each.site: each for each in it.ends}
    assert (ends[1].end, ends[2].end, ends[3].end) == (End.DONE, End.HELD, End.DONE)
    assert "Invalid group" in ends[2].error
    assert it.dcmanager.sites[2].starts == 0


def test_a_guest_in_our_group_is_never_worked_on() -> None:
    it = before(a.CreateStrategy)
    it.dcmanager.sites[9] = Site(9, "guest", it.dcmanager.sites[1].group)
    actions = [type(action) for action in drive(it, most=12)]
    assert a.CreateStrategy not in actions
    assert "guest, put into group dcportal-7-1-1" in it.asked


@pytest.mark.parametrize("when", [a.CreateGroup, a.Move, a.CreateStrategy, a.Restore, a.Apply])
@pytest.mark.parametrize(
    "controls",
    [
        {"paused": "Paused by Ann."},
        {"stop": "3 % failed."},
        {"abort": "Ended by Ann."},
        {"held": {2: "Alarm 400.001 stands."}},
        {"skipped": frozenset({2})},
        {"opening": CLOSED},
    ],
    ids=lambda controls: next(iter(controls)),
)
def test_until_it_is_applied_everything_can_be_taken_back(when: type[a.Action], controls: dict[str, Any]) -> None:
    it = before(when)
    now = Controls(**controls)
    for _ in range(12):
        action = turn(it, now)
        it.dcmanager.tick(timedelta(seconds=15))
        if isinstance(action, a.Wait | a.Finish) and not it.memory.roster:
            break
    assert it.dcmanager.running is None
    assert set(it.dcmanager.groups) == {1, 2, 3}
    assert [site.group for site in it.dcmanager.sites.values()] == [2, 3, 1]
    assert all(site.starts == 0 for site in it.dcmanager.sites.values())
    if "paused" in controls or "opening" in controls:
        list(drive(it))
        assert it.ends == tuple(SiteEnd(n, End.DONE) for n in (1, 2, 3))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda it: it.dcmanager.sites.pop(2),
        lambda it: setattr(it.dcmanager.sites[2], "name", "renamed"),
    ],
    ids=["deleted", "renamed"],
)
def test_a_site_that_goes_away_takes_the_attempt_back(spoil: Callable[[Batch], object]) -> None:
    it = before(a.CreateStrategy)
    spoil(it)
    list(drive(it))
    assert it.ends is not None
    assert [each.end for each in it.ends if each.site != 2] == [End.DONE, End.DONE]
    assert set(it.dcmanager.groups) == {1, 2, 3}


def test_while_ours_may_be_on_its_way_a_foreign_one_is_waited_for() -> None:
    it = after(a.CreateStrategy, Luck.REQUEST_LOST)
    it.dcmanager.sites[9] = Site(9, "other", 1)
    it.dcmanager.create_strategy(SPEC, name="other", owner="them")
    assert waits(it) == "foreign"
    it.dcmanager.tick(2 * PACE.unmoved)
    told = peek(it, FREE)
    assert isinstance(told.action, a.Restore)
    assert "Another strategy has come into the slot" in told.memory.unwinding


def test_a_doubt_puts_the_sites_back_and_asks() -> None:
    it = after(a.CreateStrategy, Luck.ANSWER_LOST)
    running = it.dcmanager.running
    assert running is not None
    del running.steps["cell-2"]
    assert waits(it) == "upstream"
    it.dcmanager.tick(PACE.unmoved)
    assert isinstance(does(it), a.Restore)
    list(drive(it, most=8))
    assert "ours? It looks like ours, but has no step for cell-2" in it.asked
    assert [site.group for site in it.dcmanager.sites.values()] == [2, 3, 1]
    mine = replace(it.memory, confirmed=running.seen.id)
    it.memory = mine
    assert isinstance(does(it), a.Apply)
    it.memory = replace(it.memory, confirmed=None, disowned=running.seen.id)
    assert waits(it) in ("foreign", "again")


def test_a_creation_that_comes_late_is_still_ours() -> None:
    it = after(a.CreateStrategy, Luck.REQUEST_LOST, batch(1, alone=True))
    sent_at = it.intents[-1].at
    it.dcmanager.tick(PACE.unmoved)
    turn(it, FREE, Luck.NOT_SENT)
    assert it.intents[0].outcome is Outcome.LOST
    it.dcmanager.create_strategy(SPEC, name="cell-1", parallel=1)
    running = it.dcmanager.running
    assert running is not None
    running.seen = replace(running.seen, created_at=sent_at + timedelta(seconds=80))
    assert isinstance(does(it), a.Apply)


def test_steps_that_were_not_planned_are_never_applied() -> None:
    it = after(a.CreateStrategy)
    running = it.dcmanager.running
    assert running is not None
    running.steps["stranger"] = replace(running.steps["cell-1"], id=999, cloud="stranger")
    told = peek(it, FREE)
    assert "sites that are not in the batch: stranger" in told.memory.unwinding
    assert isinstance(does(before(a.DeleteStrategy, it)), a.DeleteStrategy)
    assert it.memory.trouble


def test_a_site_that_got_no_step_is_told_and_the_others_go_on() -> None:
    it = before(a.CreateStrategy)
    it.dcmanager.sites[2].online = False
    list(drive(it))
    assert it.ends is not None
    ends = {each.site: each for each in it.ends}
    assert (ends[1].end, ends[2].end, ends[3].end) == (End.DONE, End.NOT_RUN, End.DONE)
    assert ends[2].error == "dcmanager made no step for it."


def test_refusals_are_taken_back_and_after_three_a_person_is_asked() -> None:
    it = before(a.CreateStrategy)
    it.dcmanager.sites[2].sync = "unknown"
    list(drive(it, most=33))
    assert it.memory.troubles == 3
    assert "3 attempts went wrong" in it.asked
    assert [site.group for site in it.dcmanager.sites.values()] == [2, 3, 1]
    it.dcmanager.sites[2].sync = "out-of-sync"
    it.memory = replace(it.memory, troubles=0, forgiven=it.sent)
    list(drive(it))
    assert it.ends == tuple(SiteEnd(n, End.DONE) for n in (1, 2, 3))


def test_a_home_that_has_gone_is_the_default_group() -> None:
    it = before(a.Restore)
    del it.dcmanager.groups[2]
    action = does(it)
    assert isinstance(action, a.Restore)
    assert {member.name: group for member, group in action.moves} == {"cell-1": 1, "cell-2": 3, "cell-3": 1}


def test_sites_are_put_back_also_when_somebody_else_applies_it() -> None:
    it = before(a.Restore)
    it.dcmanager.apply()
    it.dcmanager.tick(timedelta(seconds=1))
    assert isinstance(does(it), a.Restore)
    list(drive(it))
    assert it.ends == tuple(SiteEnd(n, End.DONE) for n in (1, 2, 3))


def test_sites_are_put_back_also_when_the_strategy_has_come_and_gone() -> None:
    """The portal was away: somebody applied it, it ended, and was deleted."""
    it = before(a.Restore)
    it.dcmanager.apply()
    for _ in range(4):
        it.dcmanager.tick(timedelta(minutes=1))
    it.dcmanager.delete()
    it.dcmanager.tick(timedelta(seconds=1))
    it.dcmanager.running = None
    list(drive(it))
    assert [site.group for site in it.dcmanager.sites.values()] == [2, 3, 1]
    assert set(it.dcmanager.groups) == {1, 2, 3}


def one_at_a_time() -> Batch:
    """Of three steps the first runs."""
    it = after(a.Apply)
    running = it.dcmanager.running
    assert running is not None
    running.seen = replace(running.seen, max_parallel_subclouds=1)
    running.steps = {name: replace(step, state="initial") for name, step in running.steps.items()}
    running.began.clear()
    it.dcmanager.tick(timedelta(seconds=1))
    return it


@pytest.mark.parametrize("over", ["stop", "abort"])
def test_what_has_not_begun_is_aborted_and_what_runs_runs_on(over: str) -> None:
    it = one_at_a_time()
    now = Controls(**{over: "Enough."})
    assert isinstance(does(it, now), a.Abort)
    list(drive(it, now))
    assert it.ends is not None
    assert [each.end for each in it.ends] == [End.DONE, End.NOT_RUN, End.NOT_RUN]


@pytest.mark.parametrize("ours", [True, False])
def test_an_abort_that_is_not_ours_is_told_apart(ours: bool) -> None:
    it = one_at_a_time()
    if not ours:
        it.dcmanager.abort()
    list(drive(it, Controls(stop="Enough." if ours else "")))
    assert it.memory.aborted_elsewhere is not ours


def test_there_is_nothing_to_abort_when_all_steps_run() -> None:
    it = after(a.Apply)
    it.dcmanager.tick(timedelta(seconds=1))
    action = does(it, Controls(abort="Ended by Ann."))
    assert isinstance(action, a.Watch)
    assert action.message == "applying: 3 applying"


@pytest.mark.parametrize("controls", [{"paused": "Paused."}, {"opening": CLOSED}, {"held": {1: "Wait."}}])
def test_what_runs_is_watched_on(controls: dict[str, Any]) -> None:
    it = after(a.Apply)
    assert isinstance(does(it, Controls(**controls)), a.Watch)


def test_what_may_have_been_applied_is_not_deleted() -> None:
    it = after(a.Apply, Luck.REQUEST_LOST)
    assert waits(it, Controls(paused="Paused by Ann.")) == "unknown-outcome"
    it.dcmanager.tick(PACE.unmoved)
    assert isinstance(does(it, Controls(paused="Paused by Ann.")), a.DeleteStrategy)


def test_an_attempt_is_not_over_while_sites_may_still_be_moved() -> None:
    it = after(a.Move, Luck.CARRIED_OUT_VERY_LATE)
    paused = Controls(paused="Paused by Ann.")
    assert waits(it, paused) == "unknown-outcome"
    it.dcmanager.tick(timedelta(seconds=60))
    assert waits(it, paused) == "unknown-outcome"
    it.dcmanager.tick(timedelta(seconds=30))
    assert isinstance(does(it, paused), a.Restore)


def test_an_unknown_state_is_shown_as_itself() -> None:
    it = after(a.Apply)
    running = it.dcmanager.running
    assert running is not None
    running.seen = replace(running.seen, state="reticulating")
    action = does(it)
    assert isinstance(action, a.Watch)
    assert "reticulating" in action.message


def test_steps_are_archived_before_they_are_deleted() -> None:
    it = before(a.Archive)
    action = does(it)
    assert isinstance(action, a.Archive)
    assert (action.state, [step.state for step in action.steps]) == ("complete", ["complete"] * 3)
    assert peek(it, FREE).memory.archived


def test_a_strategy_that_somebody_deletes_is_told_by_the_sites() -> None:
    it = before(a.Archive)
    it.dcmanager.running = None
    list(drive(it))
    assert it.archive
    assert it.memory.final_state == "vanished"
    assert it.ends == tuple(SiteEnd(n, End.DONE) for n in (1, 2, 3))


def test_what_ran_and_was_deleted_between_two_looks_is_not_run_again() -> None:
    """The portal was away for longer than a request may show nothing."""
    it = after(a.Apply)
    it.dcmanager.tick(timedelta(seconds=50))
    it.dcmanager.delete()
    it.dcmanager.tick(2 * PACE.unmoved)
    assert it.dcmanager.running is None
    list(drive(it))
    assert [site.starts for site in it.dcmanager.sites.values()] == [1, 1, 1]
    assert it.ends == tuple(SiteEnd(n, End.DONE) for n in (1, 2, 3))


def test_a_strategy_deleted_before_it_ran_is_made_again() -> None:
    it = before(a.Apply)
    it.dcmanager.running = None
    list(drive(it))
    assert it.memory.troubles == 1
    assert it.dcmanager.created == ["us", "us"]
    assert it.ends == tuple(SiteEnd(n, End.DONE) for n in (1, 2, 3))


def test_a_failed_step_and_a_new_alarm_are_failures() -> None:
    it = batch()
    it.dcmanager.sites[1].works = False
    it.new_alarms = {2: (AlarmKey("400.001", "host=controller-0"),)}
    list(drive(it))
    assert it.ends is not None
    assert [(each.end, each.error) for each in it.ends] == [
        (End.FAILED, "Its step ended as failed."),
        (End.FAILED, "New alarms."),
        (End.DONE, ""),
    ]


def test_the_words_for_outcomes_are_those_that_are_stored() -> None:
    assert {each.value for each in Outcome} == set(StoredOutcome.values)
    assert {each.value for each in Verb} == {
        "create_group", "move", "create_strategy", "restore", "delete_group", "apply", "abort", "delete_strategy",
    }  # fmt: skip
