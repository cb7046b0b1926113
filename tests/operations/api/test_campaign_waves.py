"""Waves that wait for their own approval, over REST: seen, approved, rejected, refused with an audit row."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from events.models import AuditEntry
from operations.models import Campaign, Operation
from tests.operations.api.asking import faults_of, post
from tests.operations.api.conftest import Clients
from tests.operations.api.test_campaigns import CAMPAIGNS, act, body, legal, plan
from tests.operations.campaign_facts.patchable import make_patchable
from tests.operations.engine.test_campaign_ends import step
from tests.operations.services.waiting import EACH_WAVE, make_waiting
from tests.sites.test_schema import faults
from tests.sites.world import World


@pytest.fixture
def approver(client_of: Clients) -> Client:
    return client_of("Approver", fleet=True)


@pytest.fixture
def operation(world: World) -> Operation:
    return make_waiting(world)


def campaign(client: Client, operation: Operation) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"{CAMPAIGNS}{operation.pk}/").json()
    return found


def refusals() -> list[tuple[str, str]]:
    return list(AuditEntry.objects.filter(outcome="refused").order_by("id").values_list("verb", "actor"))


def test_the_rule_is_part_of_the_plan_and_its_hash(api: Client, world: World) -> None:
    make_patchable(world)
    once, each = (
        post(api, f"{CAMPAIGNS}preview/", body(world, rules=EACH_WAVE | {"approvals": word})).json()
        for word in ("once", "each-wave")
    )
    assert once["plan_hash"] != each["plan_hash"]
    assert "approvals" not in once["rules"]
    assert "waits for people to approve each wave" in each["eta"]["note"]
    assert "approve" not in once["eta"]["note"]
    made = plan(api, world, rules=EACH_WAVE)
    assert made["rules"]["approvals"] == "each-wave"
    assert [wave["own_approval"] for wave in made["waves"]] == [False, True, True]
    answer = post(api, CAMPAIGNS, body(world, rules={"approvals": "never"}))
    assert (answer.status_code, list(faults_of(answer))) == (400, ["rules"])


def test_the_wave_that_waits_is_approved(approver: Client, operation: Operation) -> None:
    told = campaign(approver, operation)
    assert (told["awaits_wave"], told["waves"][1]["state"]) == (1, "awaiting")
    assert told["state_reason"] == "Brazil: waits for approval by a second person."
    assert legal(told) == {"approve_wave", "reject_wave", "hold"}
    assert told["waves"][0]["sites"]["completed"] == 2
    given = {"plan_hash": operation.plan_hash, "note": "CAB 12", "hours": 8}
    answer = act(approver, told, "waves/1/approve", given)
    assert answer.status_code == 200, answer.content
    wave = answer.json()["waves"][1]
    assert (answer.json()["awaits_wave"], wave["state"], wave["approver"]) == (None, "pending", "robot-0")
    assert wave["approval_note"] == "CAB 12"
    assert act(approver, told, "waves/1/approve", given).status_code == 200
    assert AuditEntry.objects.filter(verb="campaign.approve_wave").count() == 1
    schema = SchemaGenerator().get_schema(request=None, public=True)
    assert not list(faults(schema, "/api/v1/campaigns/{id}/", "get", 200, campaign(approver, operation)))


def test_who_does_not_approve_ends_it(approver: Client, operation: Operation) -> None:
    told = campaign(approver, operation)
    assert act(approver, told, "waves/1/reject", {"reason": "Canaries alarm"}).status_code == 200
    step(operation)
    told = campaign(approver, operation)
    assert (told["state"], told["awaits_wave"]) == ("aborted", None)
    assert "Brazil not approved by robot-0: Canaries alarm" in told["stop_reason"]


class TestRefused:
    def test_another_wave_another_plan(self, approver: Client, operation: Operation) -> None:
        told = campaign(approver, operation)
        seen = {"plan_hash": operation.plan_hash}
        assert act(approver, told, "waves/2/approve", seen).status_code == 409
        assert act(approver, told, "waves/1/approve", {"plan_hash": "0" * 64}).status_code == 409
        assert act(approver, told, "waves/7/reject", {"reason": "No"}).status_code == 409
        verbs = ["campaign.approve_wave", "campaign.approve_wave", "campaign.reject_wave"]
        assert refusals() == [(verb, "robot-0") for verb in verbs]

    def test_own_plan(self, client_of: Clients, operation: Operation) -> None:
        boss = client_of("Administrator", fleet=True)
        mine = User.objects.get(username="robot-0")
        Campaign.objects.filter(pk=operation.pk).update(planner=mine)
        told = campaign(boss, operation)
        assert "approve_wave" not in legal(told)
        assert act(boss, told, "waves/1/approve", {"plan_hash": operation.plan_hash}).status_code == 403
        assert refusals() == [("campaign.approve_wave", "robot-0")]

    def test_role_and_scope(self, api: Client, client_of: Clients, operation: Operation) -> None:
        """An engineer may run campaigns, not approve; who sees a part of the sites approves nothing."""
        seen = {"plan_hash": operation.plan_hash}
        told = campaign(api, operation)
        assert act(api, told, "waves/1/approve", seen).status_code == 403
        assert act(api, told, "waves/1/reject", {"reason": "No"}).status_code == 403
        part = client_of("Approver", region="Europe")
        assert act(part, told, "waves/1/approve", seen).status_code == 403
        assert len(refusals()) == 3
        assert campaign(api, operation)["awaits_wave"] == 1


@pytest.mark.parametrize(("query", "expected"), [("awaits=true", 2), ("awaits=false", 0), ("state=planned", 1)])
def test_what_waits_for_a_second_person_is_listed(
    query: str, expected: int, api: Client, operation: Operation, world: World
) -> None:
    plan(api, world)
    rows = api.get(f"{CAMPAIGNS}?{query}").json()["results"]
    assert len(rows) == expected
    if query == "awaits=true":
        assert {row["awaits_wave"] for row in rows} == {None, 1}


def test_the_report_of_a_part_has_no_approval_of_waves_without_a_site_in_it(
    client_of: Clients, approver: Client, operation: Operation
) -> None:
    given = {"plan_hash": operation.plan_hash, "note": "for Sao Paulo only", "hours": 8}
    assert act(approver, campaign(approver, operation), "waves/1/approve", given).status_code == 200
    for region, waves in (("Europe", []), ("Brazil", [1])):
        answer = client_of("Viewer", region=region).get(f"{CAMPAIGNS}{operation.pk}/report/")
        assert [each["wave"] for each in answer.json()["approvals"] if each["wave"] is not None] == waves
        assert ("Sao Paulo" in answer.content.decode()) is bool(waves)
