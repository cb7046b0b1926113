"""Scopes hold on every address there is: walked from the URL configuration, so that a new one is tested by itself."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from events.models import AuditEntry
from sites import tokens
from sites.access import NOTHING, scopes_for
from sites.selectors import clouds, controllers, fleet_counts, groups, subclouds
from tests.sites.world import World, make_user

PUBLIC = {"login"}
NUMBER = re.compile(r"<int:\w+>")
WORD = re.compile(r"<slug:\w+>")


def addresses(patterns: Any = None, path: str = "", names: str = "") -> Iterator[tuple[str, str]]:
    """(path with its converters, full name) of every named address."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        here = path + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            space = f"{names}{pattern.namespace}:" if pattern.namespace else names
            if pattern.app_name != "admin":
                yield from addresses(pattern.url_patterns, here, space)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield f"/{here}", f"{names}{pattern.name}"


ALL = sorted(set(addresses()))
NOT_OF_A_CLOUD = re.compile(r"/(controllers|tokens|subcloud-groups)/|/api/v1/(?!subclouds)")
OF_CLOUD = [path for path, _ in ALL if NUMBER.search(path) and not NOT_OF_A_CLOUD.search(path)]


def at(path: str, pk: int) -> str:
    return WORD.sub("any", NUMBER.sub(str(pk), path))


def test_the_walk_finds_addresses() -> None:
    names = {name for _, name in ALL}
    assert {"map", "subclouds", "subcloud", "controller", "api:subclouds", "api:subcloud"} <= names


@pytest.mark.parametrize(("path", "name"), ALL)
def test_nobody_sees_anything_without_signing_in(path: str, name: str, world: World) -> None:
    client = Client()
    concrete = at(path, world.clouds[0].pk)
    answer = client.get(concrete)
    is_rest = path.startswith("/api/") and name != "api:docs"
    if is_rest:
        assert answer.status_code == 401
    elif name not in PUBLIC:
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/login/")
    fragment = client.get(concrete, headers={"HX-Request": "true"})
    if not is_rest and name not in PUBLIC:
        assert fragment.status_code == 401
        assert fragment.headers["HX-Redirect"].startswith("/login/")


@pytest.mark.parametrize("path", OF_CLOUD)
def test_a_cloud_out_of_scope_does_not_exist(
    path: str, world: World, narrow_client: Client, narrow_api: Client
) -> None:
    client = narrow_api if path.startswith("/api/") else narrow_client
    theirs = client.get(at(path, world.clouds[2].pk))
    central = client.get(at(path, world.centrals[0].pk))
    never = client.get(at(path, 999999))
    refused = {403, 404, 405}  # 405: an address that only takes POST; 403: one that needs a role
    assert {theirs.status_code, central.status_code, never.status_code} <= refused
    assert theirs.status_code == never.status_code


@pytest.mark.parametrize("path", [path for path in OF_CLOUD if path.startswith("/subclouds/")])
def test_a_cloud_in_scope_is_shown(path: str, world: World, narrow_client: Client) -> None:
    answer = narrow_client.get(at(path, world.clouds[0].pk))
    assert answer.status_code in {200, 403, 405}


@pytest.mark.parametrize("path", ["watch", "ask"])
def test_nobody_hints_at_what_they_do_not_see(path: str, world: World, narrow_client: Client) -> None:
    assert narrow_client.post(f"/subclouds/{world.clouds[2].pk}/{path}").status_code == 404
    assert narrow_client.post(f"/subclouds/{world.clouds[0].pk}/{path}").status_code in {200, 204}


@pytest.mark.parametrize(
    "path",
    ["/map/feed", "/map/unlocated", "/subclouds/", "/subclouds/export.csv", "/api/v1/subclouds/", "/controllers/"],
)
def test_lists_name_only_what_is_in_scope(path: str, world: World, narrow_client: Client, narrow_api: Client) -> None:
    world.clouds[1].latitude = None
    world.clouds[1].save()
    client = narrow_api if path.startswith("/api/") else narrow_client
    text = client.get(path).getvalue().decode()
    assert "edge-2" not in text
    assert "edge-3" not in text
    assert "central-2" not in text
    assert "edge-1" in text or "central-1" in text


@pytest.mark.parametrize(
    ("grant", "expected"),
    [
        ({"fleet": True}, {"edge-0", "edge-1", "edge-2", "edge-3", "central-1", "central-2"}),
        ({"controller": 0}, {"edge-0", "edge-1", "central-1"}),
        ({"group": 1}, {"edge-2", "edge-3"}),
        ({"region": "Europe"}, {"edge-1", "edge-3"}),
        ({}, set()),
    ],
)
def test_each_kind_of_grant(grant: dict[str, Any], expected: set[str], world: World) -> None:
    scope = dict(grant)
    if "controller" in scope:
        scope["controller"] = world.controllers[scope["controller"]]
    if "group" in scope:
        scope["group"] = world.groups[scope["group"]]
    scopes = scopes_for(make_user("somebody", **scope))
    assert set(clouds(scopes).values_list("name", flat=True)) == expected
    assert fleet_counts(scopes)["subclouds"] == len([name for name in expected if name.startswith("edge")])
    assert fleet_counts(scopes)["minor"] == len(expected)


def test_a_central_cloud_is_not_shown_by_its_region(world: World) -> None:
    world.centrals[0].region = "Europe"
    world.centrals[0].save()
    scopes = scopes_for(make_user("somebody", region="Europe"))
    assert "central-1" not in set(clouds(scopes).values_list("name", flat=True))


def test_nothing_is_nothing_everywhere(world: World) -> None:
    assert not clouds(NOTHING).exists()
    assert not subclouds(NOTHING).exists()
    assert not controllers(NOTHING).exists()
    assert not groups(NOTHING).exists()


def test_the_address_of_a_controller_is_for_those_who_see_all_of_it(
    world: World, narrow_client: Client, narrow_api: Client, fleet_client: Client
) -> None:
    pk = world.controllers[0].pk
    assert b"10.0.0.2" in fleet_client.get(f"/controllers/{pk}/").content
    assert b"10.0.0.2" not in narrow_client.get(f"/controllers/{pk}/").content
    assert narrow_api.get(f"/api/v1/controllers/{pk}/").json()["auth_url"] is None
    assert narrow_client.get(f"/controllers/{world.controllers[1].pk}/").status_code == 404
    assert narrow_api.get(f"/api/v1/controllers/{world.controllers[1].pk}/").status_code == 404


def test_a_look_beyond_one_s_scope_is_in_the_audit(world: World, narrow_api: Client) -> None:
    narrow_api.get(f"/api/v1/subclouds/{world.clouds[2].pk}/")
    narrow_api.get("/api/v1/subclouds/999999/")
    narrow_api.get(f"/api/v1/subclouds/{world.clouds[0].pk}/")
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.subject, entry.outcome) == ("narrow-robot", f"cloud:{world.clouds[2].pk}", "refused")


def test_a_try_to_change_what_is_out_of_scope_is_audited(world: World) -> None:
    _, text = tokens.create(make_user("far", "Administrator", controller=world.controllers[0]), "tests", None)
    far = Client(headers={"Authorization": f"Bearer {text}"})
    for pk in (world.controllers[1].pk, 999999):
        path = f"/api/v1/controllers/{pk}/"
        assert far.patch(path, {"location": "x"}, content_type="application/json").status_code == 404
    rows = AuditEntry.objects.filter(outcome="refused").values_list("actor", "verb", "subject")
    assert list(rows) == [("far", "controller.change", f"controller:{world.controllers[1].pk}")]
