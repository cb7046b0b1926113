"""Subcloud groups and strategy options over REST: what is refused at once, who may, and that it is an operation."""

from typing import Any

import pytest
from django.test import Client

from operations.models import Operation, StrategyOptions, Target
from sites.models import SubcloudGroup
from tests.operations.api.asking import faults_of, post
from tests.operations.api.conftest import Clients
from tests.operations.api.test_permits import refusals
from tests.sites.world import World

GROUPS, OPTIONS = "/api/v1/subcloud-groups/", "/api/v1/strategy-options/"
NORTH = {"name": "north", "description": "Sites up north"}


def patch(client: Client, path: str, body: Any) -> Any:
    return client.patch(path, body, content_type="application/json")


@pytest.fixture
def empty(world: World) -> SubcloudGroup:
    return SubcloudGroup.objects.create(
        controller=world.controllers[0], dcmanager_id=7, name="empty", observed_at=world.now
    )


class TestGroups:
    def test_asked_for(self, api: Client, world: World) -> None:
        answer = post(api, GROUPS, NORTH | {"controller": world.controllers[0].pk, "reason": "CHG-1"})
        assert (answer.status_code, answer.json()["kind"], answer.json()["state"]) == (
            201, "group_create", "processing",
        )  # fmt: skip
        target = Target.objects.get(operation=answer.json()["id"])
        assert (target.name, target.steps, target.facts["max_parallel_subclouds"]) == ("north", ["group_create"], 2)

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"name": "12"}, "name"), ({"name": "a.b"}, "name"), ({"name": "dcportal-1"}, "name"),
            ({"name": "Default"}, "name"), ({"description": ""}, "description"),
            ({"update_apply_type": "x"}, "update_apply_type"),
            ({"max_parallel_subclouds": 0}, "max_parallel_subclouds"),
            ({"naem": "x"}, "naem"), ({"name": "group of central-1"}, "name"),
        ],
    )  # fmt: skip
    def test_nonsense(self, change: dict[str, Any], field: str, api: Client, world: World) -> None:
        answer = post(api, GROUPS, {"controller": world.controllers[0].pk} | NORTH | change)
        assert (answer.status_code, list(faults_of(answer))) == (400, [field])
        assert not Operation.objects.exists()

    def test_changed_and_deleted(self, api: Client, empty: SubcloudGroup) -> None:
        changed = patch(api, f"{GROUPS}{empty.pk}/", {"max_parallel_subclouds": 9})
        assert (changed.status_code, changed.json()["kind"]) == (201, "group_update")
        assert Target.objects.get().facts == {"group_id": 7, "was": "empty", "max_parallel_subclouds": 9}
        Target.objects.update(state="completed")
        assert api.delete(f"{GROUPS}{empty.pk}/").json()["kind"] == "group_delete"
        assert list(faults_of(patch(api, f"{GROUPS}{empty.pk}/", {}))) == ["name"]

    def test_not_deleted_while_subclouds_belong_to_it(self, api: Client, world: World, empty: SubcloudGroup) -> None:
        world.groups[0].dcmanager_id = 3
        world.groups[0].save()
        answer = api.delete(f"{GROUPS}{world.groups[0].pk}/")
        assert "2 subclouds belong to it" in faults_of(answer)["group"]
        assert list(faults_of(api.delete(f"{GROUPS}{world.groups[1].pk}/"))) == ["group"]  # Default

    def test_members_are_moved(self, api: Client, world: World, empty: SubcloudGroup) -> None:
        given = {"clouds": [cloud.pk for cloud in world.clouds[:2]]}
        answer = post(api, f"{GROUPS}{empty.pk}/members/", given)
        assert (answer.status_code, answer.json()["kind"], answer.json()["matched"]) == (201, "move_group", 2)
        by_filter = post(api, f"{GROUPS}{empty.pk}/members/", {"filter": {"region": "Brazil"}})
        assert list(faults_of(by_filter)) == ["expected"]

    def test_who_may(self, client_of: Clients, world: World, empty: SubcloudGroup) -> None:
        given = NORTH | {"controller": world.controllers[0].pk}
        assert post(client_of("Operator", fleet=True), GROUPS, given).status_code == 403
        part = client_of("Engineer", group=world.groups[0])
        assert post(part, GROUPS, given).status_code == 403
        assert patch(part, f"{GROUPS}{empty.pk}/", {"description": "x"}).status_code == 404
        assert refusals()[-1] == ("operation.group_update", f"group:{empty.pk}")
        assert patch(part, f"{GROUPS}{world.groups[0].pk}/", {"description": "x"}).status_code == 201
        region = client_of("Engineer", region="Brazil")  # sees the group, as some of its subclouds lie there
        assert patch(region, f"{GROUPS}{world.groups[1].pk}/", {"description": "x"}).status_code == 403
        assert len(refusals()) == 4
        assert post(client_of("Engineer", controller=world.controllers[0]), GROUPS, given).status_code == 201


class TestOptions:
    def test_set_for_subclouds_and_by_default(self, api: Client, world: World) -> None:
        given = {"clouds": [cloud.pk for cloud in world.clouds[:2]], "alarm_restriction_type": "strict"}
        answer = post(api, OPTIONS, given)
        assert (answer.status_code, answer.json()["kind"], answer.json()["counts"]["total"]) == (
            201, "options_set", 2,
        )  # fmt: skip
        default = post(api, f"{OPTIONS}clear/", {"controller": world.controllers[1].pk})
        assert (default.status_code, default.json()["kind"]) == (201, "options_delete")

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({}, "clouds"), ({"clouds": [1], "controller": 1}, "clouds"), ({"controller": 1, "strict": 1}, "strict"),
            ({"controller": 1, "max_parallel_workers": 1}, "max_parallel_workers"),
            ({"controller": 1, "alarm_restriction_type": "eval(x)"}, "alarm_restriction_type"),
        ],
    )  # fmt: skip
    def test_nonsense(self, given: dict[str, Any], field: str, api: Client) -> None:
        answer = post(api, OPTIONS, given)
        assert (answer.status_code, list(faults_of(answer))) == (400, [field])

    def test_of_one_controller_at_a_time(self, api: Client, world: World) -> None:
        given = {"clouds": [world.clouds[0].pk, world.clouds[2].pk]}
        assert list(faults_of(post(api, OPTIONS, given))) == ["clouds"]

    def test_who_sees_and_who_may(self, client_of: Clients, narrow_api: Client, world: World) -> None:
        for cloud in (None, world.clouds[0], world.clouds[2]):
            controller = cloud.controller if cloud else world.controllers[0]
            StrategyOptions.objects.create(controller=controller, cloud=cloud, observed_at=world.now)
        rows = narrow_api.get(OPTIONS).json()["results"]
        assert [row["cloud_name"] for row in rows] == [None, "edge-0"]
        assert narrow_api.get(f"{OPTIONS}?cloud=-&count=1").json()["count"] == 1
        assert post(narrow_api, OPTIONS, {"controller": world.controllers[0].pk}).status_code == 403
        assert post(narrow_api, OPTIONS, {"clouds": [world.clouds[2].pk]}).status_code == 403
        assert post(narrow_api, OPTIONS, {"clouds": [world.clouds[0].pk]}).status_code == 201
        assert post(client_of("Operator", fleet=True), OPTIONS, {"clouds": [world.clouds[0].pk]}).status_code == 403
