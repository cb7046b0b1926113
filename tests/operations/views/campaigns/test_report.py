"""The report for the change board: its page, its sheet, its JSON; who reads how much of it."""

import csv
import io
from datetime import timedelta
from typing import Any, cast

import pytest
from django.db import connection
from django.http import StreamingHttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from drf_spectacular.generators import SchemaGenerator

from alarms.models import Alarm
from events.audit import record
from operations.choices import OperationState
from operations.models import Campaign, CampaignTarget, Operation, Target
from sites.models import FacetState
from sites.services import brake
from sites.services.actors import Actor
from tests.operations.conftest import SignIn
from tests.operations.views.campaigns.made import approve, begin, make_campaign, set_site
from tests.sites.test_schema import faults
from tests.sites.world import World

EVIL = "=<script>alert(1)</script>"
STOOD = [{"alarm_id": "100.101", "entity": "host=controller-0", "severity": "minor", "mgmt_affecting": False,
          "service_affecting": False}]  # fmt: skip
NEW = [{"alarm_id": "800.001", "entity": "cluster=ceph"}]
WELL = {
    "health": "good",
    "sentences": [],
    "new_alarms": [],
    "worse": False,
    "alarms": [["100.101", "host=controller-0"]],
}


@pytest.fixture
def ran(world: World) -> Operation:
    """edge-0 failed, edge-1 was well, edge-2 has new alarms, edge-3 is skipped; the campaign still runs."""
    operation = make_campaign(world)
    begin(operation, world)
    began, ended = world.now - timedelta(hours=1), world.now - timedelta(minutes=15)
    times = {"started_at": began, "step_started_at": began, "step_finished_at": ended, "ended_at": ended}
    before = {"baseline": STOOD, "baseline_at": began}
    set_site(operation, "edge-0", "failed", error="VIM strategy failed", step_state="failed", **times, **before)
    set_site(operation, "edge-1", "completed", step_state="complete", after=WELL, **times, **before)
    set_site(operation, "edge-2", "completed", after=WELL, new_alarms=NEW, **times, **before)
    set_site(operation, "edge-3", "cancelled", skipped=True, held_by="piet", hold_reason="to be rebuilt")
    return operation


def told(client: Client, operation: Operation) -> dict[str, Any]:
    answer = client.get(f"/api/v1/campaigns/{operation.pk}/report/")
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def page(client: Client, operation: Operation) -> str:
    answer = client.get(f"/operations/{operation.pk}/campaign/report")
    assert answer.status_code == 200
    return answer.content.decode()


def sheet(client: Client, path: str) -> list[list[str]]:
    answer = cast(StreamingHttpResponse, client.get(path))
    return list(csv.reader(io.StringIO(b"".join(cast("list[bytes]", answer.streaming_content)).decode())))


def of(report: dict[str, Any], name: str) -> dict[str, Any]:
    return next(site for site in report["sites"] if site["name"] == name)


def audited(subject: str, verb: str, world: World, **detail: Any) -> None:
    outcome = detail.pop("outcome", "done")
    record(actor="olga", verb=verb, subject=subject, outcome=outcome, detail=detail, source="test", at=world.now)


def test_it_says_what_was_done_where_and_what_is_not_known(sign_in: SignIn, ran: Operation) -> None:
    report = told(sign_in("Viewer"), ran)
    summary = report["summary"]
    assert [summary[name] for name in ("sites", "done", "failed", "skipped", "count_as_failed")] == [4, 2, 1, 1, 2]
    assert of(report, "edge-1") | {"minutes": 45.0, "new_alarms": [], "end": "done"} == of(report, "edge-1")
    assert of(report, "edge-1")["alarms_after"] == ["100.101 on host=controller-0"]
    assert of(report, "edge-2")["new_alarms"] == ["800.001 on cluster=ceph"]
    skipped = of(report, "edge-3")
    assert [skipped[name] for name in ("began_at", "alarms_before", "alarms_after", "new_alarms")] == [None] * 4
    assert [each["name"] for each in report["failures"]] == ["edge-0", "edge-2"]
    assert report["exceptions"] == [
        {"name": "edge-3", "wave": 2, "standing": "skipped", "who": "piet", "reason": "to be rebuilt"}
    ]
    assert report["plan"]["hash"] == ran.plan_hash
    assert report["plan"]["intact"] is True


def test_an_answer_is_as_the_schema_says(sign_in: SignIn, ran: Operation) -> None:
    schema = SchemaGenerator().get_schema(request=None, public=True)
    for client in (sign_in("Viewer"), sign_in("Viewer", region="Europe")):
        assert not list(faults(schema, "/api/v1/campaigns/{id}/report/", "get", 200, told(client, ran)))


def test_the_page_says_of_when_it_is_while_the_campaign_runs(sign_in: SignIn, ran: Operation) -> None:
    client = sign_in("Viewer")
    text = page(client, ran)
    assert "The campaign is not over (running)." in text
    assert "as of <b>20" in text
    for said in (
        ran.plan_hash,
        "VIM strategy failed",
        "800.001 on cluster=ceph",
        "to be rebuilt",
        "Canaries",
    ):
        assert said in text
    assert f"/operations/{ran.pk}/campaign/report" in client.get(f"/operations/{ran.pk}/").content.decode()
    Operation.objects.update(state=OperationState.COMPLETED)
    assert "The campaign is not over" not in page(client, ran)


def test_alarms_of_a_site_whose_step_failed_come_from_the_history(
    sign_in: SignIn, ran: Operation, world: World
) -> None:
    client, cloud = sign_in("Viewer"), world.clouds[0]
    ended = Target.objects.get(name="edge-0").ended_at
    assert ended is not None
    rows = (
        ("100.101", -300, None), ("900.021", -60, None), ("200.004", -60, 60),  # stood when it ended
        ("300.001", -60, -30), ("400.001", 60, None),  # were over by then, or came later
    )  # fmt: skip
    for alarm_id, raised, cleared in rows:
        at = ended + timedelta(seconds=raised)
        Alarm.objects.create(
            cloud=cloud, alarm_id=alarm_id, entity_instance_id="x", severity=4, raised_at=at, first_seen_at=at,
            changed_at=at, management_affecting=True,
            cleared_at=None if cleared is None else ended + timedelta(seconds=cleared),
        )  # fmt: skip
    failed = of(told(client, ran), "edge-0")
    assert failed["alarms_after"] == ["100.101 on x", "200.004 on x", "900.021 on x"]
    assert failed["new_alarms"] == ["100.101 on x", "200.004 on x", "900.021 on x"]
    FacetState.objects.filter(cloud=cloud).update(observed_at=ended - timedelta(seconds=1))
    failed = of(told(client, ran), "edge-0")
    assert (failed["alarms_after"], failed["new_alarms"]) == (None, None)


def test_without_a_baseline_new_alarms_are_not_known(sign_in: SignIn, ran: Operation) -> None:
    CampaignTarget.objects.filter(target__name="edge-1").update(baseline=None)
    client = sign_in("Viewer")
    found = of(told(client, ran), "edge-1")
    assert (found["alarms_before"], found["new_alarms"]) == (None, None)
    assert "not known" in page(client, ran)


def test_approvals_are_all_told_with_what_is_wrong_with_them(sign_in: SignIn, ran: Operation, world: World) -> None:
    approve(ran, world, by="planner")
    audited(f"operation:{ran.pk}", "campaign.approve", world, plan_hash="f" * 64, note="the plan before")
    first, second = told(sign_in("Viewer"), ran)["approvals"]
    assert (first["who"], first["stands"], first["problems"]) == ("olga", False, ["It was given for another plan."])
    assert (second["stands"], second["problems"]) == (True, ["Whoever asked for or planned it approved the own plan."])


def test_a_plan_that_was_changed_in_the_rows_shows(sign_in: SignIn, ran: Operation) -> None:
    CampaignTarget.objects.filter(target__name="edge-3").update(wan_link="another")
    client = sign_in("Viewer")
    assert told(client, ran)["plan"]["intact"] is False
    assert "The stored plan does not come to its hash" in page(client, ran)


def test_who_decided_what_and_the_brakes_meanwhile(sign_in: SignIn, ran: Operation, world: World) -> None:
    target = Target.objects.get(name="edge-3")
    audited(f"target:{target.pk}", "campaign.skip_site", world, name="edge-3", reason="to be rebuilt")
    audited(f"operation:{ran.pk}", "operation.hold", world)
    audited(f"operation:{ran.pk}", "campaign.approve", world, why="own plan", outcome="refused")
    who = Actor("chief", "test")
    brake.pull("", "before it began", who, world.now - timedelta(days=1))
    brake.release("", "over", who, world.now - timedelta(hours=9))
    brake.pull("", "storm", who, world.now + timedelta(seconds=1))
    Operation.objects.update(ended_at=world.now + timedelta(minutes=1))
    decisions = told(sign_in("Viewer"), ran)["decisions"]
    said = [(each["who"], each["what"], each["subject"], each["reason"], each["refused"]) for each in decisions]
    assert said[0][:2] == ("planner", "planned it")
    assert said[-1] == ("chief", "pulled the brake", "whole fleet", "storm", False)
    assert ("olga", "skipped", "edge-3", "to be rebuilt", False) in said
    assert ("olga", "paused it", "", "", False) in said
    assert ("olga", "was refused to approve it", "", "own plan", True) in said
    assert not any(each[3] in ("before it began", "over") for each in said)


def test_a_brake_that_was_on_already_is_told(sign_in: SignIn, ran: Operation, world: World) -> None:
    brake.pull("", "since yesterday", Actor("chief", "test"), world.now - timedelta(days=1))
    assert any(each["reason"] == "since yesterday" for each in told(sign_in("Viewer"), ran)["decisions"])


def test_whoever_sees_a_part_reads_of_that_part(sign_in: SignIn, ran: Operation, world: World) -> None:
    Campaign.objects.update(stop_reason="Canaries: edge-0 failed")
    hidden, mine = Target.objects.get(name="edge-0"), Target.objects.get(name="edge-3")
    audited(f"target:{hidden.pk}", "campaign.hold_site", world, name="edge-0", reason="secret works")
    audited(f"target:{mine.pk}", "campaign.skip_site", world, name="edge-3", reason="mine")
    client = sign_in("Viewer", region="Europe")
    report = told(client, ran)
    assert {site["name"] for site in report["sites"]} == {"edge-1", "edge-3"}
    assert (report["summary"]["out_of_scope"], report["summary"]["sites"], report["plan"]["sites"]) == (2, 2, 2)
    assert [each["reason"] for each in report["decisions"]] == ["mine"]
    assert report["decisions_out_of_scope"] == 2  # planned it, and held edge-0
    paths = (f"/operations/{ran.pk}/campaign/report.csv", f"/api/v1/campaigns/{ran.pk}/report.csv")
    texts = [page(client, ran), str(report), *(str(sheet(client, path)) for path in paths)]
    for text in texts:
        assert "edge-1" in text
        assert not any(secret in text for secret in ("edge-0", "edge-2", "secret works"))
    assert "2 more subclouds are out of your scope" in texts[0]


@pytest.mark.parametrize("where", ["operations/{}/campaign/report", "operations/{}/campaign/report.csv",
                                   "api/v1/campaigns/{}/report/", "api/v1/campaigns/{}/report.csv"])  # fmt: skip
def test_out_of_scope_is_not_there(where: str, sign_in: SignIn, ran: Operation) -> None:
    path = f"/{where.format(ran.pk)}"
    assert sign_in("Viewer", region="Nowhere").get(path).status_code == 404
    assert sign_in("Viewer").get(path).status_code == 200
    assert sign_in("Viewer", region="Europe").get(f"/{where.format(ran.pk + 99)}").status_code == 404


def test_text_from_upstream_is_harmless_on_page_and_sheet(sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world, reason=EVIL, title=EVIL)
    begin(operation, world)
    approve(operation, world, by=EVIL)
    evil = {"error": EVIL, "step_state": EVIL, "excused_by": EVIL, "excuse": EVIL, "baseline": [{"alarm_id": EVIL}],
            "new_alarms": [{"alarm_id": EVIL, "entity": EVIL}], "after": WELL | {"alarms": [[EVIL, EVIL]]}}  # fmt: skip
    set_site(operation, "edge-0", "failed", **evil)
    set_site(operation, "edge-1", "refused", reasons=[{"key": "x", "sentence": EVIL}])
    Campaign.objects.update(stop_reason=EVIL, approval_note=EVIL)
    client = sign_in("Viewer")
    assert "<script>alert" not in page(client, operation)
    cells = [cell for row in sheet(client, f"/operations/{operation.pk}/campaign/report.csv") for cell in row]
    assert f"'{EVIL}" in cells
    assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for cell in cells)


@pytest.mark.parametrize("many", [1, 60])
def test_queries_are_pinned(many: int, sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world, more=many)
    begin(operation, world)
    Target.objects.filter(operation=operation).update(
        state="failed", started_at=world.now, ended_at=world.now - timedelta(minutes=1)
    )
    client = sign_in("Viewer")
    client.get(f"/operations/{operation.pk}/campaign/report")
    with CaptureQueriesContext(connection) as captured:
        client.get(f"/operations/{operation.pk}/campaign/report")
    # session, user, standing; campaign, sites, plan (three), audit, brakes, ages of alarms, alarms; top bar
    assert len(captured) == 13
