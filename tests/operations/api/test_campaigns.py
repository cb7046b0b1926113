"""Campaigns over REST: preview, plan, change, approve, run, stop; and that answers are as the schema says."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from drf_spectacular.generators import SchemaGenerator

from events.models import AuditEntry
from operations.choices import BatchState, OperationState, TargetState
from operations.models import Batch, MaintenanceWindow, Operation, RunSecret, Target
from sites.choices import Facet
from sites.models import Cloud, FacetState, Hint
from tests.operations.api.asking import faults_of, post
from tests.operations.api.conftest import Clients
from tests.operations.campaign_facts.patchable import RELEASE, leave_open, make_patchable
from tests.sites.test_schema import faults
from tests.sites.world import World

CAMPAIGNS = "/api/v1/campaigns/"
DEPLOY = {"kind": "sw-deploy", "release_id": RELEASE}
SECRET = "Only-4-this-run"
WINDOW = {"name": "N", "weekdays": [0]}


@pytest.fixture(autouse=True)
def patchable(world: World) -> None:
    make_patchable(world)


@pytest.fixture
def approver(client_of: Clients) -> Client:
    return client_of("Approver", fleet=True)


def ids(world: World) -> list[int]:
    return [cloud.pk for cloud in world.clouds]


def body(world: World, **given: Any) -> dict[str, Any]:
    return {"strategy": DEPLOY, "clouds": ids(world)} | given


def plan(client: Client, world: World, **given: Any) -> dict[str, Any]:
    answer = post(client, CAMPAIGNS, body(world, **given))
    assert answer.status_code == 201, answer.content
    made: dict[str, Any] = answer.json()
    return made


def act(client: Client, campaign: dict[str, Any], verb: str, given: Any = None, **headers: str) -> Any:
    return post(client, f"{CAMPAIGNS}{campaign['id']}/{verb}/", given, **headers)


def running(api: Client, approver: Client, world: World) -> dict[str, Any]:
    campaign = plan(api, world)
    assert act(approver, campaign, "approve", {"plan_hash": campaign["plan_hash"]}).status_code == 200
    answer = act(api, campaign, "start")
    assert answer.status_code == 200, answer.content
    started: dict[str, Any] = answer.json()
    return started


def legal(campaign: dict[str, Any]) -> set[str]:
    return {each["verb"] for each in campaign["next"] if each["legal"] and each["permitted"]}


def test_a_preview_says_how_many_are_asked_and_when_to_ask_again(api: Client, world: World) -> None:
    FacetState.objects.filter(facet=Facet.HEALTH_QUERY).delete()
    asked = post(api, f"{CAMPAIGNS}preview/", body(world))
    assert (asked.json()["pending"], asked.headers["Retry-After"]) == (4, "5")
    for hint in Hint.objects.all():
        FacetState.objects.create(
            cloud_id=hint.cloud_id, facet=Facet.HEALTH_QUERY, attempted_at=hint.at, observed_at=hint.at
        )
    told = post(api, f"{CAMPAIGNS}preview/", body(world))
    assert (told.json()["pending"], told.json()["counts"]["eligible"]) == (0, 4)
    assert "Retry-After" not in told.headers
    unasked = post(api, f"{CAMPAIGNS}preview/", body(world, rules={"gates": {"health": False}}))
    assert unasked.json()["pending"] == 0


def test_from_preview_to_abort(api: Client, approver: Client, world: World) -> None:
    Cloud.objects.filter(pk=world.clouds[1].pk).update(availability_status="offline")
    Cloud.objects.filter(pk=world.clouds[2].pk).update(management_state="unmanaged")
    seen = post(api, f"{CAMPAIGNS}preview/", body(world)).json()
    assert seen["counts"] == {"chosen": 4, "eligible": 2, "held": 1, "ineligible": 1, "alone": 0}
    assert {each["key"]: (each["effect"], each["sites"]) for each in seen["reasons"]} == {
        "offline": ("hold", 1), "unmanaged": ("exclude", 1),
    }  # fmt: skip
    assert {each["name"]: each["verdict"] for each in seen["sites"]}["edge-2"] == "ineligible"
    campaign = plan(api, world, plan_hash=seen["plan_hash"], reason="CHG-1")
    assert (campaign["plan_hash"], campaign["approval"]) == (seen["plan_hash"], "none")
    assert (campaign["counts"]["ready"], campaign["counts"]["refused"]) == (3, 1)
    assert [(each["key"], each["sites"]) for each in campaign["blocking"]] == [("offline", 1)]
    assert [(each["key"], each["sites"]) for each in campaign["left_out"]] == [("unmanaged", 1)]
    assert legal(campaign) == {"change", "abort"}
    answer = act(approver, campaign, "approve", {"plan_hash": campaign["plan_hash"], "note": "Seen"}).json()
    assert (answer["approval"], answer["approver"], answer["approval_problem"]) == ("approved", "robot-1", "")
    started = act(api, campaign, "start").json()
    assert (started["state"], legal(started)) == ("processing", {"hold", "abort"})
    assert act(api, campaign, "hold").json()["held"] is True
    assert act(api, campaign, "release").json()["held"] is False
    stopped = act(api, campaign, "abort", {"reason": "Smoke"}).json()
    assert stopped["stop_reason"] == "Stopped by robot-0: Smoke"
    assert act(api, campaign, "abort", {"reason": "Smoke"}).status_code == 409


def test_a_batch_is_tried_again(api: Client, approver: Client, world: World) -> None:
    campaign = plan(api, world)
    act(approver, campaign, "approve", {"plan_hash": campaign["plan_hash"]})
    act(api, campaign, "start")
    batch = Batch.objects.filter(wave__campaign=campaign["id"])[0]
    verb = f"batches/{batch.pk}/try-again"
    assert act(api, campaign, verb).status_code == 409
    Batch.objects.filter(pk=batch.pk).update(state=BatchState.HELD)
    assert (act(approver, campaign, verb).status_code, act(api, campaign, verb).status_code) == (403, 200)
    assert act(api, campaign, "batches/0/try-again").status_code == 404
    tried = AuditEntry.objects.filter(verb="campaign.try_again").order_by("id")
    assert list(tried.values_list("outcome", flat=True)) == ["refused", "done"]


def test_four_eyes(api: Client, client_of: Clients, world: World) -> None:
    boss = client_of("Administrator", fleet=True)  # may plan and approve
    campaign = plan(boss, world)
    mine = act(boss, campaign, "approve", {"plan_hash": campaign["plan_hash"]})
    assert (mine.status_code, "plan of their own" in mine.json()["error"]["message"]) == (403, True)
    second = client_of("Administrator", fleet=True)
    wrong = act(second, campaign, "approve", {"plan_hash": "0" * 64})
    assert (wrong.status_code, "another one than you saw" in wrong.json()["error"]["message"]) == (409, True)
    assert act(boss, campaign, "start").status_code == 409
    refused = AuditEntry.objects.filter(outcome="refused").order_by("id")
    assert list(refused.values_list("verb", flat=True)) == ["campaign.approve", "campaign.approve", "campaign.start"]
    assert act(second, campaign, "approve", {"plan_hash": campaign["plan_hash"]}).status_code == 200
    assert act(second, campaign, "revoke", {"note": "Not now"}).json()["approval"] == "none"
    assert act(boss, campaign, "start").status_code == 409


class TestChanged:
    def test_rules_are_replaced_and_the_rest_stays(self, api: Client, approver: Client, world: World) -> None:
        campaign = plan(api, world, rules={"limits": {"overall": 3}}, reason="CHG-1")
        act(approver, campaign, "approve", {"plan_hash": campaign["plan_hash"]})
        path = f"{CAMPAIGNS}{campaign['id']}/"
        given = {"rules": {"limits": {"overall": 1}}}
        answer = api.patch(path, given, content_type="application/json")
        changed = answer.json()
        assert (answer.status_code, changed["rules"]["limits"]["overall"], changed["reason"]) == (200, 1, "CHG-1")
        assert (changed["approval"], changed["plan_hash"] != campaign["plan_hash"]) == ("none", True)
        fewer = api.patch(path, {"clouds": ids(world)[:1]}, content_type="application/json").json()
        assert (fewer["counts"]["total"], fewer["rules"]["limits"]["overall"]) == (1, 1)

    def test_keys_nobody_reads(self, api: Client, world: World) -> None:
        campaign = plan(api, world)
        answer = api.patch(f"{CAMPAIGNS}{campaign['id']}/", {"ruels": {}}, content_type="application/json")
        assert answer.status_code == 400


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"strategy": {"kind": "patch"}}, "strategy"), ({"strategy": {"kind": "sw-deploy"}}, "strategy"),
        ({"strategy": DEPLOY | {"relase": 1}}, "strategy"), ({"ruels": {}}, "ruels"),
        ({"rules": {"gate": {}}}, "rules"), ({"rules": {"gates": {"ceph": "x"}}}, "rules"),
        ({"rules": {"limits": {"overall": 0}}}, "rules"), ({"rules": {"waves": [{"size": 1}]}}, "rules"),
        ({"rules": {"default_zone": "Mars"}}, "rules"), ({"rules": {"saved_windows": ["None such"]}}, "saved_windows"),
        ({"rules": {"windows": [{"name": "N", "weekdays": [0], "start": "01:00"}]}}, "rules"),
        ({"rules": {"windows": [WINDOW | {"start": "01:00:30", "minutes": 60}]}}, "rules"),
        ({"rules": {"windows": [WINDOW | {"start": "01:00+02:00", "minutes": 60}]}}, "rules"),
        ({"strategy": DEPLOY | {"force": True}}, "strategy"), ({"not_before": "9999-12-31T23:59:59Z"}, "not_before"),
        ({"clouds": []}, "clouds"), ({"filter": {"q": "edge"}}, "clouds"), ({"expected": 3}, "expected"),
        ({"plan_hash": "0" * 64}, "plan_hash"), ({"secrets": {"sysadmin_password": "x"}}, "sysadmin_password"),
        ({"strategy": {"kind": "prestage", "release": "26.09"}}, "sysadmin_password"),
    ],
)  # fmt: skip
def test_nonsense_is_refused_by_field(given: dict[str, Any], field: str, api: Client, world: World) -> None:
    answer = post(api, CAMPAIGNS, body(world, **given))
    assert (answer.status_code, list(faults_of(answer))) == (400, [field]), answer.content
    assert not Operation.objects.exists()


def test_what_is_nested_too_deeply_is_no_fault_of_ours(api: Client) -> None:
    answer = api.post(CAMPAIGNS, "[" * 100_000 + "]" * 100_000, content_type="application/json")
    assert answer.status_code == 400


def test_a_filter_needs_the_number_or_a_preview(api: Client, world: World) -> None:
    given = {"strategy": DEPLOY, "filter": {"region": "Brazil"}}
    assert list(faults_of(post(api, CAMPAIGNS, given))) == ["expected"]
    seen = post(api, f"{CAMPAIGNS}preview/", given).json()
    assert post(api, CAMPAIGNS, given | {"plan_hash": seen["plan_hash"]}).status_code == 201
    assert post(api, CAMPAIGNS, given | {"expected": 2}).status_code == 201


def test_saved_windows_are_copied(api: Client, world: World) -> None:
    window = MaintenanceWindow.objects.create(name="Night", weekdays=[0, 1], start="01:30", end="03:00")
    campaign = plan(api, world, rules={"saved_windows": ["Night"]})
    window.delete()
    kept = {"name": "Night", "weekdays": [0, 1], "start": "01:30", "end": "03:00", "minutes": None}
    assert api.get(f"{CAMPAIGNS}{campaign['id']}/").json()["rules"]["windows"] == [kept]


def test_secrets_go_in_and_never_come_out(api: Client, world: World) -> None:
    strategy = {"kind": "prestage", "release": "26.09"}
    campaign = plan(api, world, strategy=strategy, secrets={"sysadmin_password": SECRET})
    assert RunSecret.objects.filter(operation=campaign["id"]).count() == 1
    for path in (f"{CAMPAIGNS}{campaign['id']}/", f"{CAMPAIGNS}{campaign['id']}/sites/", CAMPAIGNS):
        assert SECRET not in api.get(path).content.decode()


def test_a_repeated_request_is_one_campaign(api: Client, world: World) -> None:
    key = {"Idempotency-Key": "k1"}
    first, second = (post(api, CAMPAIGNS, body(world), **key) for _ in range(2))
    assert (first.json(), Operation.objects.count()) == (second.json(), 1)


class TestSites:
    @pytest.fixture
    def campaign(self, api: Client, approver: Client, world: World) -> dict[str, Any]:
        Cloud.objects.filter(pk=world.clouds[1].pk).update(availability_status="offline")
        return running(api, approver, world)

    def of(self, campaign: dict[str, Any], name: str) -> str:
        pk = Target.objects.get(operation=campaign["id"], name=name).pk
        return f"{CAMPAIGNS}{campaign['id']}/sites/{pk}/"

    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ("", ["edge-0", "edge-1", "edge-2", "edge-3"]), ("wave=1&state=ready&q=edge-3", ["edge-3"]),
            ("batch=2", ["edge-2", "edge-3"]), ("reason=offline", ["edge-1"]), ("held=true", []),
            ("skipped=false&region=Brazil", ["edge-0", "edge-2"]), ("new_alarms=true", []), ("wave=7", []),
        ],
    )  # fmt: skip
    def test_filters(self, query: str, names: list[str], api: Client, campaign: dict[str, Any]) -> None:
        rows = api.get(f"{CAMPAIGNS}{campaign['id']}/sites/?sort=name&{query}").json()["results"]
        assert [row["name"] for row in rows] == names

    def test_held_released_skipped(self, api: Client, campaign: dict[str, Any]) -> None:
        site = self.of(campaign, "edge-0")
        assert list(faults_of(post(api, f"{site}hold/"))) == ["reason"]
        held = post(api, f"{site}hold/", {"reason": "Fair"}).json()
        assert (held["held_by"], held["hold_reason"]) == ("robot-0", "Fair")
        assert api.get(f"{CAMPAIGNS}{campaign['id']}/sites/?held=true&count=1").json()["count"] == 1
        assert post(api, f"{site}release/").json()["held_by"] == ""
        skipped = post(api, f"{site}skip/", {"reason": "Closing"}).json()
        assert (skipped["skipped"], skipped["state"]) == (True, "cancelled")
        assert post(api, f"{site}release/").status_code == 409
        assert post(api, f"{site}excuse/", {"reason": "x"}).status_code == 409

    def test_their_answers_are_as_the_schema_says(self, api: Client, campaign: dict[str, Any]) -> None:
        schema: Any = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call] # few types
        site = self.of(campaign, "edge-1")
        for path, address in {
            "/api/v1/campaigns/{id}/sites/": f"{CAMPAIGNS}{campaign['id']}/sites/",
            "/api/v1/campaigns/{id}/sites/{target}/": site,
            "/api/v1/campaigns/{id}/": f"{CAMPAIGNS}{campaign['id']}/",
        }.items():
            assert list(faults(schema, path, "get", 200, api.get(address).json())) == []
        answer = post(api, f"{site}hold/", {"reason": "Fair"}).json()
        assert list(faults(schema, "/api/v1/campaigns/{id}/sites/{target}/hold/", "post", 200, answer)) == []

    def test_a_preview_too(self, api: Client, world: World) -> None:
        schema: Any = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call] # few types
        rules = {"canaries": {"each": 1}, "limits": {"overall": 1}}
        answer = post(api, f"{CAMPAIGNS}preview/", body(world, rules=rules)).json()
        assert answer["costs"]
        assert list(faults(schema, "/api/v1/campaigns/preview/", "post", 200, answer)) == []


class TestChildren:
    def over(self, api: Client, approver: Client, world: World) -> dict[str, Any]:
        campaign = running(api, approver, world)
        Target.objects.filter(name="edge-0").update(state=TargetState.FAILED)
        Target.objects.filter(name="edge-1").update(state=TargetState.COMPLETED)
        Operation.objects.update(state=OperationState.FAILED_TEMP, ended_at=world.now)
        return campaign

    def test_exactly_what_failed_again(self, api: Client, approver: Client, world: World) -> None:
        campaign = self.over(api, approver, world)
        answer = act(api, campaign, "retry-failed")
        child = answer.json()
        assert (answer.status_code, child["follows"], child["counts"]["total"]) == (201, campaign["id"], 1)
        assert api.get(f"{CAMPAIGNS}{campaign['id']}/").json()["followed_by"] == [child["id"]]
        assert api.get(f"{CAMPAIGNS}?follows={campaign['id']}&count=1").json()["count"] == 1

    def test_one_that_is_gone_is_left_out_by_name(self, api: Client, approver: Client, world: World) -> None:
        campaign = self.over(api, approver, world)
        Target.objects.filter(name="edge-1").update(state=TargetState.FAILED)
        Cloud.objects.filter(name="edge-0").update(removed_at=world.now)
        child = act(api, campaign, "retry-failed").json()
        assert child["counts"] | {"total": 2, "refused": 1} == child["counts"]
        left_out = Target.objects.get(operation=child["id"], state=TargetState.REFUSED)
        assert (left_out.name, left_out.problems[0]["field"]) == ("edge-0", "removed")
        again = api.patch(f"{CAMPAIGNS}{child['id']}/", {"title": "Once more"}, content_type="application/json")
        assert (again.status_code, again.json()["title"]) == (200, "Once more")

    def test_the_way_back(self, api: Client, approver: Client, world: World) -> None:
        campaign = self.over(api, approver, world)
        chosen = Target.objects.get(name="edge-1").pk
        assert act(api, campaign, "roll-back", {"sites": [chosen]}).status_code == 409
        leave_open("edge-1")
        child = act(api, campaign, "roll-back", {"sites": [chosen]}).json()
        assert (child["ask"], child["counts"]["total"]) == ({"kind": "sw-deploy", "rollback": True}, 1)
        assert act(api, campaign, "roll-back", {"sites": []}).status_code == 400


class TestList:
    @pytest.fixture(autouse=True)
    def two(self, api: Client, approver: Client, world: World) -> None:
        running(api, approver, world)
        plan(api, world, title="Firmware of 26", reason="CHG-2")

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("", 2), ("state=planned", 1), ("approval=approved", 1), ("approval=none", 1), ("approval=expired", 0),
            ("strategy=sw-deploy", 2), ("strategy=firmware", 0), ("q=CHG-2", 1), ("active=true", 2),
        ],
    )  # fmt: skip
    def test_filters(self, query: str, expected: int, api: Client) -> None:
        assert api.get(f"{CAMPAIGNS}?count=1&{query}").json()["count"] == expected


QUERIES = {
    CAMPAIGNS: 3,
    f"{CAMPAIGNS}{{campaign}}/": 13,
    f"{CAMPAIGNS}{{campaign}}/sites/": 4,
}


@pytest.mark.parametrize("address", QUERIES)
def test_query_counts(address: str, api: Client, approver: Client, world: World) -> None:
    path = address.format(campaign=running(api, approver, world)["id"])
    assert api.get(path).status_code == 200
    with CaptureQueriesContext(connection) as captured:
        api.get(path)
    sent = "\n".join(query["sql"][:160] for query in captured.captured_queries)
    assert len(captured) == QUERIES[address], f"{len(captured)} queries:\n{sent}"


def test_a_limit_that_nobody_gets_is_told(api: Client, world: World) -> None:
    limits = {"regions": {"Brasil": 1}, "links": {"mw-7": 1}}
    seen = post(api, f"{CAMPAIGNS}preview/", body(world, rules={"limits": limits})).json()
    assert [text for text in seen["warnings"] if "holds nobody" in text] == [
        "No site of this plan is of region Brasil: that limit holds nobody.",
        "No site of this plan is of WAN link mw-7: that limit holds nobody.",
    ]
    planned = plan(api, world, rules={"limits": limits})
    assert any("Brasil" in text for text in planned["warnings"]), "whoever approves reads it too"
