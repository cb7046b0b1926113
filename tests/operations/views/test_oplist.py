"""The list of operations offers what REST can filter by."""

from datetime import timedelta

import pytest
from django.test import Client

from operations.models import Operation
from tests.sites.world import World, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    world = make_world()
    for number, hours in enumerate((1, 30, 24 * 20, 24 * 400)):
        Operation.objects.create(
            kind="manage", title=f"Manage {number}", requester_name="robot", controller=world.controllers[number % 2],
            created_at=world.now - timedelta(hours=hours),
        )  # fmt: skip
    return world


def test_by_controller_and_by_age(admin_client: Client, world: World) -> None:
    page = admin_client.get("/operations/").content.decode()
    assert f'href="?controller={world.controllers[0].pk}"' in page
    assert 'href="?asked=day"' in page
    assert "before, last 30 days" in page
    found = admin_client.get("/operations/?asked=week&asked=month")
    assert {row["title"] for row in found.context["rows"]} == {"Manage 1", "Manage 2"}
    assert found.context["total"] == 2
    rest = admin_client.get("/api/v1/operations/?asked=older").json()["results"]
    assert [row["title"] for row in rest] == ["Manage 3"]


def test_one_controller_is_named_too(admin_client: Client, world: World) -> None:
    Operation.objects.update(controller=world.controllers[0])
    assert "central-1" in admin_client.get("/operations/").content.decode()


def test_an_unknown_age_is_refused(admin_client: Client, world: World) -> None:
    assert admin_client.get("/operations/?asked=yesterday").status_code == 400
