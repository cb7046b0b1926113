"""Deploying over REST: the dry run, what is stored and what is not, forms and JSON, who may deploy where."""

import io
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from events.models import AuditEntry
from operations.choices import TargetState
from operations.models import DeployPlan, Job, Operation, RunSecret, SiteTemplate, Target
from sites.models import Cloud, Controller, IdempotencyKey
from tests.operations.api.asking import OPERATIONS, faults_of, post
from tests.operations.api.conftest import Clients
from tests.operations.api.sheets import DEPLOYS, GIVEN, TEXTS, body, csv, ready
from tests.operations.planning.site_template import HEADER, line
from tests.sites.test_schema import faults
from tests.sites.world import World

CHECK = f"{DEPLOYS}check/"


@pytest.fixture
def controller(world: World) -> Controller:
    ready(world.controllers[0])
    return world.controllers[0]


class TestDryRun:
    def test_a_verdict_for_each_row_and_nothing_is_stored(self, api: Client, controller: Controller) -> None:
        bad = line(2, oam="10.10.20")
        answer = post(api, CHECK, body(controller, line(1), bad, line(3), secrets={}))
        assert answer.status_code == 200, answer.content
        found = answer.json()
        assert (found["total"], found["ok"], found["refused"]) == (3, 2, 1)
        good, wrong, _ = found["rows"]
        assert (good["row"], good["name"], good["ok"], good["profile"]) == (2, "cell-0001", True, "AIO-SX")
        assert good["payload"]["install_values"]["bmc_password"] == "[hidden]"
        assert good["payload"]["form"]["sysadmin_password"] == "[hidden]"
        assert wrong["ok"] is False
        assert any("external_oam_floating_address" in each["field"] for each in wrong["problems"])
        assert "sysadmin_password" in found["needed"]
        missing = [each["message"] for each in good["warnings"] if "is missing" in each["message"]]
        assert len(missing) == len(found["needed"])
        for model in (Operation, Target, RunSecret, DeployPlan, Job):
            assert not model.objects.exists()

    def test_what_the_books_know_of_the_fleet_counts(self, api: Client, world: World, controller: Controller) -> None:
        Cloud.objects.filter(pk=world.clouds[0].pk).update(
            name="cell-0001", management_start_ip="172.16.2.10", management_end_ip="172.16.2.60",
            management_subnet="172.16.2.0/24", bmc_address="10.64.0.4",
        )  # fmt: skip
        rows = post(api, CHECK, body(controller, line(1), line(2), line(3), line(4))).json()["rows"]
        said = [" ".join(each["message"] for each in row["problems"]) for row in rows]
        assert "exists already" in said[0]
        assert 'overlaps that of subcloud "cell-0001"' in said[1]
        assert "BMC address 10.64.0.4 is that of subcloud" in said[2]
        assert said[3] == ""

    def test_many_rows_come_without_payloads_unless_asked_for(self, api: Client, controller: Controller) -> None:
        asked = body(controller, *(line(number) for number in range(1, 252)))
        rows = post(api, CHECK, asked).json()["rows"]
        assert len(rows) == 251
        assert {row["payload"] for row in rows} == {None}
        some = post(api, f"{CHECK}?row=5&row=9", asked).json()
        assert ([row["row"] for row in some["rows"]], some["total"]) == ([5, 9], 251)
        assert some["rows"][0]["payload"]["bootstrap_values"]["name"] == "cell-0004"

    def test_the_hash_tells_plans_apart(self, api: Client, controller: Controller) -> None:
        first = post(api, CHECK, body(controller, line(1))).json()["plan_hash"]
        assert post(api, CHECK, body(controller, line(1))).json()["plan_hash"] == first
        assert post(api, CHECK, body(controller, line(1, mtu="9000"))).json()["plan_hash"] != first
        assert post(api, CHECK, body(controller, line(1), manage=False)).json()["plan_hash"] != first

    @pytest.mark.parametrize(
        ("changed", "field"),
        [
            ({"sites": ""}, "sites/file"), ({"sites": "name,mode\na"}, "sites/net"),
            ({"sites": f"{HEADER},sysadmin_password\n"}, "sites/sysadmin_password"),
            ({"sites": b"PK\x03\x04".decode("latin-1")}, "sites/file"), ({"sites": {"a": 1}}, "sites"),
            ({"sites": []}, "sites/file"), ({"sites": [["a"]]}, "sites/name"), ({"sites": ["\ud800"]}, "sites/name"),
            ({"bootstrap_values": "a: ["}, "bootstrap_values"),
            ({"bootstrap_values": "admin_password: hunter2\n"}, "bootstrap_values/admin_password"),
            ({"template": 999, **dict.fromkeys(TEXTS, "")}, "template"), ({"template": 1}, "template"),
            ({**dict.fromkeys(TEXTS, "")}, "template"), ({"defaults": {"nope": "x"}}, "defaults/nope"),
            ({"defaults": {"location": "=1+1"}}, "defaults/location"), ({"secrets": "{"}, "secrets"),
            ({"secrets": {"sysadmin_password": 5.5, "bmc_password": []}}, "secrets"), ({"sitess": 1}, "sitess"),
            ({"max_at_once": 0}, "max_at_once"),
        ],
    )  # fmt: skip
    def test_what_is_wrong_as_a_whole_is_said(
        self, changed: dict[str, Any], field: str, api: Client, controller: Controller
    ) -> None:
        answer = post(api, CHECK, body(controller, line(1)) | changed)
        assert answer.status_code == 400, answer.content
        assert field in faults_of(answer)
        assert "hunter2" not in answer.content.decode()

    @pytest.mark.parametrize("sites", [csv(line(1)), [dict(zip(HEADER.split(","), line(1).split(","), strict=True))]])
    def test_sites_as_csv_or_as_objects(self, sites: Any, api: Client, controller: Controller) -> None:
        assert post(api, CHECK, body(controller) | {"sites": sites}).json()["ok"] == 1

    def test_a_form_with_files(self, api: Client, controller: Controller) -> None:
        files = {name: SimpleUploadedFile(f"{name}.yaml", text.encode()) for name, text in TEXTS.items()}
        sheet = SimpleUploadedFile("sites.csv", csv(line(1), line(2)).encode("utf-8-sig"))
        form = {"controller": controller.pk, "sites": sheet, "secrets": "{}", **files}
        answer = api.post(CHECK, form)
        assert (answer.status_code, answer.json()["ok"]) == (200, 2)

    @pytest.mark.parametrize(
        ("data", "says"),
        [
            ("name,locatiön\n".encode("latin-1"), "not UTF-8"), (b"\xff\xfe" + "name\n".encode("utf-16-le"), "missing"),
            (b"\x00" * 100, "no text"), (b'name\n"a', "missing"),
        ],
    )  # fmt: skip
    def test_files_that_are_no_sheet(self, data: bytes, says: str, api: Client, controller: Controller) -> None:
        form = {"controller": controller.pk, "sites": SimpleUploadedFile("sites.csv", data), **TEXTS}
        answer = api.post(CHECK, form)
        assert answer.status_code == 400
        assert says in " ".join(faults_of(answer).values())

    def test_a_formula_spoils_its_row_only(self, api: Client, controller: Controller) -> None:
        rows = post(api, CHECK, body(controller, line(1), line(2, location="=cmd|'/c calc'!A1"))).json()["rows"]
        assert [row["ok"] for row in rows] == [True, False]
        assert "formula" in rows[1]["problems"][0]["message"]

    def test_a_release_ahead_of_the_controller(self, api: Client, controller: Controller) -> None:
        rows = post(api, CHECK, body(controller, line(1), release="27.03")).json()["rows"]
        assert "newer than the System Controller, which runs 26.09" in rows[0]["problems"][-1]["message"]


class TestPlanned:
    def test_bad_rows_are_refused_targets_and_good_ones_are_checked_next(
        self, api: Client, world: World, controller: Controller
    ) -> None:
        answer = post(api, DEPLOYS, body(controller, line(1), line(2, mode="triplex"), line(3), reason="CHG-9"))
        assert answer.status_code == 201, answer.content
        made = answer.json()
        assert answer.headers["Location"].endswith(f"{OPERATIONS}{made['id']}/")
        assert (made["state"], made["matched"], made["title"]) == ("checking", 3, "Deploy: 3 subclouds")
        assert (made["counts"]["checking"], made["counts"]["refused"]) == (2, 1)
        first, wrong, _ = Target.objects.order_by("number")
        assert (first.number, first.name, first.profile) == (2, "cell-0001", "AIO-SX")
        assert (first.group, first.controller, first.steps) == (
            world.groups[0],
            controller,
            ["add", "online", "manage"],
        )
        assert first.facts["management_start_ip"] == "172.16.1.2"
        assert (wrong.state, wrong.problems[0]["field"]) == (TargetState.REFUSED, "bootstrap_values/system_mode")
        assert Job.objects.get(operation=made["id"]).next_at is not None
        audited = AuditEntry.objects.get()
        assert (audited.verb, audited.detail["refused"]) == ("operation.request", 1)

    def test_it_is_not_managed_where_nobody_wants_that(self, api: Client, controller: Controller) -> None:
        post(api, DEPLOYS, body(controller, line(1), manage=False))
        assert Target.objects.get().steps == ["add", "online"]

    def test_what_will_be_sent_is_shown_with_the_target(self, api: Client, controller: Controller) -> None:
        made = post(api, DEPLOYS, body(controller, line(1))).json()
        dry = post(api, CHECK, body(controller, line(1))).json()["rows"][0]
        shown = api.get(f"{OPERATIONS}{made['id']}/targets/{Target.objects.get().pk}/").json()
        assert shown["payload"] == dry["payload"]
        assert shown["facts"]["digest"] == dry["digest"]

    def test_all_rows_bad_is_failed_at_once(self, api: Client, controller: Controller) -> None:
        made = post(api, DEPLOYS, body(controller, line(1, mode="x"), start=True)).json()
        assert made["state"] == "failed"
        assert not RunSecret.objects.exists()
        assert Job.objects.get().next_at is None

    def test_missing_secrets_are_named(self, api: Client, controller: Controller) -> None:
        given = {name: text for name, text in GIVEN.items() if name != "bmc_password"}
        answer = post(api, DEPLOYS, body(controller, line(1), secrets=given, start=True))
        assert (answer.status_code, list(faults_of(answer))) == (400, ["bmc_password"])
        answer = post(api, DEPLOYS, body(controller, line(1), secrets={"wrong": "x"}))
        assert (answer.status_code, list(faults_of(answer))) == (400, ["wrong"])

    def test_a_plan_is_given_its_secrets_when_it_is_started(self, api: Client, controller: Controller) -> None:
        made = post(api, DEPLOYS, body(controller, line(1), secrets={})).json()
        Operation.objects.update(state="planned")
        Target.objects.update(state="ready")
        place = f"{OPERATIONS}{made['id']}/start/"
        assert "Give sysadmin_password, bmc_password, " in post(api, place).json()["error"]["message"]
        wrong = post(api, place, {"secrets": GIVEN | {"wrong": "x"}})
        assert (wrong.status_code, list(faults_of(wrong))) == (400, ["wrong"])
        assert post(api, place, {"secrets": GIVEN}).json()["state"] == "processing"
        assert RunSecret.objects.count() == 3

    def test_a_stored_template(self, api: Client, controller: Controller) -> None:
        stored = post(api, "/api/v1/site-templates/", {"name": "small", **TEXTS}).json()["id"]
        asked = {name: value for name, value in body(controller, line(1)).items() if name not in TEXTS}
        answer = post(api, DEPLOYS, asked | {"template": stored})
        assert (answer.status_code, answer.json()["options"]) == (201, {"manage": True, "template": "small"})
        SiteTemplate.objects.all().delete()
        pk = Target.objects.get().pk
        shown = api.get(f"{OPERATIONS}{answer.json()['id']}/targets/{pk}/").json()
        assert shown["payload"]["bootstrap_values"]["name"] == "cell-0001"

    def test_repeated_it_is_one_operation(self, api: Client, controller: Controller) -> None:
        for _ in range(2):
            answer = post(api, DEPLOYS, body(controller, line(1)), **{"Idempotency-Key": "once"})
            assert answer.status_code == 201
        assert Operation.objects.count() == 1
        kept = str(list(IdempotencyKey.objects.values()))
        assert not any(secret in kept for secret in GIVEN.values())

    def test_a_form_may_be_repeated_too(self, api: Client, controller: Controller) -> None:
        data = body(controller, line(1)) | {"secrets": io.BytesIO(b"")}
        assert api.post(DEPLOYS, data, headers={"Idempotency-Key": "k"}).status_code == 400
        form = {
            "controller": controller.pk, "sites": SimpleUploadedFile("s.csv", csv(line(1)).encode()),
            "secrets": json.dumps(GIVEN), "start": "false", **TEXTS,
        }  # fmt: skip
        answer = api.post(DEPLOYS, form, headers={"Idempotency-Key": "k"})
        assert (answer.status_code, answer.json()["start_when_checked"]) == (201, False)

    def test_names_on_their_way_are_taken(self, api: Client, controller: Controller) -> None:
        post(api, DEPLOYS, body(controller, line(1)))
        Target.objects.update(state=TargetState.RUNNING)
        (row,) = post(api, CHECK, body(controller, line(1))).json()["rows"]
        assert "exists already" in row["problems"][0]["message"]
        (row,) = post(api, CHECK, body(controller, line(1, name="other"))).json()["rows"]
        assert 'overlaps that of subcloud "cell-0001"' in row["problems"][0]["message"]

    def test_a_secret_in_a_cell_is_not_kept(self, api: Client, controller: Controller) -> None:
        rows = (line(1, location="https://joe:hunter2@proxy"), line(2, group="https://joe:hunter2@proxy"))
        made = post(api, DEPLOYS, body(controller, *rows, line(3)))
        assert made.json()["counts"]["refused"] == 2
        assert "hunter2" not in str(list(Target.objects.values()))
        shown = [
            api.get(f"{OPERATIONS}{made.json()['id']}/targets/{pk}/")
            for pk in Target.objects.values_list("pk", flat=True)
        ]
        assert not any("hunter2" in answer.content.decode() for answer in shown)
        dry = post(api, CHECK, body(controller, *rows))
        assert "hunter2" not in dry.content.decode()


def test_answers_are_as_the_schema_says(api: Client, controller: Controller) -> None:
    schema: Any = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call] # few types
    asked = body(controller, line(1), line(2, mode="x"))
    assert list(faults(schema, CHECK, "post", 200, post(api, CHECK, asked).json())) == []
    made = post(api, DEPLOYS, asked).json()
    assert list(faults(schema, DEPLOYS, "post", 201, made)) == []
    for target in Target.objects.all():
        found = api.get(f"{OPERATIONS}{made['id']}/targets/{target.pk}/").json()
        assert list(faults(schema, f"{OPERATIONS}{{id}}/targets/{{target}}/", "get", 200, found)) == []


class TestPermits:
    @pytest.mark.parametrize(
        ("role", "status"), [("Viewer", 403), ("Operator", 403), ("Approver", 403), ("Engineer", 201)]
    )
    def test_roles(self, role: str, status: int, client_of: Clients, controller: Controller) -> None:
        client = client_of(role, fleet=True)
        assert post(client, DEPLOYS, body(controller, line(1))).status_code == status
        assert post(client, CHECK, body(controller, line(2))).status_code == (200 if status == 201 else 403)
        assert client.get(f"{DEPLOYS}template.csv").status_code == (200 if status == 201 else 403)
        refused = AuditEntry.objects.filter(outcome="refused").values_list("verb", flat=True)
        assert list(refused) == ([] if status == 201 else ["operation.deploy"] * 3)

    def test_whoever_acts_on_a_group_adds_to_that_group(
        self, narrow_api: Client, client_of: Clients, controller: Controller, world: World
    ) -> None:
        rows = post(narrow_api, CHECK, body(controller, line(1), line(2, group="")))
        assert [row["ok"] for row in rows.json()["rows"]] == [True, False]
        assert "these groups only: West" in rows.json()["rows"][1]["problems"][-1]["message"]
        made = post(narrow_api, DEPLOYS, body(controller, line(1)))
        assert narrow_api.get(f"{OPERATIONS}{made.json()['id']}/").status_code == 200
        assert post(narrow_api, CHECK, body(world.controllers[1], line(1))).status_code == 404
        region = client_of("Engineer", region="Brazil")
        assert post(region, CHECK, body(controller, line(1))).status_code == 403
        refused = AuditEntry.objects.filter(outcome="refused").order_by("id").values_list("subject", flat=True)
        assert list(refused) == [f"controller:{world.controllers[1].pk}", f"controller:{controller.pk}"]

    def test_sites_of_others_are_compared_but_not_named(
        self, narrow_api: Client, controller: Controller, world: World
    ) -> None:
        Cloud.objects.filter(pk=world.clouds[0].pk).update(
            name="secret-place", group=None, management_start_ip="172.16.2.10", management_end_ip="172.16.2.60",
            management_subnet="172.16.2.0/24", bmc_address="10.64.0.4",
        )  # fmt: skip
        rows = post(narrow_api, CHECK, body(controller, line(2), line(3))).json()["rows"]
        said = " ".join(each["message"] for row in rows for each in row["problems"])
        assert "overlaps that of a subcloud outside your scope" in said
        assert "BMC address 10.64.0.4 is that of a subcloud outside your scope" in said
        assert "secret-place" not in said
        assert "172.16.2.60" not in said

    def test_a_read_only_controller(self, api: Client, controller: Controller) -> None:
        Controller.objects.update(write_username="")
        answer = post(api, DEPLOYS, body(controller, line(1)))
        assert "read-only" in faults_of(answer)["controller"]
        assert post(api, CHECK, body(controller, line(1))).status_code == 200


class TestSheet:
    def test_of_a_template(self, api: Client) -> None:
        stored = post(api, "/api/v1/site-templates/", {"name": "small", **TEXTS}).json()["id"]
        answer = api.get(f"{DEPLOYS}template.csv?template={stored}", headers={"Accept": "text/csv"})
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        header = answer.content.decode("utf-8-sig").splitlines()[0].split(",")
        assert set(HEADER.split(",")) <= set(header)
        assert "password" not in answer.content.decode()

    def test_without_one(self, api: Client) -> None:
        assert api.get(f"{DEPLOYS}template.csv").content.decode("utf-8-sig").startswith("name,")
        assert api.get(f"{DEPLOYS}template.csv?template=x").status_code == 400
        assert api.get(f"{DEPLOYS}template.csv?template=99").status_code == 404
