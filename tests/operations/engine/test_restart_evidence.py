"""A failure without a reason is a restart of the controller only where something else says so."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from operations.choices import Outcome
from operations.engine.decide import decide
from operations.engine.restarts import at_once
from operations.engine.seen import Fail, Send
from operations.models import Intent, Job, Target
from starlingx.records import Subcloud
from tests.fixtures.fleet import Simulator
from tests.operations.driving import add_controller, drive, ended
from tests.operations.engine.seeing import PACE, after, seen, sent, subcloud, view
from tests.operations.engine.sites import deploy

SILENT = "its services did not answer"


def judged(verb: str, found: Subcloud, restarted: str = "", last: str = "bootstrapping") -> Any:
    before = seen(0, subcloud(management_state="managed", deploy_status="install-complete"))
    asked = view(verb, sent(verb, 0, before, Outcome.EFFECTIVE), last=last)
    return decide(asked, seen(90, found, restarted=restarted), after(90), PACE).action


@pytest.mark.parametrize("error", ["", "No errors present", "No errors present\nCheck the console."])
@pytest.mark.parametrize(
    ("word", "may"),
    [("bootstrap-failed", "resume"), ("pre-bootstrap-failed", "resume"), ("install-failed", "install"),
     ("create-failed", "delete"), ("config-failed", "resume")],
)  # fmt: skip
def test_without_a_sign_of_a_restart_it_has_failed(word: str, may: str, error: str) -> None:
    """dcmanager writes no reason when it fails before a playbook runs: nothing is deleted, nothing sent again."""
    failed = subcloud(deploy_status=word, updated_at=after(80), error_description=error, availability_status="offline")
    told = judged("add", failed)
    assert isinstance(told, Fail)
    assert told.cause == word
    assert may in told.error
    assert isinstance(judged("add", failed, SILENT), Send)


@pytest.mark.parametrize(
    ("verb", "fields"),
    [("backup", {"backup_status": "backup-prep-failed"}), ("prestage", {"prestage_status": "failed"}),
     ("delete_backup", {"backup_status": "delete-failed"})],
)  # fmt: skip
def test_so_it_is_with_backups_and_prestaging(verb: str, fields: dict[str, str]) -> None:
    failed = subcloud(management_state="managed", updated_at=after(80), **fields)
    assert isinstance(judged(verb, failed), Fail)
    assert judged(verb, failed, SILENT) == Send(verb, "interrupted: sent again")


def cut_off(number: int, word: str, at: float = 80, error: str = "") -> Subcloud:
    return subcloud(id=number, deploy_status=word, updated_at=after(at), error_description=error)


@pytest.mark.parametrize(
    ("others", "told"),
    [
        ([], False),
        ([cut_off(8, "install-failed")], True),
        ([cut_off(8, "install-failed", at=20)], False),  # at another time
        ([cut_off(8, "install-failed", error="FAILED installing")], False),
        ([cut_off(8, "create-failed"), cut_off(9, "create-failed")], False),  # one cause may fail them all
        ([cut_off(8, "pre-install-failed")], True),
        ([cut_off(8, "complete")], False),
    ],
)  # fmt: skip
def test_several_at_the_same_moment(others: list[Subcloud], told: bool) -> None:
    assert bool(at_once(cut_off(7, "create-failed"), [cut_off(7, "create-failed"), *others])) == told


def test_words_that_a_playbook_explains_are_cut_off_together() -> None:
    """A failed playbook always leaves a text, so that two of them without one were cut off."""
    assert at_once(cut_off(7, "bootstrap-failed"), [cut_off(8, "bootstrap-failed")])


@pytest.fixture
def fleet(start_simulator: Callable[..., Simulator]) -> Simulator:
    return start_simulator(subclouds=4, speed=1200, seed=17)


@pytest.fixture(autouse=True)
def fast(settings: Any) -> None:
    settings.SPEED = 1200
    settings.OPERATION_SECONDS = {"poll": 0.5, "unmoved": 5.0}


@pytest.mark.django_db(transaction=True)
def test_a_creation_that_failed_without_a_word_is_left_alone(fleet: Simulator) -> None:
    stuck = {"kind": "deploy-stuck", "controller": 1, "subcloud": "new-0001", "options": {"phase": "create"}}
    fleet.control("faults", stuck)
    operation = deploy(add_controller(fleet), [1])
    drive(lambda: Target.objects.get().deploy_status == "creating", timeout=60)
    number = Target.objects.get().dcmanager_id
    fleet.control("deploy-status", {"controller": 1, "subcloud": number, "status": "create-failed"})
    drive(ended(operation), timeout=60)
    target = Target.objects.get()
    assert (target.state, target.cause) == ("failed", "create-failed")
    assert "delete" in target.error
    assert list(Intent.objects.values_list("verb", flat=True)) == ["add"]


@pytest.mark.django_db(transaction=True)
def test_the_same_when_the_controller_was_silent_is_begun_anew(fleet: Simulator) -> None:
    """Another site's job saw it: the look of this one came too late, or too early."""
    stuck = {"kind": "deploy-stuck", "controller": 1, "subcloud": "new-0002", "options": {"phase": "create"}}
    fault = fleet.control("faults", stuck)["id"]
    operation = deploy(add_controller(fleet), [2, 3])
    drive(lambda: Target.objects.get(name="new-0002").deploy_status == "creating", timeout=60)
    number = Target.objects.get(name="new-0002").dcmanager_id
    Job.objects.filter(target__name="new-0003").update(silent_at=timezone.now() - timedelta(seconds=2))
    fleet.control("deploy-status", {"controller": 1, "subcloud": number, "status": "create-failed"})
    drive(lambda: Intent.objects.filter(target__name="new-0002", verb="delete").exists(), timeout=30)
    fleet.control(f"faults/{fault}", method="DELETE")
    drive(ended(operation), timeout=90)
    assert operation.state == "completed"
