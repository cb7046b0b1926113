"""Asking for operations over REST: verdicts, filters, limits, and what is shown of them."""

from typing import Any

import pytest
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from events.models import AuditEntry
from operations import urls
from operations.choices import OperationState, TargetState
from operations.models import Operation, RunSecret, Target
from sites.models import Cloud, Controller
from tests.operations.api.asking import OPERATIONS, PASSWORD, asked, faults_of, planned, post
from tests.sites.test_schema import faults
from tests.sites.world import World

NETWORK = {
    "management_subnet": "10.250.0.0/24", "management_gateway_ip": "10.250.0.1", "management_start_ip": "10.250.0.2",
    "management_end_ip": "10.250.0.50", "bootstrap_address": "10.220.0.3",
}  # fmt: skip
SECRETS = {"secrets": {"sysadmin_password": PASSWORD}}
RECONFIGURE = {"kind": "reconfigure_network"} | SECRETS


def ids(world: World, *numbers: int) -> list[int]:
    return [world.clouds[number].pk for number in numbers]


def test_each_subcloud_gets_a_verdict(api: Client, world: World) -> None:
    Cloud.objects.filter(pk=world.clouds[1].pk).update(management_state="unmanaged")
    answer = asked(api, "unmanage", ids(world, 0, 1), reason="CHG-17")
    assert answer.status_code == 201
    operation = answer.json()
    assert answer.headers["Location"].endswith(f"/api/v1/operations/{operation['id']}/")
    assert (operation["state"], operation["matched"], operation["reason"]) == ("planned", 2, "CHG-17")
    assert (operation["counts"]["total"], operation["counts"]["ready"], operation["counts"]["refused"]) == (2, 1, 1)
    rows = api.get(f"{OPERATIONS}{operation['id']}/targets/").json()["results"]
    assert [(row["name"], row["state"]) for row in rows] == [("edge-0", "ready"), ("edge-1", "refused")]
    assert "unmanaged" in rows[1]["problems"][0]["message"]


def test_it_is_started_at_once_or_later(api: Client, world: World) -> None:
    at_once = planned(api, "unmanage", ids(world, 0), start=True)
    assert at_once["state"] == "processing"
    later = planned(api, "unmanage", ids(world, 1))
    started = post(api, f"{OPERATIONS}{later['id']}/start/")
    assert (started.status_code, started.json()["state"]) == (200, "processing")
    again = post(api, f"{OPERATIONS}{later['id']}/start/")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "not_now")
    assert "only a planned operation" in again.json()["error"]["message"]


def test_a_new_network_is_sent_without_blanks(api: Client, world: World) -> None:
    Cloud.objects.filter(pk=world.clouds[0].pk).update(management_state="unmanaged")
    dual = {
        "management_subnet": "10.250.0.0/24, FD50::/64", "management_gateway_ip": "10.250.0.1 , fd50::1",
        "management_start_ip": " 10.250.0.2,fd50::2", "management_end_ip": "10.250.0.50,fd50::50 ",
        "bootstrap_address": " 10.220.0.3 ",
    }  # fmt: skip
    answer = asked(api, clouds=ids(world, 0), options=dual, **RECONFIGURE)
    assert answer.status_code == 201, answer.content
    assert Target.objects.get().facts == {
        "management_subnet": "10.250.0.0/24,fd50::/64", "management_gateway_ip": "10.250.0.1,fd50::1",
        "management_start_ip": "10.250.0.2,fd50::2", "management_end_ip": "10.250.0.50,fd50::50",
        "bootstrap_address": "10.220.0.3",
    }  # fmt: skip


def test_one_subcloud_is_worked_on_by_one_operation(api: Client, world: World) -> None:
    first = planned(api, "unmanage", ids(world, 0), start=True)
    second = planned(api, "backup", ids(world, 0, 1), secrets={"sysadmin_password": PASSWORD}, start=True)
    rows = {row["name"]: row for row in api.get(f"{OPERATIONS}{second['id']}/targets/").json()["results"]}
    assert (rows["edge-0"]["state"], rows["edge-1"]["state"]) == ("refused", "waiting")
    assert f"Operation {first['id']} works on it" in rows["edge-0"]["problems"][0]["message"]


def test_where_nothing_may_be_done_it_has_failed_before_it_began(api: Client, world: World) -> None:
    operation = planned(api, "manage", ids(world, 0), start=True)  # it is managed
    assert operation["state"] == "failed"
    assert "see the reason of each" in operation["state_reason"]
    assert not RunSecret.objects.exists()


def test_a_controller_without_a_write_user_is_left_alone(api: Client, world: World) -> None:
    Controller.objects.update(write_username="")
    operation = planned(api, "unmanage", ids(world, 0))
    row = api.get(f"{OPERATIONS}{operation['id']}/targets/").json()["results"][0]
    assert row["state"] == "refused"
    assert "read-only" in row["problems"][0]["message"]


class TestChoosing:
    def test_by_filter(self, api: Client, world: World) -> None:
        body = {"kind": "unmanage", "filter": {"region": ["Brazil"], "management": "managed"}, "start": False}
        answer = post(api, OPERATIONS, body)
        assert (answer.status_code, answer.json()["matched"]) == (201, 2)
        names = Target.objects.filter(operation=answer.json()["id"]).values_list("name", flat=True)
        assert set(names) == {"edge-0", "edge-2"}

    def test_as_many_as_expected(self, api: Client, world: World) -> None:
        body = {"kind": "unmanage", "filter": {"region": "Brazil"}, "start": False}
        wrong = post(api, OPERATIONS, body | {"expected": 3})
        assert (wrong.status_code, list(faults_of(wrong))) == (400, ["expected"])
        assert "but 2 are chosen" in faults_of(wrong)["expected"]
        assert post(api, OPERATIONS, body | {"expected": 2}).status_code == 201

    def test_a_filter_for_something_dangerous_needs_the_number(self, api: Client, world: World) -> None:
        answer = post(api, OPERATIONS, {"kind": "decommission", "filter": {"region": "Brazil"}, "start": False})
        assert (answer.status_code, list(faults_of(answer))) == (400, ["expected"])

    @pytest.mark.parametrize(
        "chosen",
        [
            {}, {"clouds": [1], "filter": {"q": "x"}}, {"filter": {}}, {"filter": {"regin": "x"}},
            {"filter": {"q": {"a": 1}}}, {"filter": {"stale": "maybe"}}, {"filter": {"q": ""}}, {"clouds": []},
            {"clouds": ["x"]}, {"clouds": [0]}, {"filter": {"region": ["nowhere"]}},
        ],
    )  # fmt: skip
    def test_bad_choices_are_refused(self, chosen: dict[str, Any], api: Client) -> None:
        answer = post(api, OPERATIONS, {"kind": "unmanage"} | chosen)
        assert answer.status_code == 400
        assert set(faults_of(answer)) & {"clouds", "filter"}
        assert not Operation.objects.exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "explode"}, "kind"), ({"kind": "deploy"}, "kind"), ({"kindd": "manage"}, "kindd"),
        ({"kind": "backup"}, "sysadmin_password"),
        ({"kind": "delete_backup", "options": {"local_only": True}}, "sysadmin_password"),
        ({"kind": "unmanage", "secrets": {"sysadmin_password": "x"}}, "sysadmin_password"),
        ({"kind": "unmanage", "secrets": {"payload": "x"}}, "payload"),
        ({"kind": "unmanage", "options": {"force": True}}, "force"),
        ({"kind": "manage", "options": {"force": "yes"}}, "force"),
        ({"kind": "rename", "options": {"name": "a\x00b"}}, "name"),
        ({"kind": "move_group", "options": {"group": 999}}, "group"), ({"kind": "edit"}, "description"),
        ({"kind": "rename"}, "name"), ({"kind": "rename", "options": {"name": "Not_A_Name"}}, "name"),
        ({"kind": "rename", "options": {"name": "edge-0"}}, "name"),
        ({"kind": "rename", "options": {"name": "edge-1"}}, "name"),  # of the same System Controller
        ({"kind": "rename", "options": {"name": "SystemController"}}, "name"),
        ({"kind": "restore", "options": {"release": "26.09"}} | SECRETS, "release"),
        ({"kind": "restore", "options": {"release": "26.09", "with_install": False}} | SECRETS, "release"),
        ({"kind": "decommission", "options": {"release": "26"}}, "release"),
        ({"kind": "decommission", "secrets": {"bmc_password": "x"}}, "bmc_username"),
        ({"kind": "decommission", "options": {"bmc_username": "root"}}, "bmc_password"),
        ({"kind": "redeploy", "options": {"release": "26"}}, "release"),
        (RECONFIGURE | {"options": NETWORK | {"management_subnet": "10.1.0.0/99"}}, "management_subnet"),
        (RECONFIGURE | {"options": NETWORK | {"management_start_ip": "x"}}, "management_start_ip"),
        (RECONFIGURE | {"options": NETWORK | {"management_gateway_ip": "10.1.1.1"}}, "management_gateway_ip"),
        ({"kind": "unmanage", "max_at_once": 0}, "max_at_once"),
        ({"kind": "unmanage", "stop_after_failures": 0}, "stop_after_failures"),
        ({"kind": "unmanage", "reason": "x" * 501}, "reason"),
        ({"kind": "unmanage", "options": {"\ud800": 1}}, None),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_by_field(body: dict[str, Any], field: str | None, api: Client, world: World) -> None:
    answer = post(api, OPERATIONS, {"clouds": ids(world, 0)} | body)
    assert answer.status_code == 400, answer.content
    assert field is None or field in faults_of(answer)
    assert not Operation.objects.exists()


def test_an_empty_text_that_is_given_clears(api: Client, world: World) -> None:
    planned(api, "edit", ids(world, 0), options={"description": "", "location": None})
    assert (Operation.objects.get().options, Target.objects.get().facts) == ({"description": ""}, {"description": ""})


def test_a_planned_local_deletion_asks_for_its_password_when_it_starts(api: Client, world: World) -> None:
    made = planned(api, "delete_backup", ids(world, 0), options={"local_only": True})
    answer = post(api, f"{OPERATIONS}{made['id']}/start/")
    assert (answer.status_code, "Give sysadmin_password" in answer.json()["error"]["message"]) == (409, True)
    given = post(api, f"{OPERATIONS}{made['id']}/start/", {"secrets": {"sysadmin_password": PASSWORD}})
    assert (given.status_code, given.json()["state"]) == (200, "processing")


def test_a_repeated_request_is_one_operation(api: Client, world: World) -> None:
    body = {"kind": "backup", "clouds": ids(world, 0), "secrets": {"sysadmin_password": PASSWORD}}
    first = post(api, OPERATIONS, body, **{"Idempotency-Key": "k1"})
    second = post(api, OPERATIONS, body, **{"Idempotency-Key": "k1"})
    assert first.json() == second.json()
    assert Operation.objects.count() == 1
    assert post(api, OPERATIONS, body | {"reason": "x"}, **{"Idempotency-Key": "k1"}).status_code == 422


class TestUnderWay:
    @pytest.fixture
    def running(self, api: Client, world: World) -> dict[str, Any]:
        return planned(api, "backup", ids(world, 0, 1), secrets={"sysadmin_password": PASSWORD}, start=True)

    def test_held_and_released(self, api: Client, running: dict[str, Any]) -> None:
        place = f"{OPERATIONS}{running['id']}/"
        assert post(api, f"{place}hold/").json()["held"] is True
        assert post(api, f"{place}release/").json()["held"] is False

    def test_cancelled(self, api: Client, running: dict[str, Any]) -> None:
        answer = post(api, f"{OPERATIONS}{running['id']}/cancel/")
        assert answer.json()["counts"]["cancelled"] == 2

    def test_a_plan_is_cancelled_with_its_secrets(self, api: Client, world: World) -> None:
        plan = planned(api, "backup", ids(world, 2), secrets={"sysadmin_password": PASSWORD})
        assert RunSecret.objects.filter(operation=plan["id"]).count() == 1
        answer = post(api, f"{OPERATIONS}{plan['id']}/cancel/")
        assert answer.json()["state"] == "cancelled"
        assert not RunSecret.objects.filter(operation=plan["id"]).exists()
        assert post(api, f"{OPERATIONS}{plan['id']}/cancel/").status_code == 409

    def test_what_failed_is_tried_again_with_its_secrets(self, api: Client, running: dict[str, Any]) -> None:
        place = f"{OPERATIONS}{running['id']}/"
        Target.objects.filter(operation=running["id"]).update(state=TargetState.FAILED)
        Operation.objects.update(state=OperationState.FAILED_TEMP)
        RunSecret.objects.all().delete()  # as when it was closed
        without = post(api, f"{place}retry/")
        assert (without.status_code, "sysadmin_password" in without.json()["error"]["message"]) == (409, True)
        answer = post(api, f"{place}retry/", {"secrets": {"sysadmin_password": PASSWORD}})
        assert (answer.status_code, answer.json()["counts"]["waiting"]) == (200, 2)
        assert answer.json()["state"] == "processing"

    def test_not_while_another_works_on_it(self, api: Client, world: World, running: dict[str, Any]) -> None:
        Target.objects.filter(operation=running["id"]).update(state=TargetState.FAILED)
        other = planned(api, "unmanage", ids(world, 0), start=True)
        answer = post(api, f"{OPERATIONS}{running['id']}/retry/")
        assert answer.status_code == 409
        assert f"Operation {other['id']} works on edge-0" in answer.json()["error"]["message"]

    def test_a_plan_that_lay_too_long_is_asked_for_its_secrets(self, api: Client, world: World) -> None:
        plan = planned(api, "backup", ids(world, 2), secrets={"sysadmin_password": PASSWORD})
        RunSecret.objects.all().delete()  # as housekeeping does after a day
        place = f"{OPERATIONS}{plan['id']}/start/"
        assert "sysadmin_password" in post(api, place).json()["error"]["message"]
        assert post(api, place, {"secrets": {"sysadmin_password": PASSWORD}}).status_code == 200
        assert RunSecret.objects.filter(operation=plan["id"]).count() == 1

    @pytest.mark.parametrize("act", ["start", "hold", "release", "cancel"])
    def test_keys_nobody_reads_are_refused(self, act: str, api: Client, running: dict[str, Any]) -> None:
        assert post(api, f"{OPERATIONS}{running['id']}/{act}/", {"now": True}).status_code == 400


class TestList:
    @pytest.fixture(autouse=True)
    def three(self, api: Client, world: World) -> None:
        planned(api, "unmanage", ids(world, 0), reason="CHG-1")
        planned(api, "unmanage", ids(world, 2, 3), start=True)
        plan = planned(api, "backup", ids(world, 1, 2), secrets={"sysadmin_password": PASSWORD})
        post(api, f"{OPERATIONS}{plan['id']}/cancel/")

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("", 3), ("kind=unmanage", 2), ("kind=unmanage&kind=backup", 3), ("state=cancelled", 1), ("active=true", 2),
            ("active=false", 1), ("q=chg", 1), ("q=unmanage+edge-0", 1), ("requester=robot-0", 3),
            ("requester=nobody", 0), ("since=2999-01-01T00:00:00Z", 0),
        ],
    )  # fmt: skip
    def test_filters(self, query: str, expected: int, api: Client) -> None:
        assert api.get(f"{OPERATIONS}?count=1&{query}").json()["count"] == expected

    def test_by_cloud_and_controller(self, api: Client, world: World) -> None:
        cloud, controller = world.clouds[2].pk, world.controllers[1].pk
        assert api.get(f"{OPERATIONS}?count=1&cloud={cloud}").json()["count"] == 2
        assert api.get(f"{OPERATIONS}?count=1&controller={controller}").json()["count"] == 1

    @pytest.mark.parametrize("sort", ["created", "-created", "kind", "-state", "title", "requester", "id"])
    def test_pages(self, sort: str, api: Client) -> None:
        seen, address = [], f"{OPERATIONS}?limit=1&sort={sort}"
        while address:
            page = api.get(address).json()
            seen += [row["id"] for row in page["results"]]
            address = page["next"]
        assert len(set(seen)) == 3

    def test_targets_are_filtered(self, api: Client) -> None:
        pk = api.get(f"{OPERATIONS}?kind=backup").json()["results"][0]["id"]
        assert api.get(f"{OPERATIONS}{pk}/targets/?q=EDGE-2&count=1").json()["count"] == 1
        assert api.get(f"{OPERATIONS}{pk}/targets/?state=cancelled&sort=-name").json()["results"][0]["name"] == "edge-2"
        assert api.get(f"{OPERATIONS}{pk}/targets/?state=waiting&count=1").json()["count"] == 0
        assert api.get(f"{OPERATIONS}999999/targets/").status_code == 404


def test_what_is_created_is_answered_as_said(api: Client, world: World) -> None:
    schema: Any = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call] # few types
    made = asked(api, "unmanage", ids(world, 0))
    assert list(faults(schema, OPERATIONS, "post", 201, made.json())) == []
    held = post(api, f"{OPERATIONS}{made.json()['id']}/start/")
    assert list(faults(schema, f"{OPERATIONS}{{id}}/start/", "post", 200, held.json())) == []


def test_a_repeated_act_is_done_once(api: Client, world: World) -> None:
    """Hold, release and the like take a key as every write does."""
    made = planned(api, "backup", ids(world, 0, 1), secrets={"sysadmin_password": PASSWORD})
    for act in ("start", "hold", "release", "cancel"):
        first, again = (post(api, f"{OPERATIONS}{made['id']}/{act}/", **{"Idempotency-Key": act}) for _ in range(2))
        assert (first.status_code, again.status_code) == (200, 200), act
        assert first.json() == again.json()
        assert again.headers["Idempotent-Replay"] == "true"
    verbs = list(AuditEntry.objects.order_by("id").values_list("verb", flat=True))
    assert verbs == ["operation.request", *(f"operation.{act}" for act in ("start", "hold", "release", "cancel"))]


def test_every_write_takes_a_key() -> None:
    """All of this app's: the decorator stands on each method that writes."""
    for pattern in urls.api:
        view = pattern.callback.cls  # type: ignore[union-attr] # none of them is an include
        for name in ("post", "patch", "put", "delete"):
            method = getattr(view, name, None)
            if method is not None and view.__name__ != "CheckDeploys":  # that one stores nothing
                assert hasattr(method, "__wrapped__"), (view.__name__, name)


def test_who_asked_is_in_the_audit_without_secrets(api: Client, world: World) -> None:
    planned(api, "backup", ids(world, 0), secrets={"sysadmin_password": PASSWORD}, start=True)
    rows = list(AuditEntry.objects.order_by("id").values_list("verb", "outcome", "actor"))
    assert rows == [("operation.request", "done", "robot-0"), ("operation.start", "done", "robot-0")]
