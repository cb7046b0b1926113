"""A wave that waits for its own approval, in a browser: said, asked with what the waves before did, and in the list."""

import csv
import io
from typing import Any, cast

import pytest
from django.db import connection
from django.http import StreamingHttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events.models import AuditEntry
from operations.choices import OperationState, WaveState
from operations.models import Campaign, Operation, Wave
from operations.views.campaigns import wave_questions
from tests.operations.conftest import SignIn
from tests.operations.engine.test_campaign_ends import step
from tests.operations.services.waiting import finish, make_waiting, wave
from tests.operations.views.campaigns.made import make_campaign, set_site
from tests.operations.views.campaigns.test_acts import act, ask
from tests.sites.world import World

WHO = "Approver {}"  # as sign_in() calls the only one
ALARM = [{"alarm_id": "800.001", "entity": "cluster=ceph"}]


@pytest.fixture
def operation(world: World) -> Operation:
    return make_waiting(world)


def page(client: Client, operation: Operation) -> str:
    return client.get(f"/operations/{operation.pk}/").content.decode()


def approve(client: Client, operation: Operation, number: int = 1) -> int:
    given = {"plan_hash": operation.plan_hash, "hours": "24", "note": "CAB 12"}
    return act(client, operation, "approve-wave", wave=str(number), **given)


def test_the_page_says_what_waits_and_for_whom(sign_in: SignIn, operation: Operation) -> None:
    client = sign_in("Approver")
    text = page(client, operation)
    assert "Brazil waits for approval: nothing of it begins until somebody else than planner gives it." in text
    assert "Approve Brazil" in text
    assert "needs its own approval" in text  # Europe, which comes behind it
    assert approve(client, operation) == 302
    text = page(client, operation)
    assert "Brazil waits for approval" not in text
    assert f"approved by {WHO}" in text


def test_the_approver_sees_what_the_waves_before_did(sign_in: SignIn, operation: Operation) -> None:
    set_site(operation, "edge-0", "failed", error="VIM strategy failed")
    set_site(operation, "edge-1", "completed", new_alarms=ALARM)
    asked = ask(sign_in("Approver"), operation, "approve-wave")
    for said in ("1 failed", "1 with new alarms", "VIM strategy failed", "800.001 on cluster=ceph", "This wave"):
        assert said in asked
    assert f'name="plan_hash" value="{operation.plan_hash}"' in asked
    assert 'name="wave" value="1"' in asked


def test_of_many_that_went_wrong_some_are_named_and_only_their_alarms_read(
    sign_in: SignIn, operation: Operation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wave_questions, "NAMED", 1)
    set_site(operation, "edge-0", "failed", error="VIM strategy failed")
    set_site(operation, "edge-1", "completed", new_alarms=ALARM)
    client = sign_in("Approver")
    with CaptureQueriesContext(connection) as told:
        assert "1 more that failed or have new alarms" in ask(client, operation, "approve-wave")
    (read,) = [each["sql"] for each in told if '"error"' in each["sql"] and '"new_alarms" AS ' in each["sql"]]
    assert "LIMIT 1" in read


def test_who_sees_a_part_is_told_of_that_part_and_approves_nothing(sign_in: SignIn, operation: Operation) -> None:
    client = sign_in("Approver", region="Brazil")
    text = page(client, operation)
    assert "Brazil waits for approval" in text
    waves = client.get(f"/api/v1/campaigns/{operation.pk}/").json()["waves"]
    assert [(each["name"], each["own_approval"]) for each in waves][-1] == ("Brazil", True)
    assert approve(client, operation) == 403
    assert not wave(operation, 1).approved_hash


def test_only_the_wave_that_was_seen_is_approved(sign_in: SignIn, operation: Operation) -> None:
    client = sign_in("Approver")
    assert approve(client, operation, number=2) == 400
    assert act(client, operation, "approve-wave", plan_hash=operation.plan_hash, hours="24") == 400
    assert not wave(operation, 1).approved_hash
    assert AuditEntry.objects.filter(verb="campaign.approve_wave", outcome="refused").count() == 1
    assert approve(client, operation) == 302
    step(operation)
    assert approve(client, operation) == 302  # a second press
    assert wave(operation, 1).state == WaveState.RUNNING
    assert "None of its waves waits for approval now" in ask(client, operation, "approve-wave")


@pytest.mark.parametrize("role", ["Viewer", "Operator", "Engineer"])
def test_who_may_not(role: str, sign_in: SignIn, operation: Operation) -> None:
    client = sign_in(role)
    assert approve(client, operation) == 403
    assert act(client, operation, "reject-wave", wave="1", reason="No") == 403
    assert not wave(operation, 1).approved_hash


def test_nobody_approves_a_wave_of_a_plan_of_their_own(sign_in: SignIn, operation: Operation) -> None:
    client = sign_in("Administrator")
    me = client.get("/operations/").wsgi_request.user
    Campaign.objects.update(planner=me.pk, planner_name=me.get_username())
    assert "You planned it: a second person must approve it" in page(client, operation)
    assert approve(client, operation) == 400
    assert not wave(operation, 1).approved_hash


def test_who_does_not_approve_says_why(sign_in: SignIn, operation: Operation) -> None:
    client = sign_in("Approver")
    assert "2 subclouds will never start" in ask(client, operation, "reject-wave")
    assert act(client, operation, "reject-wave", wave="1", reason="") == 400
    assert act(client, operation, "reject-wave", wave="1", reason="Canaries alarm") == 302
    step(operation)
    assert operation.state == OperationState.ABORTED
    assert f"Brazil not approved by {WHO}: Canaries alarm" in page(client, operation)


def test_the_list_leads_to_what_waits(sign_in: SignIn, operation: Operation, world: World) -> None:
    other = make_campaign(world, patchable=False, title="Not approved yet")
    client = sign_in("Approver")
    text = client.get("/operations/").content.decode()
    assert "Wait for approval <b>2</b>" in text
    assert "Brazil: waits for approval by a second person." in text
    assert approve(client, operation) == 302
    text = client.get("/operations/?awaits=true").content.decode()
    assert "Wait for approval <b>1</b>" in text
    assert other.title in text
    assert f"/operations/{operation.pk}/" not in text
    assert "Wait for approval" not in sign_in("Engineer").get("/operations/").content.decode()


def report(client: Client, operation: Operation) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/api/v1/campaigns/{operation.pk}/report/").json()
    return found


def test_the_report_has_the_approval_of_each_wave(sign_in: SignIn, operation: Operation) -> None:
    client = sign_in("Approver")
    assert approve(client, operation) == 302
    step(operation)
    finish(operation, 1)
    step(operation)
    Wave.objects.filter(number=2).update(state=WaveState.AWAITING)
    told = report(client, operation)
    assert [(each["wave"], each["who"], each["stands"]) for each in told["approvals"]] == [
        (1, WHO, True), (None, "approver", True),
    ]  # fmt: skip
    assert told["approvals"][0]["problems"] == []
    assert [(each["own_approval"], each["approved_by"]) for each in told["waves"]] == [
        (False, ""), (True, WHO), (True, ""),
    ]  # fmt: skip
    answer = cast(StreamingHttpResponse, client.get(f"/operations/{operation.pk}/campaign/report.csv"))
    rows = list(csv.reader(io.StringIO(b"".join(cast("list[bytes]", answer.streaming_content)).decode())))
    assert ["wave 1", WHO] in [row[:2] for row in rows]
    text = client.get(f"/operations/{operation.pk}/campaign/report").content.decode()
    assert '<td class="nowrap">wave 1</td>' in text
    assert "approved wave 1 (Brazil)" in text
    assert "the plan with its first wave; then each wave for itself" in text


def test_one_that_expired_unused_stands_in_the_report(sign_in: SignIn, operation: Operation) -> None:
    client = sign_in("Approver")
    approve(client, operation)
    Wave.objects.update(approval_expires_at=timezone.now())
    step(operation)
    (told,) = [each for each in report(client, operation)["approvals"] if each["wave"] == 1]
    assert (told["stands"], told["problems"]) == (False, ["It expired before anything of its wave ran."])
    assert "Brazil waits for approval" in page(client, operation)


def test_the_form_of_a_plan_asks_for_it_and_keeps_it(sign_in: SignIn, operation: Operation, world: World) -> None:
    planned = make_campaign(world, patchable=False, rules={"approvals": "each-wave", "gates": {"prestaged": False}})
    text = sign_in("Administrator").get(f"/operations/campaigns/new/?change={planned.pk}").content.decode()
    assert "Each wave needs its own approval" in text
    field = text[text.index('name="each_wave"') :]
    assert "checked" in field[: field.index(">")]
