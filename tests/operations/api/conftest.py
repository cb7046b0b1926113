"""The small fleet with System Controllers that may be changed, and automation of people with different roles in it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from sites import tokens
from sites.credentials import seal
from sites.models import Controller
from tests.sites.world import World, make_user, make_world

Clients = Callable[..., Client]


@pytest.fixture
def world(db: Any) -> World:
    made = make_world()
    Controller.objects.update(write_username="writer", write_password_sealed=seal("write-secret"))
    for controller in made.controllers:
        controller.refresh_from_db()
    return made


@pytest.fixture
def client_of(world: World) -> Clients:
    """client_of("Operator", group=…): automation of somebody new with that role and scope."""
    made: list[Client] = []

    def client(role: str, **scope: Any) -> Client:
        _, text = tokens.create(make_user(f"robot-{len(made)}", role, **scope), "tests", None)
        made.append(Client(headers={"Authorization": f"Bearer {text}"}))
        return made[-1]

    return client


@pytest.fixture
def api(client_of: Clients) -> Client:
    """Automation of an engineer who sees the fleet."""
    return client_of("Engineer", fleet=True)


@pytest.fixture
def narrow_api(client_of: Clients, world: World) -> Client:
    """Automation of an engineer who sees only the group of controller 1: clouds[0] and clouds[1]."""
    return client_of("Engineer", group=world.groups[0])
