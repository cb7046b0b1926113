"""Texts and names that no row can hold are refused wherever one is taken, as a key too; and lists of them end."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from operations.api.campaign_bodies import MOST_ROWS
from operations.models import Operation
from tests.operations.api.asking import OPERATIONS, faults_of, post
from tests.operations.api.conftest import Clients
from tests.operations.api.sheets import DEPLOYS, ready
from tests.operations.api.sheets import body as sheet
from tests.operations.api.test_wild_numbers import RULES, V1
from tests.operations.campaign_facts.patchable import RELEASE, make_patchable
from tests.operations.planning.site_template import line
from tests.sites.world import World

BODIES = 14
WILD = ("\0", "a\0b", "\ud800", "x" * 10_000, "\u202e")
STRATEGY = {"kind": "sw-deploy", "release_id": RELEASE}
WAVE = {"name": "First", "regions": ["Brazil"], "labels": ["gold"], "site_types": ["AIO-SX"]}
BY_FILTER = {"region": ["Brazil", "Europe"], "q": "edge"}


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where the texts of a body stand; with a "" at the end, where its keys do."""
    if isinstance(value, dict | list):
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(key, str):
                yield (*path, key, "")
            yield from places(each, (*path, key))
    elif isinstance(value, str):
        yield path


def changed(value: Any, path: tuple[Any, ...], wild: str) -> Any:
    if not path:
        return wild
    at, *rest = path
    if rest == [""]:
        return {wild if key == at else key: each for key, each in value.items()}
    if isinstance(value, dict):
        return value | {at: changed(value[at], tuple(rest), wild)}
    return [changed(each, tuple(rest), wild) if number == at else each for number, each in enumerate(value)]


@pytest.fixture
def bodies(world: World) -> list[tuple[str, dict[str, Any]]]:
    """Every body that holds texts, each of them good but for what is not there."""
    make_patchable(world)
    ready(world.controllers[0])
    clouds, controller = [cloud.pk for cloud in world.clouds[:2]], world.controllers[0]
    window = RULES["windows"][0]  # type: ignore[index]
    rules = RULES | {"waves": [WAVE], "default_zone": "UTC"}
    campaign = {"strategy": STRATEGY, "rules": rules, "title": "T", "reason": "R"}
    group = {"name": "N", "description": "d", "update_apply_type": "parallel", "reason": "R"}
    return [
        (f"{V1}campaigns/", campaign | {"clouds": clouds}),
        (f"{V1}campaigns/", campaign | {"filter": BY_FILTER, "expected": 4}),
        (OPERATIONS, {"kind": "edit", "clouds": clouds, "options": {"location": "x"}, "reason": "R", "start": False}),
        (OPERATIONS, {"kind": "edit", "filter": BY_FILTER, "expected": 4, "options": {"location": "x"}}),
        (OPERATIONS, {"kind": "rename", "clouds": clouds[:1], "options": {"name": "x"}, "secrets": {"a": "b"}}),
        (f"{DEPLOYS}check/", sheet(controller, line(1), defaults={"location": "x"}, reason="R")),
        (f"{V1}subcloud-groups/", group | {"controller": controller.pk}),
        (f"{V1}subcloud-groups/{world.groups[0].pk}/members/", {"filter": BY_FILTER, "expected": 4, "reason": "R"}),
        (f"{V1}strategy-options/", {"clouds": clouds[:1], "alarm_restriction_type": "strict", "reason": "R"}),
        (f"{V1}maintenance-windows/preview/", window | {"zones": ["UTC"]}),
        (f"{V1}maintenance-windows/", window),
        (f"{V1}freezes/", {"name": "F", "first": "2026-12-20", "last": "2027-01-05", "region": "Brazil",
                           "zone": "UTC"}),
        (f"{V1}brakes/pull/", {"region": "Brazil", "reason": "storm"}),
        (f"{V1}site-templates/", {"name": "t", "description": "d", "bootstrap_values": "name: x"}),
    ]  # fmt: skip


@pytest.mark.parametrize("number", range(BODIES))
def test_no_text_brings_it_down(number: int, client_of: Clients, bodies: list[tuple[str, dict[str, Any]]]) -> None:
    path, good = bodies[number]
    api = client_of("Administrator", fleet=True)
    api.raise_request_exception = False
    for place in places(good):
        for wild in WILD:
            answer = api.post(path, json.dumps(changed(good, place, wild)), content_type="application/json")
            told = (path, place, wild[:9], answer.content[:300])
            assert answer.status_code < 500, told
            assert answer.status_code not in (404, 429), told


def test_every_body_is_tried(bodies: list[tuple[str, dict[str, Any]]]) -> None:
    assert len(bodies) == BODIES


@pytest.mark.parametrize("limits", ["regions", "links"])
@pytest.mark.parametrize("names", [["\0"], ["\ud800"], ["x" * 65], [""], [f"r{n}" for n in range(MOST_ROWS + 1)]])
def test_limits_are_of_names_that_can_be(limits: str, names: list[str], api: Client, world: World) -> None:
    make_patchable(world)
    asked = {
        "strategy": STRATEGY,
        "clouds": [world.clouds[0].pk],
        "rules": {"limits": {limits: dict.fromkeys(names, 1)}},
    }
    for place in ("campaigns/", "campaigns/preview/"):
        answer = post(api, V1 + place, asked)
        assert (answer.status_code, list(faults_of(answer))) == (400, ["rules"])
    assert not Operation.objects.exists()


@pytest.mark.parametrize("rows", ["waves", "windows"])
def test_rows_of_rules_end(rows: str, api: Client, world: World) -> None:
    make_patchable(world)
    each = WAVE if rows == "waves" else RULES["windows"][0]  # type: ignore[index]
    many = [each | {"name": f"n{number}"} for number in range(MOST_ROWS + 1)]
    answer = post(api, f"{V1}campaigns/preview/", {
        "strategy": STRATEGY, "clouds": [world.clouds[0].pk], "rules": {rows: many}})  # fmt: skip
    assert (answer.status_code, list(faults_of(answer))) == (400, ["rules"])


@pytest.mark.parametrize("wild", ["\ud800", "x" * 256, ["edge-0"] * 1001])
def test_filters_take_what_the_list_takes(wild: Any, api: Client, world: World) -> None:
    for name in ("q", "region"):
        answer = post(api, OPERATIONS, {"kind": "unmanage", "filter": {name: wild}, "start": False})
        assert (answer.status_code, list(faults_of(answer))) == (400, ["filter"]), name
