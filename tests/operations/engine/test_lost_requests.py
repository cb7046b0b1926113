"""A request that may never have arrived is not done because the row moved for another reason."""

from typing import Any

import pytest

from operations.choices import Outcome
from operations.engine.decide import decide
from operations.engine.seen import Ask, Done, Fail, Wait
from tests.operations.engine.seeing import PACE, after, seen, sent, subcloud, view

MAYBE = [Outcome.PENDING, Outcome.UNKNOWN, Outcome.ACCEPTED]
NETWORK = {
    "management_subnet": "10.9.0.0/24", "management_gateway_ip": "10.9.0.1", "management_start_ip": "10.9.0.2",
    "management_end_ip": "10.9.0.50",
}  # fmt: skip


def judged(verb: str, outcome: Outcome, was: dict[str, Any], now: dict[str, Any], at: float, **more: Any) -> Any:
    """What is decided `at`, when the site was so at 0 and the request was sent then; its row has moved at 60."""
    before = seen(0, subcloud(**was))
    found = subcloud(**was | {"updated_at": after(60)} | now)
    return decide(view(verb, sent(verb, 0, before, outcome), **more), seen(at, found), after(at), PACE)


@pytest.mark.parametrize("outcome", MAYBE)
@pytest.mark.parametrize("verb", ["restore", "redeploy", "configure"])
def test_a_site_that_went_offline_was_not_worked_on(verb: str, outcome: Outcome) -> None:
    """It stands where it stood: whether work came and went unseen, a person must find out."""
    told = judged(verb, outcome, {}, {"availability_status": "offline"}, 300)
    assert isinstance(told.action, Ask), told
    assert told.outcome is None


@pytest.mark.parametrize("outcome", MAYBE)
def test_a_network_is_changed_when_the_addresses_are(outcome: Outcome) -> None:
    was = {"management_start_ip": "10.1.0.2", "management_subnet": "10.1.0.0/24"}
    moved = judged("reconfigure_network", outcome, was, NETWORK, 90, facts=NETWORK)
    assert (moved.action, moved.outcome) == (Done(), Outcome.EFFECTIVE)
    edited = judged("reconfigure_network", outcome, was, {"description": "roof"}, 300, facts=NETWORK)
    assert (isinstance(edited.action, Wait), edited.outcome) == (True, Outcome.LOST)  # and so it is sent again


def test_a_prestage_that_was_lost_is_sent_again() -> None:
    was = {"prestage_status": "complete", "prestage_versions": "26.03", "management_state": "managed"}
    told = judged("prestage", Outcome.UNKNOWN, was, {}, 300)
    assert told.outcome == Outcome.LOST
    moved = judged("prestage", Outcome.UNKNOWN, was, {"prestage_versions": "26.09"}, 90)
    assert moved.action == Done()


def test_a_prestage_that_was_accepted_had_begun() -> None:
    """dcmanager writes `prestaging` before it answers."""
    was = {"prestage_status": "complete", "prestage_versions": "26.09", "management_state": "managed"}
    assert judged("prestage", Outcome.ACCEPTED, was, {}, 90).action == Done()


def test_a_failure_that_was_there_before_fails_nothing_again() -> None:
    was = {"deploy_status": "install-failed", "error_description": "FAILED: no media"}
    lost = judged("resume", Outcome.UNKNOWN, was, {"availability_status": "offline"}, 300)
    assert lost.outcome == Outcome.LOST
    again = judged("resume", Outcome.UNKNOWN, was, {"error_description": "FAILED: no power"}, 90)
    assert again.action == Fail("FAILED: no power", "install-failed")
    accepted = judged("resume", Outcome.ACCEPTED, was, {}, 300)
    assert isinstance(accepted.action, Fail)


def test_a_failure_of_others_is_not_the_end_of_ours() -> None:
    told = judged("configure", Outcome.UNKNOWN, {}, {"deploy_status": "restore-failed", "error_description": "x"}, 90)
    assert isinstance(told.action, Ask)


@pytest.mark.parametrize("gone", ["", "unknown"])
def test_a_backup_that_was_not_there_before_proves_no_deletion(gone: str) -> None:
    was = {"backup_status": gone, "backup_datetime": None}
    assert isinstance(judged("delete_backup", Outcome.UNKNOWN, was, {}, 30).action, Wait)
    assert judged("delete_backup", Outcome.UNKNOWN, was, {}, 300).outcome == Outcome.LOST
    assert judged("delete_backup", Outcome.ACCEPTED, was, {}, 30).action == Done()  # dcmanager answers when it is done


def test_a_backup_that_goes_was_deleted() -> None:
    was = {"backup_status": "complete-central", "backup_datetime": after(-9000)}
    gone = {"backup_status": "unknown", "backup_datetime": None}
    assert judged("delete_backup", Outcome.UNKNOWN, was, gone, 90).action == Done()
    busy = judged("delete_backup", Outcome.UNKNOWN, was, {"backup_status": "deleting-backup"}, 90)
    assert (isinstance(busy.action, Wait), busy.outcome) == (True, Outcome.EFFECTIVE)


def test_an_old_failure_to_delete_is_not_this_one() -> None:
    was = {"backup_status": "delete-failed", "backup_datetime": after(-9000), "error_description": "no space"}
    assert isinstance(judged("delete_backup", Outcome.UNKNOWN, was, {}, 30).action, Wait)
    failed = judged("delete_backup", Outcome.UNKNOWN, was, {"error_description": "no route"}, 30)
    assert failed.action == Fail("no route", "backup-failed")


def test_a_row_that_moves_for_ever_is_not_waited_for_for_ever() -> None:
    """dcmanager counts failed audits of an offline site in the same row, every 40 s."""
    before = seen(0, subcloud(availability_status="offline", deploy_status="install-failed", error_description="x"))
    asked = view("resume", sent("resume", 0, before, Outcome.UNKNOWN))
    moving = subcloud(
        availability_status="offline", deploy_status="install-failed", error_description="x", updated_at=after(690)
    )
    assert decide(asked, seen(700, moving), after(700), PACE).outcome == Outcome.LOST
