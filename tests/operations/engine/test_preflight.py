"""Live checks before a deployment: what the System Controller and the BMCs say, turn by turn, and nothing is sent."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from events.models import Event
from operations.engine import jobs, preflight, run
from operations.models import Job, Operation, RunSecret, Target
from operations.services.control import cancel
from operations.services.deploys import plan_deploy
from operations.services.start import start_operation
from sites.models import Cloud, Controller
from tests.fixtures.fleet import Simulator
from tests.operations.driving import ROBOT, add_clouds, add_controller, drive, turn
from tests.operations.engine.sites import ask, deploy, row

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def fleet(start_simulator: Callable[..., Simulator]) -> Simulator:
    return start_simulator(subclouds=6, speed=60, seed=9)


@pytest.fixture
def controller(fleet: Simulator) -> Controller:
    fleet.control("requests", method="DELETE")
    return add_controller(fleet)


@pytest.fixture(autouse=True)
def fast(settings: Any) -> None:
    settings.OPERATION_SECONDS = {"poll": 0.5, "unmoved": 5.0}


def planned(controller: Controller, *rows: str, **more: Any) -> Operation:
    """Asked for, and not to begin by itself."""
    user, _ = User.objects.get_or_create(username="engineer")
    return plan_deploy(ask(controller, rows, **{"start": False} | more), user, ROBOT, timezone.now())


def checked(operation: Operation) -> Callable[[], bool]:
    def over() -> bool:
        operation.refresh_from_db()
        return operation.state != "checking"

    return over


def said(operation: Operation) -> dict[str, str]:
    """{name: state and what was said of it}."""
    rows = Target.objects.filter(operation=operation).order_by("number")
    return {t.name: " ".join([t.state, *(note["message"] for note in t.problems)]) for t in rows}


def written(fleet: Simulator) -> list[str]:
    rows = fleet.control("requests")["requests"]
    return [row["path"] for row in rows if row["method"] != "GET" and "/identity/" not in row["path"]]


def test_good_rows_are_ready_and_wait_for_somebody(fleet: Simulator, controller: Controller) -> None:
    operation = planned(controller, row(1), row(2))
    drive(checked(operation))
    assert operation.state == "planned"
    assert said(operation) == {"new-0001": "ready", "new-0002": "ready"}
    assert Job.objects.get().next_at is None
    assert written(fleet) == []
    assert Event.objects.filter(kind="target.changed", data__state="ready").count() == 2
    start_operation(operation.pk, ROBOT, timezone.now())
    assert set(Target.objects.values_list("state", flat=True)) == {"waiting"}


def test_what_dcmanager_knows_and_the_books_do_not(fleet: Simulator, controller: Controller) -> None:
    taken = add_clouds(fleet, controller)[0].name
    Cloud.objects.all().delete()
    operation = planned(controller, row(1, name=taken), row(2, group="77"), row(3))
    drive(checked(operation))
    told = said(operation)
    assert "has a subcloud of this name already" in told[taken]
    assert "has no group 77 any more" in told["new-0002"]
    assert told["new-0003"] == "ready"
    assert operation.state == "planned"


def test_not_while_the_controller_deploys_to_itself(fleet: Simulator, controller: Controller) -> None:
    fault = fleet.control("faults", {"kind": "controller-deploying", "controller": 1, "subcloud": "central"})
    try:
        operation = deploy(controller, [1])
        drive(checked(operation))
    finally:
        fleet.control(f"faults/{fault['id']}", method="DELETE")
    assert operation.state == "failed"
    assert "deploys software to itself" in said(operation)["new-0001"]
    assert not RunSecret.objects.exists()
    assert written(fleet) == []


def test_a_silent_bmc_is_a_warning(fleet: Simulator, controller: Controller) -> None:
    operation = planned(controller, row(1, bmc="10.66.0.7"), row(2, bmc="10.99.99.99"))  # the first stands in the rack
    drive(checked(operation))
    warnings = {t.name: [n["message"] for n in t.warnings if "BMC" in n["message"]] for t in Target.objects.all()}
    assert "10.99.99.99 does not answer from here" in warnings["new-0002"][0]
    assert warnings["new-0001"] == []
    assert set(said(operation).values()) == {"ready"}


def test_a_bmc_that_speaks_no_tls_is_silent_too(fleet: Simulator, controller: Controller) -> None:
    """What answers at that address has a TLS that nobody speaks: that must not stop the whole deployment."""
    Controller.objects.update(bmc_url=f"{fleet.url}/c1/bmc/{{bmc_address}}".replace("http:", "https:"))
    operation = planned(controller, row(1), row(2))
    drive(checked(operation))
    assert set(said(operation).values()) == {"ready"}
    for target in Target.objects.all():
        (note,) = [each["message"] for each in target.warnings if "BMC" in each["message"]]
        assert "does not answer from here (" in note
        assert "TLS" in note or "certificate" in note


def test_many_rows_take_several_turns(
    fleet: Simulator, controller: Controller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preflight, "BMCS_A_TURN", 2)
    operation = planned(controller, *(row(number) for number in range(1, 6)))
    turns = 0
    while Job.objects.get().next_at is not None:
        turn()
        turns += 1
        assert turns < 10
    assert turns == 1 + 3  # the controller, then two, two and one
    assert checked(operation)()
    assert set(said(operation).values()) == {"ready"}
    rows = fleet.control("requests")["requests"]
    assert sum(row["path"].endswith("/v1.0/subclouds") for row in rows) == 1


def test_an_unreachable_controller_is_waited_for(fleet: Simulator, controller: Controller) -> None:
    there = controller.auth_url
    Controller.objects.update(auth_url="http://127.0.0.1:9/identity/v3", changed_at=timezone.now())
    operation = planned(controller, row(1))
    drive(lambda: "cannot be asked" in Operation.objects.get().state_reason)
    assert said(operation) == {"new-0001": "checking"}
    assert Job.objects.get().failures > 0
    Controller.objects.update(auth_url=there)
    drive(checked(operation))
    assert (operation.state, operation.state_reason) == ("planned", "")


def test_a_controller_that_was_silent_a_moment_ago_is_not_asked_again(controller: Controller) -> None:
    """The same process found it silent for another operation: that is no fault of the portal, and no look."""
    Controller.objects.update(auth_url="http://127.0.0.1:9/identity/v3", changed_at=timezone.now())
    first, second = planned(controller, row(1)), planned(controller, row(2))
    drive(lambda: Operation.objects.exclude(state_reason="").count() == 2)
    assert "cannot be asked" in Operation.objects.get(pk=second.pk).state_reason
    assert not [job.error for job in Job.objects.all() if "fault" in job.error]
    assert Operation.objects.get(pk=first.pk).state == "checking"


def test_a_write_account_that_was_taken_away(controller: Controller) -> None:
    operation = planned(controller, row(1))
    Controller.objects.update(write_username="")
    drive(checked(operation))
    assert operation.state == "failed"
    assert "read-only" in said(operation)["new-0001"]


def test_cancelled_while_the_controller_is_asked(controller: Controller, monkeypatch: pytest.MonkeyPatch) -> None:
    operation = planned(controller, row(1))
    real = preflight.survey

    async def slow(asked: Controller) -> Any:
        found = await real(asked)
        await asyncio.to_thread(cancelled)
        return found

    def cancelled() -> None:
        cancel(operation.pk, ROBOT, timezone.now())
        connection.close()

    monkeypatch.setattr(preflight, "survey", slow)
    turn()
    operation.refresh_from_db()
    assert (operation.state, said(operation)) == ("cancelled", {"new-0001": "cancelled"})
    assert not RunSecret.objects.exists()


def test_who_lost_the_token_writes_nothing(controller: Controller) -> None:
    operation = planned(controller, row(1))
    (claim,) = jobs.claim(timezone.now(), 1, 1)
    Job.objects.update(token=claim.token + 1)  # as another worker's claim
    run.step(claim.job_id, claim.token)
    with pytest.raises(jobs.StaleTokenError):
        preflight.check(claim, Operation.objects.get())
    assert said(operation) == {"new-0001": "checking"}


def test_another_operation_was_quicker(controller: Controller) -> None:
    first = planned(controller, row(1))
    drive(checked(first))
    second = planned(controller, row(1), row(2))
    drive(checked(second))
    start_operation(first.pk, ROBOT, timezone.now())
    start_operation(second.pk, ROBOT, timezone.now())
    assert f"Operation {first.pk} works on it" in said(second)["new-0001"]
    assert said(second)["new-0002"] == "waiting"
