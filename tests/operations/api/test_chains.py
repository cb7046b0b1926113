"""Chains of campaigns over REST: planned behind one another, told in answers, let begin anyway; and what is refused."""

import pytest
from django.test import Client

from operations.choices import OperationState
from operations.models import Operation
from sites.models import Cloud
from tests.operations.api.asking import post
from tests.operations.api.conftest import Clients
from tests.operations.api.test_campaigns import CAMPAIGNS, act, body, legal, plan
from tests.operations.campaign_facts.patchable import make_patchable
from tests.operations.engine.test_campaign_ends import step
from tests.sites.world import World

FIRMWARE = {"kind": "firmware"}


@pytest.fixture(autouse=True)
def patchable(world: World) -> None:
    make_patchable(world)
    Cloud.objects.filter(kind="subcloud").update(endpoint_sync={"software": "out-of-sync", "firmware": "out-of-sync"})


@pytest.fixture
def approver(client_of: Clients) -> Client:
    return client_of("Approver", fleet=True)


def test_a_chain_from_preview_to_the_report(api: Client, approver: Client, world: World) -> None:
    first = plan(api, world)
    seen = post(api, f"{CAMPAIGNS}preview/", body(world, strategy=FIRMWARE, after=first["id"])).json()
    assert seen["after"] == first["id"]
    second = plan(api, world, strategy=FIRMWARE, after=first["id"], plan_hash=seen["plan_hash"])
    assert second["after"] == first["id"]
    assert [(link["id"], link["place"], link["state"]) for link in second["chain"]] == [
        (first["id"], "before", "planned"), (second["id"], "this", "planned"),
    ]  # fmt: skip
    assert [link["place"] for link in api.get(f"{CAMPAIGNS}{first['id']}/").json()["chain"]] == ["this", "next"]
    (row,) = api.get(f"{CAMPAIGNS}?after={first['id']}").json()["results"]
    assert (row["id"], row["after"]) == (second["id"], first["id"])
    assert api.get(f"{CAMPAIGNS}{second['id']}/report/").json()["after"] == first["id"]
    act(approver, second, "approve", {"plan_hash": second["plan_hash"]})
    assert act(api, second, "start").status_code == 200
    assert act(approver, second, "begin-anyway", {"reason": "x"}).status_code == 409
    act(api, first, "abort", {"reason": "No"})
    assert "begin_anyway" in legal(approver.get(f"{CAMPAIGNS}{second['id']}/").json())
    assert act(api, second, "begin-anyway", {"reason": "CHG-9"}).status_code == 403
    told = act(approver, second, "begin-anyway", {"reason": "CHG-9"}).json()
    assert (told["begin_anyway_by"], "begin_anyway" in legal(told)) == ("robot-1", False)


def test_what_is_refused(api: Client, world: World) -> None:
    first = plan(api, world)
    for address in (CAMPAIGNS, f"{CAMPAIGNS}preview/"):
        assert "There is no campaign #999" in str(post(api, address, body(world, after=999)).json())
    second = plan(api, world, strategy=FIRMWARE, after=first["id"])
    there = f"{CAMPAIGNS}{first['id']}/"
    again = api.patch(there, {"after": second["id"]}, content_type="application/json")
    assert again.status_code == 400
    assert "does not come before" in str(again.json())
    again = api.patch(there, {"strategy": FIRMWARE, "after": second["id"]}, content_type="application/json")
    assert "neither would ever begin" in str(again.json())
    act(api, first, "abort", {"reason": "No"})
    assert "did not come through" in str(post(api, CAMPAIGNS, body(world, strategy=FIRMWARE, after=first["id"])).json())
    loose = api.patch(f"{CAMPAIGNS}{second['id']}/", {"after": None}, content_type="application/json")
    assert (loose.status_code, loose.json()["after"], loose.json()["chain"]) == (200, None, [])


def test_whoever_does_not_see_it_neither_follows_it_nor_reads_of_it(
    api: Client, narrow_api: Client, world: World
) -> None:
    mine, others = world.clouds[0], world.clouds[2]
    first = plan(api, world, clouds=[others.pk])
    second = plan(api, world, clouds=[mine.pk], strategy=FIRMWARE, after=first["id"])
    answer = post(narrow_api, CAMPAIGNS, body(world, clouds=[mine.pk], strategy=FIRMWARE, after=first["id"]))
    assert (answer.status_code, "in your scope" in str(answer.json())) == (400, True)
    told = narrow_api.get(f"{CAMPAIGNS}{second['id']}/").json()
    assert (told["after"], told["chain"]) == (None, [])
    assert Operation.objects.filter(state=OperationState.PLANNED).count() == 2
    assert narrow_api.get(f"{CAMPAIGNS}?after={first['id']}").json()["results"] == []


def test_what_waits_for_one_out_of_scope_does_not_name_it(
    api: Client, narrow_api: Client, approver: Client, client_of: Clients, world: World
) -> None:
    mine, others = world.clouds[0], world.clouds[2]
    first = plan(api, world, clouds=[others.pk])
    made = plan(api, world, clouds=[mine.pk], strategy=FIRMWARE, after=first["id"])
    act(approver, made, "approve", {"plan_hash": made["plan_hash"]})
    act(api, made, "start")
    there = f"{CAMPAIGNS}{made['id']}/"
    places = (there, CAMPAIGNS, f"{there}report/", f"/api/v1/operations/{made['id']}/")
    refused = act(client_of("Approver", group=world.groups[0]), made, "begin-anyway", {"reason": "CHG-9"})
    assert refused.status_code == 409
    for over in (False, True):
        if over:
            act(api, first, "abort", {"reason": "No"})
        step(Operation.objects.get(pk=made["id"]))
        answers = [narrow_api.get(place) for place in places]
        assert "the campaign before it" in answers[0].json()["state_reason"]
        for answer in (refused, *answers):
            assert answer.status_code in (200, 409)
            assert f"ampaign #{first['id']}" not in answer.content.decode()
    assert narrow_api.get(f"{CAMPAIGNS}?after={first['id']}").json()["results"] == []
    assert [row["id"] for row in api.get(f"{CAMPAIGNS}?after={first['id']}").json()["results"]] == [made["id"]]
