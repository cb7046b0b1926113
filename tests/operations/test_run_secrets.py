"""Secrets of a run: sealed while it lasts, erased when it is over, and in no other row, repr or task before that."""

import base64
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone
from django_q.models import OrmQ

from operations.choices import OperationState, TargetState
from operations.engine import commit, conduct, jobs
from operations.engine.dispatch import dispatch
from operations.engine.request import load
from operations.engine.seen import Seen
from operations.housekeeping import erase_secrets
from operations.models import Job, Operation, RunSecret, Target
from operations.services.control import cancel, retry
from operations.services.deploys import plan_deploy
from operations.services.requests import Ask, request_operation
from sites.models import Cloud, Controller
from tests.operations.driving import ROBOT
from tests.operations.engine.sites import SECRETS, ask, row
from tests.sites.world import World, make_world

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def world() -> World:
    made = make_world()
    Controller.objects.update(write_username="writer", write_password_sealed=b"-")
    return made


@pytest.fixture
def user() -> User:
    return User.objects.create_user("engineer")


@pytest.fixture
def deployment(world: World, user: User) -> Operation:
    controller = Controller.objects.get(pk=world.controllers[0].pk)
    return plan_deploy(ask(controller, [row(1), row(2, net="10.300.1")]), user, ROBOT, NOW)


@pytest.fixture
def backup(world: World, user: User) -> Operation:
    clouds = list(Cloud.objects.filter(kind="subcloud").select_related("controller")[:2])
    wish = Ask("backup", [cloud.pk for cloud in clouds], secrets={"sysadmin_password": SECRETS["sysadmin_password"]})
    return request_operation(wish, clouds, user, ROBOT, NOW)


def everything_stored() -> str:
    """Every table as text."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (name,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{name}" t')  # noqa: S608
            found += [text for (text,) in cursor.fetchall()]
    return "\n".join(found)


def spelled() -> set[str]:
    coded = {base64.b64encode(secret.encode()).decode().rstrip("=") for secret in SECRETS.values()}
    plain = set(SECRETS.values()) | coded
    return plain | {text.encode().hex() for text in plain}


def test_only_sealed_rows_hold_them(deployment: Operation, backup: Operation) -> None:
    names = set(RunSecret.objects.values_list("operation__kind", "name"))
    assert names == {
        ("deploy", "sysadmin_password"), ("deploy", "bmc_password"), ("deploy", "values"),
        ("backup", "sysadmin_password"),
    }  # fmt: skip
    text = everything_stored()
    assert "new-0001" in text  # the search would find one
    assert [secret for secret in spelled() if secret in text] == []


def test_tasks_carry_numbers_only(deployment: Operation) -> None:
    assert dispatch(timezone.now()) == 1
    (task,) = OrmQ.objects.all()
    job = Job.objects.get(operation=deployment)
    assert (task.task["func"], task.task["args"]) == ("operations.engine.run.step", (job.pk, job.token))


def test_nothing_that_carries_them_shows_them(deployment: Operation, world: World) -> None:
    target = Target.objects.get(name="new-0001")
    asked = ask(world.controllers[0], [row(1)])
    request = load(target, "add", Seen(NOW, None))
    assert request.site is not None
    shown = [repr(asked), repr(request), repr(request.site), repr(Ask("backup", [1], secrets=SECRETS))]
    assert [secret for secret in SECRETS.values() for text in shown if secret in text] == []
    files = request.site.files(request.values | {name: s.reveal() for name, s in request.secrets.items()})
    assert SECRETS["password"] in files["bootstrap_values"]  # they are there all the same


def cancelled(operation: Operation) -> None:
    cancel(operation.pk, ROBOT, NOW)


def closed(operation: Operation) -> None:
    operation.targets.update(state=TargetState.FAILED)
    Operation.objects.filter(pk=operation.pk).update(state=OperationState.PROCESSING)
    Job.objects.filter(operation=operation).update(next_at=NOW)
    (claim,) = jobs.claim(timezone.now(), 1, 1)
    conduct.conduct(claim, NOW)


@pytest.mark.parametrize("end", [cancelled, closed])
def test_they_go_with_the_end(end: Callable[[Operation], None], deployment: Operation) -> None:
    end(deployment)
    assert not RunSecret.objects.exists()
    assert deployment.plan.bootstrap_values  # holds none, and says what was done


def test_those_of_a_target_go_when_it_stops(backup: Operation) -> None:
    target = backup.targets.first()
    assert target is not None
    backup.targets.update(state=TargetState.FAILED)
    Operation.objects.update(state=OperationState.FAILED_TEMP)
    RunSecret.objects.all().delete()
    given = {"sysadmin_password": SECRETS["sysadmin_password"]}
    retry(backup.pk, [target.pk], given, ROBOT, NOW)
    assert RunSecret.objects.get().target_id == target.pk
    target.refresh_from_db()
    commit.stop(target, TargetState.FAILED, NOW)
    assert not RunSecret.objects.exists()


class TestHousekeeping:
    def left(self, state: str, hours: float) -> int:
        Operation.objects.update(state=state, started_at=NOW - timedelta(hours=hours))
        RunSecret.objects.update(erase_at=NOW + timedelta(hours=24 - hours))
        erase_secrets()
        return RunSecret.objects.count()

    def test_a_plan_keeps_them_for_a_day(self, deployment: Operation) -> None:
        assert self.left("planned", 23) == 3
        assert self.left("planned", 25) == 0

    def test_a_run_keeps_them_until_its_end_but_not_for_ever(self, deployment: Operation) -> None:
        assert self.left("processing", 24 * 13) == 3
        assert self.left("processing", 24 * 15) == 0


def test_a_failing_check_shows_no_secret(world: World, user: User, caplog: Any) -> None:
    bad = ask(world.controllers[0], [row(1)])
    with pytest.raises(Exception) as raised:  # noqa: PT011 - whatever it is, it must not tell
        plan_deploy(bad, user, ROBOT, "no time")  # type: ignore[arg-type]
    told = repr(raised.value) + str(raised.value) + caplog.text
    assert [secret for secret in spelled() if secret in told] == []
