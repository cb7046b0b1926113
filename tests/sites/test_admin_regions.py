"""A region keeps its name, and stays, while a brake, a scope, a freeze or an operation has it by that name."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from operations.models import FreezeSpan
from sites.models import Cloud, Region
from sites.services import brake
from sites.services.actors import Actor
from tests.operations.asked import make_operation
from tests.sites.world import World, make_user

ADMIN = "/admin/sites/region/"
NO_BOXES = {"boxes-TOTAL_FORMS": "0", "boxes-INITIAL_FORMS": "0"}


@pytest.fixture
def client(world: World) -> Client:
    client = Client()
    client.force_login(make_user("boss", "Administrator", fleet=True))
    User.objects.filter(username="boss").update(is_staff=True)
    return client


@pytest.fixture
def region(world: World) -> Region:
    """Nothing lies in it, and nobody names it."""
    return Region.objects.create(name="Antarctica")


def braked(world: World) -> None:
    brake.pull("Antarctica", "storm", Actor("olga", "test"), world.now)


def in_a_scope(world: World) -> None:
    make_user("penguin", region="Antarctica")


def frozen(world: World) -> None:
    FreezeSpan.objects.create(name="Winter", region="Antarctica", first=world.now.date(), last=world.now.date())


def worked_on(world: World) -> None:
    make_operation(world, ["running"]).targets.update(region="Antarctica")


def name_of(region: Region) -> str:
    return Region.objects.values_list("name", flat=True).get(pk=region.pk)


@pytest.mark.parametrize(
    ("held", "said"),
    [
        (braked, "Its brake is on"),
        (in_a_scope, "Scopes of people"),
        (frozen, "Winter"),
        (worked_on, "operations in it"),
    ],
)
def test_whose_name_is_held_keeps_it_and_stays(
    held: Callable[[World], None], said: str, client: Client, world: World, region: Region
) -> None:
    held(world)
    answer = client.post(f"{ADMIN}{region.pk}/change/", {"name": "Ice", "order": 100, **NO_BOXES})
    assert (answer.status_code, said in answer.content.decode()) == (200, True)
    assert said in client.get(f"{ADMIN}{region.pk}/delete/").content.decode()
    client.post(f"{ADMIN}{region.pk}/delete/", {"post": "yes"})
    client.post(ADMIN, {"action": "delete_selected", "_selected_action": [region.pk], "post": "yes"})
    assert name_of(region) == "Antarctica"


def test_where_subclouds_lie_the_name_stays_and_the_rest_may_change(
    client: Client, world: World, region: Region
) -> None:
    Cloud.objects.filter(pk=world.clouds[0].pk).update(region="Antarctica")
    address = f"{ADMIN}{region.pk}/change/"
    answer = client.post(address, {"name": "Ice", "order": 100, **NO_BOXES})
    assert "Subclouds lie in it (1)" in answer.content.decode()
    assert client.post(address, {"name": "Antarctica", "order": 3, **NO_BOXES}).status_code == 302
    assert Region.objects.get(pk=region.pk).order == 3


def test_one_that_nobody_names_may_be_called_otherwise_and_go(client: Client, world: World, region: Region) -> None:
    over = world.now.date() - timedelta(days=9)
    FreezeSpan.objects.create(name="Last year", region="Antarctica", first=over, last=over)
    make_operation(world, ["completed"], state="completed").targets.update(region="Antarctica")
    assert client.post(f"{ADMIN}{region.pk}/change/", {"name": "Ice", "order": 100, **NO_BOXES}).status_code == 302
    assert name_of(region) == "Ice"
    assert client.post(f"{ADMIN}{region.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not Region.objects.filter(pk=region.pk).exists()
