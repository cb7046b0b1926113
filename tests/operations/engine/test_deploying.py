"""Deployments at the simulated System Controller, with what can go wrong on the way."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from operations.models import Attempt, Intent, Operation, PhaseSpan, RunSecret, Target
from operations.services.control import abort_target, retry
from operations.services.start import NotNowError
from tests.fixtures.fleet import Simulator
from tests.operations.driving import ROBOT, SYSADMIN, add_controller, drive, ended, states
from tests.operations.engine.sites import SECRETS, deploy

pytestmark = pytest.mark.django_db(transaction=True)
BUILD = ["pre-install", "installing", "pre-bootstrap", "bootstrapping", "pre-config", "configuring"]


@pytest.fixture
def fleet(start_simulator: Callable[..., Simulator]) -> Simulator:
    return start_simulator(subclouds=6, speed=1200, seed=7)


@pytest.fixture(autouse=True)
def fast(settings: Any) -> None:
    settings.SPEED = 1200
    settings.OPERATION_SECONDS = {"poll": 0.5, "unmoved": 5.0}


def fault(fleet: Simulator, kind: str, subcloud: str = "all", **options: Any) -> int:
    """Its number."""
    body = {"kind": kind, "controller": 1, "subcloud": subcloud, "options": options}
    seconds = options.pop("seconds", None)
    return int(fleet.control("faults", body | ({"seconds": seconds} if seconds else {}))["id"])


def orders(fleet: Simulator) -> Counter[tuple[str, str]]:
    """How often each write took effect at dcmanager, by method and the end of its path."""
    rows = fleet.control("requests")["requests"]
    writes = [row for row in rows if row["method"] != "GET" and "/dcmanager/" in row["path"] and row["status"] < 400]
    return Counter((row["method"], row["path"].split("/v1.0/", 1)[1]) for row in writes)


def test_sites_are_deployed_a_few_at_once(fleet: Simulator) -> None:
    operation = deploy(add_controller(fleet), range(1, 6), max_at_once=2)
    most = 0

    def watched() -> bool:
        nonlocal most
        most = max(most, Target.objects.filter(operation=operation, state="running").count())
        return ended(operation)()

    drive(watched, timeout=150)
    assert set(states(operation).values()) == {"completed"}
    assert most == 2
    assert operation.state == "completed"
    assert orders(fleet)["POST", "subclouds"] == 5
    assert Intent.objects.filter(verb="add").count() == 5
    assert not RunSecret.objects.exists()
    seen = set(PhaseSpan.objects.filter(completed=True).values_list("phase", flat=True))
    assert {"installing", "bootstrapping", "configuring"} <= seen


def test_a_failed_phase_is_named_and_resumed_to_the_end(fleet: Simulator) -> None:
    fault(fleet, "deploy-fails", "new-0011", phase="install", cause="bmc_cred", times=1)
    operation = deploy(add_controller(fleet), [11])
    drive(ended(operation), timeout=60)
    target = Target.objects.get(operation=operation)
    assert (operation.state, target.state, target.deploy_status) == ("failed_temp", "failed", "install-failed")
    assert target.cause == "bmc_cred"
    assert not RunSecret.objects.exists()
    retry(operation.pk, [target.pk], {"sysadmin_password": SYSADMIN}, ROBOT, timezone.now())
    drive(lambda: Operation.objects.get(pk=operation.pk).state == "completed", timeout=90)
    assert list(Attempt.objects.values_list("number", "verb", "outcome")) == [
        (1, "add", "failed"), (2, "resume", "completed"),
    ]  # fmt: skip


def test_a_restart_of_the_controller_interrupts_and_is_picked_up_again(fleet: Simulator) -> None:
    operation = deploy(add_controller(fleet), range(21, 24))
    drive(lambda: set(Target.objects.values_list("deploy_status", flat=True)) <= set(BUILD), timeout=60)
    fault(fleet, "controller-restart", "central", seconds=3.0)
    drive(ended(operation), timeout=150)
    assert set(states(operation).values()) == {"completed"}
    assert Intent.objects.filter(verb="resume").exists()
    assert Attempt.objects.count() == 3  # an interruption is no new attempt, and no failure


def test_answers_that_are_lost_make_nobody_act_twice(fleet: Simulator) -> None:
    fault(fleet, "lost-answer", "central", how="error", times=2, path="subclouds")
    fault(fleet, "lost-answer", "central", how="drop", times=1, path="subclouds")
    operation = deploy(add_controller(fleet), range(31, 34))
    drive(ended(operation), timeout=150)
    assert set(states(operation).values()) == {"completed"}
    outcomes = Counter(Intent.objects.filter(verb="add").values_list("outcome", flat=True))
    assert outcomes == {"effective": 3}
    assert Intent.objects.filter(verb="add", status=500).count() == 2


def test_an_abort_stops_the_phase_and_says_so(fleet: Simulator) -> None:
    fault(fleet, "deploy-stuck", "new-0041", phase="bootstrap")
    operation = deploy(add_controller(fleet), [41])
    drive(lambda: Target.objects.get().deploy_status == "bootstrapping", timeout=60)
    abort_target(Target.objects.get().pk, ROBOT, timezone.now())
    drive(ended(operation), timeout=90)
    target = Target.objects.get()
    assert (target.state, target.cause, target.deploy_status) == ("failed", "aborted", "bootstrap-aborted")
    assert orders(fleet)["PATCH", f"phased-subcloud-deploy/{target.dcmanager_id}/abort"] == 1


def test_a_name_that_is_taken_sends_nothing(fleet: Simulator) -> None:
    controller = add_controller(fleet)
    first = deploy(controller, [51])
    drive(lambda: Target.objects.get().dcmanager_id is not None, timeout=60)
    Target.objects.filter(operation=first).update(state="failed")  # so that a second operation may try
    second = deploy(controller, [51])
    drive(ended(second), timeout=60)
    target = Target.objects.get(operation=second)
    assert (second.state, target.state) == ("failed", "refused")
    assert "has a subcloud of this name already" in target.problems[0]["message"]
    assert orders(fleet)["POST", "subclouds"] == 1


def test_an_interrupted_creation_is_begun_anew(fleet: Simulator) -> None:
    stuck = fault(fleet, "deploy-stuck", "new-0061", phase="create")
    operation = deploy(add_controller(fleet), [61])
    drive(lambda: Target.objects.get().deploy_status == "creating", timeout=60)
    fault(fleet, "controller-restart", "central", seconds=1.0)
    fleet.control(f"faults/{stuck}", method="DELETE")
    drive(ended(operation), timeout=120)
    assert states(operation) == {"new-0061": "completed"}
    assert (orders(fleet)["POST", "subclouds"], Intent.objects.filter(verb="delete").count()) == (2, 1)
    assert Attempt.objects.count() == 1


def test_a_creation_that_failed_is_tried_again(fleet: Simulator) -> None:
    """It can only be taken away and made anew, with every secret that this takes."""
    fault(fleet, "deploy-fails", "new-0062", phase="create", times=1)
    operation = deploy(add_controller(fleet), [62])
    drive(ended(operation), timeout=60)
    target = Target.objects.get()
    assert (target.state, target.deploy_status, target.cause) == ("failed", "create-failed", "create-failed")
    with pytest.raises(NotNowError, match="bmc_password"):
        retry(operation.pk, [target.pk], {"sysadmin_password": SYSADMIN}, ROBOT, timezone.now())
    retry(operation.pk, [target.pk], SECRETS, ROBOT, timezone.now())
    drive(lambda: Operation.objects.get(pk=operation.pk).state == "completed", timeout=90)
    assert list(Attempt.objects.values_list("number", "verb", "outcome")) == [
        (1, "add", "failed"), (2, "delete", "completed"),
    ]  # fmt: skip
    assert Target.objects.get().steps == ["delete", "add", "online", "manage"]
