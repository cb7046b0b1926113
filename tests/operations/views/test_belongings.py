"""Groups and strategy options in a browser: what is there, and changes, which are operations."""

from typing import Any

import pytest

from events.models import AuditEntry
from operations.choices import Kind
from operations.models import Operation, StrategyOptions, Target
from sites.credentials import seal
from sites.models import Controller, SubcloudGroup
from tests.operations.conftest import SignIn
from tests.sites.world import World

PAGE = "/operations/groups/"
GROUP = {"name": "stores", "description": "All stores", "update_apply_type": "serial", "max_parallel_subclouds": "3"}
OPTIONS = {
    "storage_apply_type": "serial", "worker_apply_type": "parallel", "max_parallel_workers": "5",
    "alarm_restriction_type": "strict", "default_instance_action": "migrate",
}  # fmt: skip


@pytest.fixture(autouse=True)
def writable(world: World) -> None:
    Controller.objects.update(write_username="writer", write_password_sealed=seal("secret"))


def options(world: World, **values: Any) -> StrategyOptions:
    usual = {name: value for name, value in OPTIONS.items() if name != "max_parallel_workers"}
    return StrategyOptions.objects.create(
        controller=world.controllers[0], max_parallel_workers=5, observed_at=world.now, **usual | values
    )


def test_what_dcmanager_told_stands_there_with_its_age(sign_in: SignIn, world: World) -> None:
    options(world)
    options(world, cloud=world.clouds[0], worker_apply_type="serial")
    text = sign_in("Viewer").get(PAGE).content.decode()
    assert all(said in text for said in (world.groups[0].name, "edge-0", "strict", "all others", world.now.isoformat()))
    assert "No default was told" in text  # of the other one
    assert "New group" not in text


def test_a_group_is_made_changed_and_deleted(sign_in: SignIn, world: World) -> None:
    client, controller = sign_in("Engineer"), world.controllers[0]
    new = f"{PAGE}new/{controller.pk}"
    assert "dcmanager demands one" in client.get(new).content.decode()
    wrong = client.post(new, GROUP | {"name": "12"})
    assert (wrong.status_code, "would be taken for a number" in wrong.content.decode()) == (400, True)
    assert client.post(new, GROUP | {"reason": "CHG-1"}).status_code == 302
    made = Operation.objects.get(kind=Kind.GROUP_CREATE)
    assert (made.reason, Target.objects.get(operation=made).facts["max_parallel_subclouds"]) == ("CHG-1", 3)
    group = SubcloudGroup.objects.create(
        controller=controller, dcmanager_id=77, name="stores", description="All stores", update_apply_type="serial",
        max_parallel_subclouds=3, observed_at=world.now,
    )  # fmt: skip
    change = f"{PAGE}{group.pk}/change"
    assert 'value="All stores"' in client.get(change).content.decode()
    assert "Say what to change" in client.post(change, GROUP).content.decode()
    assert client.post(change, GROUP | {"max_parallel_subclouds": "9"}).status_code == 302
    changed = Target.objects.get(operation__kind=Kind.GROUP_UPDATE)
    assert changed.facts["max_parallel_subclouds"] == 9
    assert "description" not in changed.facts
    assert client.post(f"{PAGE}{group.pk}/delete", {}).status_code == 302
    assert Operation.objects.filter(kind=Kind.GROUP_DELETE).count() == 1


def test_a_group_with_subclouds_stays(sign_in: SignIn, world: World) -> None:
    group = world.clouds[0].group
    assert group is not None
    answer = sign_in("Engineer").post(f"{PAGE}{group.pk}/delete", {})
    assert answer.status_code == 400
    assert not Operation.objects.exists()


def test_options_are_set_for_named_subclouds_or_as_default(sign_in: SignIn, world: World) -> None:
    options(world, worker_apply_type="serial")
    client, cloud = sign_in("Engineer"), world.clouds[0]
    path = f"/operations/options/{cloud.controller_id}/set"
    assert 'value="serial" selected' in client.get(path).content.decode()
    unknown = client.post(path, OPTIONS | {"subclouds": f"{cloud.name}, nowhere"})
    assert "has no such subclouds in your scope: nowhere" in unknown.content.decode()
    assert client.post(path, OPTIONS | {"subclouds": cloud.name}).status_code == 302
    assert Target.objects.get(operation__kind=Kind.OPTIONS_SET).cloud_id == cloud.pk
    assert client.post(path, OPTIONS).status_code == 302
    default = Target.objects.get(operation__kind=Kind.OPTIONS_SET, cloud=None)
    assert default.facts["alarm_restriction_type"] == "strict"


def test_options_are_cleared(sign_in: SignIn, world: World) -> None:
    row = options(world, cloud=world.clouds[0])
    client = sign_in("Engineer")
    assert (
        f"It goes by the default of {world.controllers[0].name}"
        in client.get(f"/operations/options/{row.pk}/clear").content.decode()
    )
    assert client.post(f"/operations/options/{row.pk}/clear", {}).status_code == 302
    assert Target.objects.get(operation__kind=Kind.OPTIONS_DELETE).cloud_id == world.clouds[0].pk


@pytest.mark.parametrize("role", ["Viewer", "Operator", "Approver"])
def test_who_may_not(role: str, sign_in: SignIn, world: World) -> None:
    client, row = sign_in(role), options(world)
    controller = world.controllers[0].pk
    for path in (
        f"{PAGE}new/{controller}",
        f"/operations/options/{controller}/set",
        f"/operations/options/{row.pk}/clear",
    ):
        assert client.post(path, GROUP | OPTIONS).status_code == 403
    assert AuditEntry.objects.filter(outcome="refused").count() == 3
    assert not Operation.objects.exists()


def test_out_of_scope_is_not_there(sign_in: SignIn, world: World) -> None:
    row = options(world, cloud=world.clouds[0])
    client = sign_in("Engineer", region="Nowhere")
    text = client.get(PAGE).content.decode()
    assert world.clouds[0].name not in text
    assert client.post(f"/operations/options/{row.pk}/clear", {}).status_code == 404
    assert client.post(f"/operations/options/{world.controllers[0].pk}/set", OPTIONS).status_code == 404
    assert list(AuditEntry.objects.filter(outcome="refused").order_by("id").values_list("verb", "subject")) == [
        ("operation.options_delete", f"options:{row.pk}"),
        ("operation.options_set", f"controller:{world.controllers[0].pk}"),
    ]
    assert client.post(f"{PAGE}new/{world.controllers[0].pk}", GROUP).status_code in (403, 404)
