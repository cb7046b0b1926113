"""Groups and strategy options of a real dcmanager: made, changed, deleted, each by one request and under the brake."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from operations.engine.doors import door
from operations.models import Intent, Operation, Target
from operations.services.belongings import change_group, create_group, delete_group, set_options
from sites.models import Brake, Cloud, Controller, SubcloudGroup
from sites.services import brake
from starlingx.dcmanager import DcManager
from tests.fixtures.fleet import Simulator
from tests.operations.driving import ROBOT, add_clouds, add_controller, drive, ended, states, turn

pytestmark = pytest.mark.django_db(transaction=True)
NORTH = {
    "name": "north", "description": "Sites up north", "update_apply_type": "parallel", "max_parallel_subclouds": 5,
}  # fmt: skip
STRICT = {
    "storage_apply_type": "serial", "worker_apply_type": "serial", "max_parallel_workers": 5,
    "alarm_restriction_type": "strict", "default_instance_action": "stop-start",
}  # fmt: skip


@pytest.fixture(autouse=True)
def fast(settings: Any, db: None) -> None:
    Brake.objects.get_or_create(region="")  # a migration made it, and an earlier test may have emptied the table
    settings.OPERATION_SECONDS = {"poll": 0.3, "unmoved": 5.0}


@pytest.fixture
def fleet(start_simulator: Callable[..., Simulator]) -> Simulator:
    return start_simulator(subclouds=4, speed=60, seed=5)


@pytest.fixture
def controller(fleet: Simulator) -> Controller:
    return add_controller(fleet)


def by(*given: Any) -> Any:
    user, _ = User.objects.get_or_create(username="engineer")
    return (*given, "CHG-1", user, ROBOT, timezone.now())


def well(operation: Operation) -> Operation:
    drive(ended(operation))
    assert set(states(operation).values()) == {"completed"}, Target.objects.values_list("error", flat=True)
    return operation


def verbs() -> list[tuple[str, str]]:
    return list(Intent.objects.order_by("id").values_list("verb", "outcome"))


def number_of(controller: Controller, name: str) -> int:
    """dcmanager's id of that group."""

    async def ask() -> int:
        async with door(controller) as session:
            return (await DcManager(session).group(name)).id

    return asyncio.run(ask())


def book(controller: Controller, number: int, name: str) -> SubcloudGroup:
    """As the collector would write it."""
    return SubcloudGroup.objects.create(
        controller=controller, dcmanager_id=number, name=name, observed_at=timezone.now()
    )


def test_a_group_from_birth_to_death(controller: Controller) -> None:
    well(create_group(*by(controller, NORTH)))
    group = book(controller, number_of(controller, "north"), "north")
    well(change_group(*by(group, {"name": "far-north", "max_parallel_subclouds": 7})))
    SubcloudGroup.objects.update(name="far-north")
    group.refresh_from_db()
    well(delete_group(*by(group)))
    assert verbs() == [
        ("group_create", "effective"), ("group_update", "effective"), ("group_delete", "effective"),
    ]  # fmt: skip


def test_one_that_is_there_already_is_not_taken_for_ours(controller: Controller) -> None:
    well(create_group(*by(controller, NORTH)))
    again = create_group(*by(controller, NORTH))
    drive(ended(again))
    assert set(states(again).values()) == {"failed"}
    assert len(verbs()) == 1


def test_options_of_subclouds_and_by_default(fleet: Simulator, controller: Controller) -> None:
    clouds: list[Cloud] = add_clouds(fleet, controller)[:2]
    well(set_options(*by(controller, clouds, STRICT)))
    well(set_options(*by(controller, [], STRICT)))
    well(set_options(*by(controller, clouds[:1], None)))
    well(set_options(*by(controller, [], None)))
    assert verbs() == [("options_set", "effective")] * 3 + [("options_delete", "effective")] * 2


def test_nothing_is_sent_while_the_brake_is_on(controller: Controller) -> None:
    brake.pull("", "Smoke", ROBOT, timezone.now())
    operation = create_group(*by(controller, NORTH))
    for _ in range(5):
        turn()
    assert (verbs(), set(states(operation).values())) == ([], {"waiting"})
    brake.release("", "", ROBOT, timezone.now())
    well(operation)
