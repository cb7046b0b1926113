"""The schema against what is really answered: every GET, for somebody who sees all and somebody who sees a part."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator  # type: ignore[import-untyped] # its stubs are a package of their own

from alarms.models import Alarm
from ceph.models import CephCluster, Osd
from hosts.models import Disk, Host
from network.models import Port
from operations.models import (
    Batch,
    Campaign,
    CampaignTarget,
    FreezeSpan,
    MaintenanceWindow,
    Operation,
    SiteTemplate,
    StrategyOptions,
    Target,
    Wave,
)
from sites.models import ControllerService, Release
from tests.sites.world import World

CREATE = {"name": "far", "auth_url": "https://10.1.1.1:5000/v3", "username": "r", "password": "p"}
NO_LISTS = {"/api/v1/", "/api/v1/prestage/"}
HAND_MADE = {"/api/v1/schema/", "/api/v1/operations/deploys/template.csv"}  # describes itself; CSV


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    drawn: dict[str, Any] = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call] # few types
    return drawn


@pytest.fixture
def filled(world: World) -> World:
    """A row of each kind, most of whose columns are at their defaults: where null and "" are easily mixed up."""
    cloud, now = world.clouds[0], world.now
    ControllerService.objects.create(controller=world.controllers[0], service="dcmanager")
    Release.objects.create(cloud=world.centrals[0], release_id="starlingx-26.09.0", state="deployed")
    Alarm.objects.create(cloud=cloud, alarm_id="100.101", severity=3, raised_at=now, first_seen_at=now, changed_at=now)
    host = Host.objects.create(cloud=cloud, hostname="controller-0", uuid="h", changed_at=now)
    Disk.objects.create(cloud=cloud, host=host, uuid="d", device_node="/dev/sda")
    Port.objects.create(cloud=cloud, host=host, uuid="p", name="eth0")
    CephCluster.objects.create(cloud=cloud, changed_at=now)
    Osd.objects.create(cloud=cloud, osd_id=0)
    operation = Operation.objects.create(kind="manage", title="Manage", requester_name="robot", created_at=now)
    Target.objects.create(operation=operation, number=1, name=cloud.name, cloud=cloud, controller=cloud.controller)
    _add_campaign(world)
    StrategyOptions.objects.create(controller=world.controllers[0], observed_at=now)
    MaintenanceWindow.objects.create(name="Night", weekdays=[0], start="01:00", minutes=90)
    FreezeSpan.objects.create(name="Fair", first="2026-12-01", last="2026-12-08")
    texts = {"bootstrap_values": "a: 1", "created_at": now, "changed_at": now, "changed_by": "robot"}
    SiteTemplate.objects.create(name="small site", **texts)
    return world


def _add_campaign(world: World) -> None:
    cloud = world.clouds[0]
    operation = Operation.objects.create(kind="campaign", title="Patch", requester_name="robot", created_at=world.now)
    campaign = Campaign.objects.create(operation=operation, strategy="firmware", ask={"kind": "firmware"})
    wave = Wave.objects.create(campaign=campaign, number=1, name="All")
    batch = Batch.objects.create(wave=wave, controller=cloud.controller, number=1)
    target = Target.objects.create(
        operation=operation, number=1, name=cloud.name, cloud=cloud, controller=cloud.controller, group=cloud.group
    )
    CampaignTarget.objects.create(target=target, batch=batch)


def gets(schema: dict[str, Any]) -> list[str]:
    return [path for path, methods in schema["paths"].items() if "get" in methods and path not in HAND_MADE]


def faults(schema: dict[str, Any], path: str, method: str, status: int, answer: Any) -> Iterator[str]:
    """Where `answer` is not what the schema says of it."""
    content = schema["paths"][path][method]["responses"][str(status)]["content"]["application/json"]["schema"]
    checked = {"components": schema["components"], **content}
    Draft202012Validator.check_schema(checked)
    for fault in Draft202012Validator(checked).iter_errors(answer):
        yield f"{method} {path}: {fault.json_path}: {fault.message}"


def wrong_answers(schema: dict[str, Any], client: Client) -> list[str]:
    found: list[str] = []
    for path in gets(schema):
        if "{id}" in path:
            continue
        answer = client.get(path)
        if answer.status_code == 403:
            continue  # the audit, for most
        found += faults(schema, path, "get", 200, answer.json())
        one = f"{path}{{id}}/"
        for row in answer.json().get("results", []) if one in schema["paths"] else []:
            found += faults(schema, one, "get", 200, client.get(f"{path}{row['id']}/").json())
    return found


def test_every_answer_is_as_the_schema_says(schema: dict[str, Any], filled: World, api: Client) -> None:
    api.post("/api/v1/controllers/", CREATE, content_type="application/json")
    assert wrong_answers(schema, api) == []


def test_also_for_those_who_see_a_part(schema: dict[str, Any], filled: World, narrow_api: Client) -> None:
    assert narrow_api.get("/api/v1/controllers/").json()["results"][0]["auth_url"] is None
    assert wrong_answers(schema, narrow_api) == []


def test_every_list_had_a_row_to_check(filled: World, api: Client, schema: dict[str, Any]) -> None:
    api.post("/api/v1/controllers/", CREATE, content_type="application/json")  # fills events and audit
    lists = [path for path in gets(schema) if "{id}" not in path and path not in NO_LISTS]
    assert [path for path in lists if not api.get(path).json()["results"]] == []


def test_what_is_created_is_answered_as_said(schema: dict[str, Any], api: Client) -> None:
    for path, body in (("/api/v1/tokens/", {"name": "ci"}), ("/api/v1/controllers/", CREATE)):
        answer = api.post(path, body, content_type="application/json")
        assert list(faults(schema, path, "post", 201, answer.json())) == []


def test_secrets_are_asked_for_and_never_promised(schema: dict[str, Any]) -> None:
    parts = schema["components"]["schemas"]
    assert "password" in parts["NewControllerRequest"]["required"]
    assert not {"password", "write_password", "kube_token"} & set(parts["ControllerSchema"]["properties"])
    assert "token" not in parts["TokenSchema"]["properties"]
    assert "token" in parts["NewToken"]["required"]


def test_filters_say_which_words_they_take(schema: dict[str, Any]) -> None:
    def parameter(path: str, name: str) -> dict[str, Any]:
        known = schema["paths"][path]["get"]["parameters"]
        found: dict[str, Any] = next(each["schema"] for each in known if each["name"] == name)
        return found

    flag = {"type": "string", "enum": ["false", "true"]}
    assert parameter("/api/v1/subclouds/", "stale") == flag
    assert parameter("/api/v1/alarms/", "suppressed") == flag
    assert parameter("/api/v1/alarms/", "service_affecting")["enum"] == ["-", "false", "true"]
    assert "critical" in parameter("/api/v1/subclouds/", "severity")["items"]["enum"]
    assert parameter("/api/v1/subclouds/", "severity")["items"]["type"] == "string"
    assert parameter("/api/v1/subclouds/", "controller") == {"type": "array", "items": {"type": "integer"}}
    assert parameter("/api/v1/subclouds/", "region") == {"type": "array", "items": {"type": "string"}}
    assert parameter("/api/v1/subclouds/", "count") == {
        "type": "integer", "enum": [0, 1], "default": 0, "description": "1 adds count",
    }  # fmt: skip
