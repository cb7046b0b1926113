"""A task may run twice, beside itself or late, and people act in the middle of it: nothing is done twice for that."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from operations.engine import jobs, run
from operations.models import Intent, Job, Operation, Target
from operations.services.control import hold
from tests.fixtures.fleet import Simulator
from tests.operations.driving import ROBOT, add_controller, beside, drive
from tests.operations.engine.sites import deploy

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def fleet(start_simulator: Callable[..., Simulator]) -> Simulator:
    return start_simulator(subclouds=4, speed=60, seed=3)


@pytest.fixture(autouse=True)
def fast(settings: Any) -> None:
    settings.OPERATION_SECONDS = {"poll": 0.5, "unmoved": 5.0}


def begun(fleet: Simulator, *numbers: int) -> Operation:
    """A deployment, one site at a time, whose first target may take its first step now."""
    operation = deploy(add_controller(fleet), numbers, max_at_once=1)
    drive(lambda: Target.objects.filter(state="running").exists())
    return operation


def additions(fleet: Simulator) -> int:
    rows = fleet.control("requests")["requests"]
    return sum(row["method"] == "POST" and row["path"].endswith("/dcmanager/v1.0/subclouds") for row in rows)


def test_a_task_that_runs_beside_itself_sends_once(fleet: Simulator) -> None:
    begun(fleet, 1)
    fleet.control("faults", {"kind": "slow", "subcloud": "central", "seconds": 3, "options": {"seconds": 0.4}})
    (claim,) = jobs.claim(timezone.now(), 10, 10)
    beside(*[lambda: run.step(claim.job_id, claim.token)] * 3)
    assert additions(fleet) == 1
    assert Intent.objects.count() == 1
    drive(lambda: Intent.objects.get().outcome == "effective", timeout=60)
    assert Target.objects.get().state == "running"


def test_a_task_that_comes_again_late_does_nothing(fleet: Simulator) -> None:
    begun(fleet, 2)
    (claim,) = jobs.claim(timezone.now(), 10, 10)
    run.step(claim.job_id, claim.token)
    before = Job.objects.values().get(pk=claim.job_id)
    run.step(claim.job_id, claim.token)
    assert Job.objects.values().get(pk=claim.job_id) == before


def test_people_and_the_job_of_an_operation_do_not_lock_each_other_out(fleet: Simulator) -> None:
    operation = begun(fleet, *range(10, 20))

    def people() -> None:
        for turns in range(60):
            hold(operation.pk, turns % 2 == 0, ROBOT, timezone.now())

    def job() -> None:
        for _ in range(60):
            jobs.wake(operation.pk, timezone.now())
            for claim in jobs.claim(timezone.now(), 1, 1):
                run.step(claim.job_id, claim.token)

    Job.objects.exclude(target=None).delete()
    beside(people, people, job)
