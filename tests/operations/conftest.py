"""The small fleet of tests/sites, and people of each role."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.sites.world import World, make_user, make_world

SignIn = Callable[..., Client]


@pytest.fixture
def world(db: Any) -> World:
    return make_world()


@pytest.fixture
def sign_in(world: World) -> SignIn:
    """A browser of a new user: `sign_in("Operator")` sees the fleet, `sign_in("Viewer", region="Europe")` a part."""

    def sign_in(role: str, **scope: Any) -> Client:
        client = Client()
        client.force_login(make_user(f"{role} {scope}"[:150], role, **(scope or {"fleet": True})))
        return client

    return sign_in
