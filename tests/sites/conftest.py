"""The small fleet, and people with different scopes in it."""

from typing import Any

import pytest
from django.test import Client

from sites import tokens
from tests.sites.world import World, make_user, make_world


@pytest.fixture
def world(db: Any) -> World:
    return make_world()


@pytest.fixture
def fleet_client(world: World) -> Client:
    """A browser of a viewer who sees the fleet."""
    client = Client()
    client.force_login(make_user("fleet-viewer", fleet=True))
    return client


@pytest.fixture
def narrow_client(world: World) -> Client:
    """A browser of a viewer who sees only the group of controller 1: clouds[0] and clouds[1]."""
    client = Client()
    client.force_login(make_user("narrow-viewer", group=world.groups[0]))
    return client


@pytest.fixture
def api(world: World) -> Client:
    """Automation with a token of an administrator who sees the fleet."""
    _, text = tokens.create(make_user("robot", "Administrator", fleet=True), "tests", None)
    return Client(headers={"Authorization": f"Bearer {text}"})


@pytest.fixture
def narrow_api(world: World) -> Client:
    """Automation of a viewer who sees only the group of controller 1."""
    _, text = tokens.create(make_user("narrow-robot", group=world.groups[0]), "tests", None)
    return Client(headers={"Authorization": f"Bearer {text}"})
