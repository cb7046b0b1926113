"""One request to a real dcmanager: sent once, seen, and told."""

from collections.abc import Callable
from typing import Any

import pytest

from events.models import Event
from operations.models import Intent, Operation, Target
from sites.models import Cloud
from tests.fixtures.fleet import Simulator
from tests.operations.driving import add_clouds, add_controller, ask, drive, ended, states

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def fleet(start_simulator: Callable[..., Simulator]) -> Simulator:
    return start_simulator(subclouds=12, speed=60, seed=5)


def upstream(fleet: Simulator, what: str, value: str) -> list[int]:
    """Ids of subclouds that dcmanager shows with that availability."""
    return [row["id"] for row in fleet.control("clouds")["clouds"] if row["id"] != "central" and row.get(what) == value]


def managed_and_online(clouds: list[Cloud]) -> list[Cloud]:
    for cloud in clouds:
        cloud.deploy_status, cloud.management_state, cloud.availability_status = "complete", "managed", "online"
        cloud.save()
    return clouds


def test_unmanaged_and_managed_again(fleet: Simulator) -> None:
    clouds = managed_and_online(add_clouds(fleet, add_controller(fleet)))
    online = set(upstream(fleet, "availability", "online"))
    chosen = [cloud for cloud in clouds if cloud.dcmanager_id in online][:3]
    operation = ask("unmanage", chosen)
    drive(ended(operation))
    assert set(states(operation).values()) == {"completed"}
    intents = Intent.objects.filter(target__operation=operation)
    assert {(intent.verb, intent.outcome) for intent in intents} <= {("unmanage", "effective")}
    assert intents.count() <= len(chosen)  # one that was unmanaged already needs no request
    kinds: list[Any] = list(Event.objects.filter(kind__startswith="operation").order_by("id").values_list("kind"))
    assert kinds[0] == ("operation.added",)
    for cloud in chosen:
        cloud.management_state = "unmanaged"
    again = ask("manage", chosen)
    drive(ended(again))
    assert set(states(again).values()) == {"completed"}


def test_what_is_known_to_be_illegal_is_refused_before_anything_is_sent(fleet: Simulator) -> None:
    clouds = managed_and_online(add_clouds(fleet, add_controller(fleet)))
    fleet.control("requests", method="DELETE")
    operation = ask("manage", clouds[:2])
    drive(ended(operation))
    assert operation.state == "failed"
    refused = Target.objects.filter(operation=operation)
    assert {target.state for target in refused} == {"refused"}
    assert all("managed" in target.problems[0]["message"] for target in refused)
    assert [row for row in fleet.control("requests")["requests"] if row["method"] == "PATCH"] == []


def test_a_controller_without_a_write_account_is_not_written_to(fleet: Simulator) -> None:
    controller = add_controller(fleet, write_username="", write_password_sealed=None)
    clouds = managed_and_online(add_clouds(fleet, controller))
    operation = ask("unmanage", clouds[:1])
    drive(ended(operation))
    target = Target.objects.get(operation=operation)
    assert target.state == "refused"
    assert "read-only" in target.problems[0]["message"]


def test_an_unreachable_controller_is_waited_for(fleet: Simulator) -> None:
    controller = add_controller(fleet, auth_url="http://127.0.0.1:9/identity/v3")
    operation = ask("unmanage", managed_and_online(add_clouds(fleet, controller))[:1])
    drive(lambda: "cannot be asked" in Target.objects.get(operation=operation).message)
    assert Operation.objects.get(pk=operation.pk).state == "processing"
    assert Intent.objects.count() == 0
