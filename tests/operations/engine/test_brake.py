"""The brake: once it has been pulled nothing more reaches a System Controller, and released everything goes on."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from operations.models import Intent, Operation, Target
from sites.models import Brake, Controller, Region
from sites.services import brake
from tests.fixtures.fleet import Simulator
from tests.operations.driving import ROBOT, add_controller, drive, ended, states, turn
from tests.operations.engine.sites import deploy
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
NORTH, SOUTH = "North", "South"
HANDS = 4


@pytest.fixture
def fleet(start_simulator: Callable[..., Simulator]) -> Simulator:
    return start_simulator(subclouds=4, speed=1200, seed=5)


@pytest.fixture(autouse=True)
def fast(settings: Any, db: None) -> None:
    Brake.objects.get_or_create(region="")  # a migration made it, and an earlier test may have emptied the table
    settings.SPEED = 1200
    settings.OPERATION_SECONDS = {"poll": 0.5, "unmoved": 5.0}


@contextmanager
def workers() -> Iterator[Callable[[], int]]:
    """Several drive whatever is due, as worker processes do. Gives how many turns they have taken so far."""
    stop, turns = Event(), [0] * HANDS

    def work(number: int) -> None:
        try:
            while not stop.wait(0.02):
                turn()
                turns[number] += 1
        finally:
            connection.close()

    with ThreadPoolExecutor(HANDS) as pool:
        hands = [pool.submit(work, number) for number in range(HANDS)]
        try:
            yield lambda: min(turns)
        finally:
            stop.set()
            for hand in hands:
                hand.result()


def additions(fleet: Simulator) -> list[dict[str, Any]]:
    """Requests to add a subcloud, those that are still to be answered too."""
    rows = fleet.control("requests")["requests"]
    return [row for row in rows if row["method"] == "POST" and row["path"].endswith("/dcmanager/v1.0/subclouds")]


def running(operation: Operation) -> Callable[[], bool]:
    return lambda: Target.objects.filter(operation=operation, state="running").exists()


def late_answers(fleet: Simulator, seconds: float) -> None:
    """Requests in flight are what a brake has to wait for."""
    options = {"seconds": seconds, "service": "dcmanager"}
    fleet.control("faults", {"kind": "slow", "controller": 1, "subcloud": "central", "options": options})


@pytest.mark.parametrize("late", [0.0, 0.6])
def test_nothing_reaches_the_controller_once_the_pull_has_returned(fleet: Simulator, late: float) -> None:
    """It is pulled in the middle of many sendings, again and again."""
    operation = deploy(add_controller(fleet), range(1, 11), max_at_once=10)
    drive(running(operation), timeout=60)
    fleet.control("requests", method="DELETE")
    if late:
        late_answers(fleet, late)
    with workers() as turns:
        quiet = [pulled_after(fleet, count, turns) for count in (1, 3, 6)]
        wait_until(lambda: len(additions(fleet)) == 10, timeout=60)  # released, it goes on
    for since, until in quiet:
        assert [row for row in additions(fleet) if since < row["began"] < until] == []
    assert set(states(operation).values()) <= {"running", "completed"}
    assert Intent.objects.filter(verb="add").count() == len(additions(fleet)) == 10


def pulled_after(fleet: Simulator, count: int, turns: Callable[[], int]) -> tuple[float, float]:
    """From when to when the brake was on, once so many sites had been asked for."""
    wait_until(lambda: len(additions(fleet)) >= count, timeout=60)
    brake.pull("", "a storm", ROBOT, timezone.now())
    since, seen = time.time(), turns()
    wait_until(lambda: turns() > seen + 3, timeout=60)
    until = time.time()
    brake.release("", "", ROBOT, timezone.now())
    return since, until


@pytest.fixture
def halves(fleet: Simulator) -> tuple[Controller, Operation]:
    """Four sites of the north stand before four of the south."""
    Region.objects.bulk_create([Region(name=NORTH), Region(name=SOUTH)])
    controller = add_controller(fleet)
    operation = deploy(controller, range(41, 49), max_at_once=3)
    half = Target.objects.order_by("number")[4].number
    Target.objects.filter(number__lt=half).update(region=NORTH)
    Target.objects.filter(number__gte=half).update(region=SOUTH)
    return controller, operation


def test_the_brake_of_a_region_leaves_the_others_alone(fleet: Simulator, halves: tuple[Controller, Operation]) -> None:
    _, operation = halves
    brake.pull(NORTH, "ice on the roads", ROBOT, timezone.now())
    south = Target.objects.filter(operation=operation, region=SOUTH)
    drive(lambda: set(south.values_list("state", flat=True)) == {"completed"}, timeout=120)
    assert len(additions(fleet)) == 4
    operation.refresh_from_db()
    assert "ice on the roads" in operation.state_reason
    assert set(Target.objects.filter(region=NORTH).values_list("state", flat=True)) == {"waiting"}
    brake.release(NORTH, "", ROBOT, timezone.now())
    drive(ended(operation), timeout=120)
    assert set(states(operation).values()) == {"completed"}
    assert len(additions(fleet)) == 8
