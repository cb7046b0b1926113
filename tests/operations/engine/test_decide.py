"""What a look makes a job do."""

from dataclasses import replace

import pytest

from operations.choices import Outcome
from operations.engine.decide import decide
from operations.engine.seen import Ask, Done, Fail, Send, Wait
from starlingx.records import Subcloud
from tests.operations.engine.seeing import PACE, Seen, View, after, seen, sent, subcloud, view

NONE = seen(0, None)


def action(of: View, look: Seen, at: float) -> Send | Wait | Done | Fail | Ask:
    return decide(of, look, after(at), PACE).action


def building(word: str, moved: float = 60, error: str = "") -> Subcloud:
    return subcloud(deploy_status=word, created_at=after(1), updated_at=after(moved), error_description=error)


def test_a_site_that_is_not_there_is_added() -> None:
    assert action(view("add"), NONE, 0) == Send("add")


def test_a_name_that_is_taken_is_never_added() -> None:
    assert isinstance(action(view("add"), seen(0, subcloud()), 0), Fail)


@pytest.mark.parametrize("outcome", [Outcome.PENDING, Outcome.UNKNOWN, Outcome.ACCEPTED])
def test_what_may_have_arrived_is_not_sent_again_before_two_minutes(outcome: Outcome) -> None:
    asked = view("add", sent("add", 0, NONE, outcome))
    assert isinstance(action(asked, seen(119, None), 119), Wait)
    decision = decide(asked, seen(121, None), after(121), PACE)
    assert decision.outcome == Outcome.LOST
    assert action(view("add", sent("add", 0, NONE, Outcome.LOST)), seen(122, None), 122) == Send("add")


def test_a_lost_request_is_sent_three_times_at_the_most() -> None:
    lost = [sent("add", at, NONE, Outcome.LOST) for at in (0, 200, 400)]
    assert isinstance(action(view("add", *lost), seen(600, None), 600), Ask)


def test_what_could_not_be_sent_does_not_count() -> None:
    unsent = [sent("add", at, NONE, Outcome.UNSENT) for at in range(9)]
    assert action(view("add", *unsent), seen(600, None), 600) == Send("add")


def test_a_refusal_is_final_and_told_in_its_own_words() -> None:
    refused = sent("manage", 0, seen(0, subcloud()), Outcome.REFUSED)
    answer = action(view("manage", refused), seen(1, subcloud()), 1)
    assert isinstance(answer, Fail)


def test_what_was_never_sent_was_refused_by_nobody() -> None:
    refused = sent("manage", 0, seen(0, subcloud()), Outcome.REFUSED)
    answer = action(view("manage", replace(refused, never_sent=True)), seen(1, subcloud()), 1)
    assert isinstance(answer, Fail)
    assert answer.cause == "not-sent"


def test_an_effect_that_shows_settles_an_unknown_outcome() -> None:
    asked = view("add", sent("add", 0, NONE, Outcome.UNKNOWN))
    decision = decide(asked, seen(30, building("creating")), after(30), PACE)
    assert decision.outcome == Outcome.EFFECTIVE
    assert isinstance(decision.action, Wait)


def test_a_subcloud_made_before_the_request_is_somebody_elses() -> None:
    theirs = subcloud(created_at=after(-60), deploy_status="installing")
    assert isinstance(action(view("add", sent("add", 0, NONE)), seen(30, theirs), 30), Ask)


def test_the_controllers_clock_may_be_wrong() -> None:
    ours = subcloud(created_at=after(-299), deploy_status="installing")  # its clock is five minutes slow
    assert isinstance(action(view("add", sent("add", 0, NONE)), seen(30, ours, skew=-300.0), 30), Wait)


def test_other_addresses_mean_another_site() -> None:
    other = subcloud(created_at=after(5), deploy_status="installing", management_start_ip="10.1.0.2")
    asked = view("add", sent("add", 0, NONE), facts={"management_start_ip": "10.2.0.2"})
    assert isinstance(action(asked, seen(30, other), 30), Ask)


def test_a_phase_that_failed_with_a_reason_has_failed() -> None:
    asked = view("add", sent("add", 0, NONE, Outcome.EFFECTIVE), last="installing")
    answer = action(asked, seen(90, building("install-failed", error="FAILED installing: no media")), 90)
    assert answer == Fail("FAILED installing: no media", "install-failed")


def test_an_interrupted_creation_is_deleted_and_begun_anew() -> None:
    first = sent("add", 0, NONE, Outcome.EFFECTIVE)
    half_made = seen(60, building("create-failed"), restarted="it was silent")
    answer = action(view("add", first, last="creating"), half_made, 60)
    assert isinstance(answer, Send)
    assert answer.verb == "delete"
    clearing = view("add", first, sent("delete", 60, half_made), last="create-failed")
    assert isinstance(action(clearing, seen(70, building("create-failed")), 70), Wait)
    assert action(clearing, seen(80, None), 80) == Send("add")


def test_interruptions_are_resumed_three_times_and_not_for_ever() -> None:
    first = sent("add", 0, NONE, Outcome.EFFECTIVE)
    again = [sent("resume", at, seen(at, building("install-failed")), Outcome.EFFECTIVE) for at in (100, 200, 300)]
    asked = view("add", first, *again, last="installing")
    assert isinstance(action(asked, seen(400, building("install-failed", 390), restarted="it was silent"), 400), Fail)


def test_a_retry_is_not_failed_by_the_word_that_was_there_before() -> None:
    failed = seen(0, building("install-failed", -50, "FAILED: no media"))
    asked = view("resume", sent("resume", 0, failed, Outcome.ACCEPTED), last="install-failed")
    assert isinstance(action(asked, seen(10, failed.subcloud), 10), Wait)
    again = seen(60, building("install-failed", 50, "FAILED: no media again"))
    seen_working = view("resume", sent("resume", 0, failed, Outcome.EFFECTIVE), last="installing")
    assert isinstance(action(seen_working, again, 60), Fail)


def test_complete_after_complete_needs_a_sign_of_work() -> None:
    before = seen(0, subcloud(availability_status="offline"))
    asked = view("redeploy", sent("redeploy", 0, before), last="complete")
    assert isinstance(action(asked, seen(30, subcloud(availability_status="offline")), 30), Wait)
    worked = view("redeploy", sent("redeploy", 0, before, Outcome.EFFECTIVE), last="configuring")
    assert action(worked, seen(900, subcloud(updated_at=after(890))), 900) == Done()


def test_work_of_others_is_waited_for_by_a_person_and_not_taken_for_ours() -> None:
    before = seen(0, subcloud())
    busy = seen(30, subcloud(deploy_status="restoring", updated_at=after(20)))
    asked = view("configure", sent("configure", 0, before))
    assert isinstance(action(asked, busy, 30), Ask)


def test_what_is_not_legal_is_not_sent() -> None:
    answer = action(view("install"), seen(0, subcloud()), 0)
    assert isinstance(answer, Fail)
    assert answer.cause == "not-legal"
    assert "complete" in answer.error


@pytest.mark.parametrize(
    ("step", "there", "more"),
    [
        ("manage", {"management_state": "managed"}, {}),
        ("unmanage", {"management_state": "unmanaged"}, {}),
        ("online", {"availability_status": "online"}, {}),
        ("offline", {"availability_status": "offline"}, {}),
        ("move_group", {"group_id": 3}, {"group_id": 3}),
        ("rename", {"name": "new"}, {"new_name": "new"}),
        ("edit", {"description": "roof"}, {"description": "roof"}),
    ],
)
def test_what_is_so_already_is_not_sent(step: str, there: dict[str, str], more: dict[str, object]) -> None:
    assert action(view(step, facts=more), seen(0, subcloud(**there)), 0) == Done()


def test_a_subcloud_that_is_gone_was_deleted() -> None:
    assert action(view("delete"), NONE, 0) == Done()


def test_abort_is_sent_once_while_the_phase_can_be_aborted() -> None:
    adding = sent("add", 0, NONE, Outcome.EFFECTIVE)
    asked = view("add", adding, last="installing", abort_requested=True)
    assert action(asked, seen(60, building("installing")), 60) == Send("abort")
    aborting = sent("abort", 60, seen(60, building("installing")))
    waits = view("add", adding, aborting, last="installing", abort_requested=True)
    assert isinstance(action(waits, seen(70, building("installing")), 70), Wait)
    ended = action(waits, seen(90, building("install-aborted", 85)), 90)
    assert isinstance(ended, Fail)
    assert ended.cause == "aborted"


def test_a_backup_is_done_when_its_date_has_moved() -> None:
    old = seen(0, subcloud(backup_status="complete-central", backup_datetime=after(-9000), management_state="managed"))
    asked = view("backup", sent("backup", 0, old))
    assert isinstance(action(asked, seen(30, old.subcloud), 30), Wait)
    new = subcloud(backup_status="complete-central", backup_datetime=after(50), management_state="managed")
    assert action(asked, seen(60, new), 60) == Done()


def test_at_rest_between_two_phases_is_resumed_only_after_a_long_while() -> None:
    asked = view("add", sent("add", 0, NONE, Outcome.EFFECTIVE), last="install-complete")
    assert isinstance(action(asked, seen(100, building("install-complete", 60)), 100), Wait)
    answer = action(asked, seen(400, building("install-complete", 60)), 400)
    assert isinstance(answer, Send)
    assert answer.verb == "resume"


def test_an_unknown_word_is_waited_for_and_shown() -> None:
    asked = view("add", sent("add", 0, NONE))
    answer = action(asked, seen(30, building("levitating")), 30)
    assert isinstance(answer, Wait)
    assert "levitating" in answer.message
