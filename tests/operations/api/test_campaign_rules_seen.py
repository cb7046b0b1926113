"""Whoever sees a part of a campaign's sites reads the rules that concern these, and no name of what lies elsewhere."""

import pytest
from django.test import Client

from operations.models import CampaignTarget, Operation
from operations.services import control
from sites.services.actors import Actor, audit
from tests.operations.api.conftest import Clients
from tests.operations.conftest import SignIn, sign_in
from tests.operations.views.campaigns.made import begin, make_campaign
from tests.sites.world import World

__all__ = ["sign_in"]
ARMY, LINK, MINE = "Army bases", "mw-secret-link-7", "fibre-1"
HIDDEN = (ARMY, LINK, "Brazil", "edge-0", "edge-2")


@pytest.fixture
def operation(world: World) -> Operation:
    """edge-0 and edge-2 lie in Brazil, behind the secret link."""
    made = make_campaign(world, rules={
        "gates": {"prestaged": False}, "canaries": {"chosen": [cloud.pk for cloud in world.clouds[2:]]},
        "limits": {"overall": 5, "regions": {"Brazil": 2, "Europe": 3}, "links": {LINK: 1, MINE: 4}},
        "waves": [{"name": ARMY, "regions": ["Brazil"]}, {"name": "All", "regions": ["Brazil", "Europe"]}],
    })  # fmt: skip
    CampaignTarget.objects.filter(target__region="Brazil").update(wan_link=LINK)
    CampaignTarget.objects.filter(target__region="Europe").update(wan_link=MINE)
    return made


def test_a_part_reads_the_rules_of_its_sites(client_of: Clients, operation: Operation, world: World) -> None:
    told = client_of("Viewer", region="Europe").get(f"/api/v1/campaigns/{operation.pk}/").json()
    rules = told["rules"]
    assert (rules["limits"]["regions"], rules["limits"]["links"]) == ({"Europe": 3}, {MINE: 4})
    assert rules["canaries"]["chosen"] == [world.clouds[3].pk]
    assert [(wave["name"], wave["regions"]) for wave in rules["waves"]] == [("All", ["Europe"])]
    assert [wave["name"] for wave in told["waves"]] == ["Canaries", "All"]


def test_the_whole_is_read_as_it_was_planned(api: Client, operation: Operation, world: World) -> None:
    told = api.get(f"/api/v1/campaigns/{operation.pk}/").json()
    assert told["rules"] == operation.campaign.rules
    assert [wave["name"] for wave in told["waves"]] == ["Canaries", ARMY, "All"]
    report = api.get(f"/api/v1/campaigns/{operation.pk}/report/").json()
    assert LINK in str(report["plan"])


@pytest.mark.parametrize("begun", [False, True])
def test_no_answer_names_what_lies_elsewhere(
    begun: bool, client_of: Clients, sign_in: SignIn, operation: Operation, world: World
) -> None:
    if begun:
        begin(operation, world)
        Operation.objects.update(state_reason=f"{ARMY}: running.")
    pk = operation.pk
    api, page = client_of("Viewer", region="Europe"), sign_in("Viewer", region="Europe")
    for address in (
        "/api/v1/campaigns/", f"/api/v1/campaigns/{pk}/", f"/api/v1/campaigns/{pk}/sites/",
        f"/api/v1/campaigns/{pk}/report/", f"/api/v1/campaigns/{pk}/report.csv", "/api/v1/operations/",
        f"/api/v1/operations/{pk}/", "/operations/", f"/operations/{pk}/", f"/operations/{pk}/campaign/report",
    ):  # fmt: skip
        answer = (api if address.startswith("/api/") else page).get(address)
        assert answer.status_code == 200, address
        text = b"".join(answer).decode()  # a sheet comes in parts
        assert [name for name in HIDDEN if name in text] == [], address


def test_what_keeps_it_is_told_where_its_wave_is_seen(client_of: Clients, operation: Operation, world: World) -> None:
    begin(operation, world)
    Operation.objects.update(state_reason="All: running.")
    path = f"/api/v1/campaigns/{operation.pk}/"
    assert client_of("Viewer", region="Europe").get(path).json()["state_reason"] == "All: running."
    Operation.objects.update(state_reason=f"{ARMY}: running.")
    assert "out of your scope" in client_of("Viewer", region="Europe").get(path).json()["state_reason"]
    assert client_of("Viewer", region="Brazil").get(path).json()["state_reason"] == f"{ARMY}: running."


def test_who_paused_it_is_for_everybody_and_why_is_not(sign_in: SignIn, operation: Operation, world: World) -> None:
    begin(operation, world)
    control.hold(operation.pk, True, Actor("olga", "test"), world.now)
    audit(Actor("campaign", "engine"), "operation.hold", f"operation:{operation.pk}", world.now,
          {"reason": "Somebody aborted the strategy of edge-0."})  # fmt: skip
    path = f"/operations/{operation.pk}/"
    page = sign_in("Viewer", region="Europe").get(path).content.decode()
    assert ("Paused by campaign" in page, "edge-0" in page) == (True, False)
    assert "aborted the strategy of edge-0" in sign_in("Viewer").get(path).content.decode()
