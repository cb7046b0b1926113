"""Where campaigns are switched off there is no way to plan one, and those that are there show as other operations."""

import importlib
from collections.abc import Iterator

import pytest
from django.test import Client, override_settings
from django.urls import clear_url_caches

from tests.operations.conftest import SignIn
from tests.operations.views.campaigns.made import make_campaign
from tests.sites.world import World, make_user

ROUTES = ("operations.urls", "dcportal.api", "dcportal.urls")


def read_routes_again() -> None:
    clear_url_caches()
    for name in ROUTES:
        importlib.reload(importlib.import_module(name))


@pytest.fixture
def switched_off() -> Iterator[None]:
    """Addresses are made once, when a process starts."""
    with override_settings(CAMPAIGNS=False):
        read_routes_again()
        yield
    read_routes_again()


def test_nothing_leads_to_a_plan(sign_in: SignIn, world: World, switched_off: None) -> None:
    client = sign_in("Engineer")
    assert client.get("/operations/campaigns/new/").status_code == 404
    for page in ("/operations/", "/subclouds/"):
        assert "Plan a campaign" not in client.get(page).content.decode()


def test_rest_has_all_the_rest(client: Client, world: World, switched_off: None) -> None:
    """Groups and strategy options are dcmanager's, campaigns or not."""
    client.force_login(make_user("robot", "Engineer", fleet=True))
    lists = client.get("/api/v1/").json()
    assert "campaigns" not in lists
    named = "controllers subcloud-groups subclouds alarms hosts ports ceph operations events tokens strategy-options"
    for name in named.split():
        assert client.get(f"/api/v1/{name}/").status_code == 200, name
        assert name in lists


def test_a_campaign_that_is_there_is_still_shown(sign_in: SignIn, world: World, switched_off: None) -> None:
    operation = make_campaign(world)
    client = sign_in("Engineer")
    assert operation.title in client.get(f"/operations/{operation.pk}/").content.decode()
    assert client.post(f"/operations/{operation.pk}/campaign/start", {"typed": "4"}).status_code == 404
    target = operation.targets.order_by("number")[0]
    assert target.name in client.get(f"/operations/{operation.pk}/targets/{target.pk}/").content.decode()
