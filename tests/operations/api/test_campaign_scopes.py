"""What a campaign tells whoever sees a part of its sites: no name of the others, by REST, page or socket."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from events.models import Event
from events.visibility import Visibility
from operations.choices import BatchState, OperationState
from operations.engine import jobs
from operations.engine.campaign import conduct
from operations.engine.campaign.book import open_book
from operations.engine.campaign.targets import give_back
from operations.models import Batch, Campaign, Job, Operation
from operations.services import campaign_control, control
from operations.services.campaigns import CampaignAsk, create_campaign
from sites.access import Scopes
from sites.services.actors import Actor
from tests.operations.api.conftest import Clients
from tests.operations.conftest import SignIn, sign_in
from tests.operations.views.campaigns.made import DEPLOY, RULES, begin, make_campaign, set_site
from tests.sites.world import World

__all__ = ["sign_in"]
HIDDEN = ("edge-0", "edge-2", "secret works")
Said = Callable[[Operation], None]


@pytest.fixture
def operation(world: World) -> Operation:
    """It runs and names edge-0 of Brazil wherever it can."""
    found = make_campaign(world)
    begin(found, world)
    Campaign.objects.update(
        stop_reason="Canaries: edge-0 failed", stopped_at=world.now, hardest="edge-0 costs", eta_note="edge-0 is long",
        plan={"warnings": ["edge-0 is no canary"], "costs": [
            {"constraint": "ring", "saved": 1, "of": 2, "sentence": "edge-0 costs 1 of 2 batches in a row."}]},
    )  # fmt: skip
    Operation.objects.update(state_reason="Canaries: edge-0 failed")
    Batch.objects.update(state=BatchState.WAITING, message="edge-0 is on hold: secret works")
    return found


def over(operation: Operation) -> None:
    Operation.objects.filter(pk=operation.pk).update(state=OperationState.FAILED_TEMP, ended_at=timezone.now())


def running(operation: Operation) -> None:
    """As it is."""


def addresses(operation: Operation) -> list[str]:
    pk = operation.pk
    batches = [f"/operations/{pk}/batches/{number}/" for number in Batch.objects.values_list("number", flat=True)]
    return [
        "/api/v1/campaigns/", f"/api/v1/campaigns/{pk}/", f"/api/v1/campaigns/{pk}/sites/", "/api/v1/operations/",
        f"/api/v1/operations/{pk}/", f"/api/v1/campaigns/{pk}/report/", "/operations/", f"/operations/{pk}/",
        f"/operations/{pk}/campaign/head", f"/operations/{pk}/campaign/waves", f"/operations/{pk}/campaign/history",
        f"/operations/{pk}/campaign/report", f"/operations/{pk}/campaign/map", *batches,
    ]  # fmt: skip


@pytest.mark.parametrize("state", [running, over])
def test_no_answer_names_a_site_out_of_scope(
    client_of: Clients, sign_in: SignIn, operation: Operation, state: Said
) -> None:
    state(operation)
    part, page = client_of("Viewer", region="Europe"), sign_in("Viewer", region="Europe")
    for address in addresses(operation):
        answer = (part if address.startswith("/api/") else page).get(address)
        text = answer.content.decode()
        assert answer.status_code in (200, 404), address
        assert [name for name in HIDDEN if name in text] == [], address


@pytest.mark.parametrize("state", [running, over])
def test_whoever_sees_all_of_it_reads_all_of_it(api: Client, operation: Operation, state: Said) -> None:
    state(operation)
    told = api.get(f"/api/v1/campaigns/{operation.pk}/").json()
    assert (told["whole"], told["stop_reason"], told["hardest"]) == (True, "Canaries: edge-0 failed", "edge-0 costs")
    assert told["state_reason"] == "Canaries: edge-0 failed"
    assert told["waves"][0]["batches"][0]["message"].startswith("edge-0 is on hold")
    (row,) = api.get("/api/v1/campaigns/").json()["results"]
    assert (row["stop_reason"], row["state_reason"]) == ("Canaries: edge-0 failed",) * 2


def test_a_part_is_told_that_there_is_something(client_of: Clients, operation: Operation, world: World) -> None:
    told = client_of("Viewer", region="Europe").get(f"/api/v1/campaigns/{operation.pk}/").json()
    assert told["whole"] is False
    assert "out of your scope" in told["stop_reason"]
    assert told["stopped_at"] is not None
    batch = told["waves"][0]["batches"][0]
    assert ("out of your scope" in batch["message"], batch["strategy_id"]) == (True, None)


def test_whoever_sees_a_whole_controller_reads_what_its_batches_do(client_of: Clients, operation: Operation,
                                                                   world: World) -> None:  # fmt: skip
    Batch.objects.update(message="Waits for the slot: somebody's strategy 9 is in it")
    told = client_of("Viewer", controller=world.controllers[0]).get(f"/api/v1/campaigns/{operation.pk}/").json()
    messages = {batch["message"] for wave in told["waves"] for batch in wave["batches"]}
    assert messages == {"Waits for the slot: somebody's strategy 9 is in it"}
    assert "out of your scope" in told["stop_reason"]


def test_what_keeps_a_running_one_is_for_everybody(client_of: Clients, operation: Operation) -> None:
    Campaign.objects.update(stop_reason="", stopped_at=None)
    Operation.objects.update(state_reason="Canaries: soaking.")
    told = client_of("Viewer", region="Europe").get(f"/api/v1/campaigns/{operation.pk}/").json()
    assert (told["stop_reason"], told["state_reason"]) == ("", "Canaries: soaking.")


def test_other_campaigns_are_linked_where_they_are_seen(
    client_of: Clients, sign_in: SignIn, operation: Operation, world: World
) -> None:
    user = User.objects.get(username="planner")
    parent, child = (
        create_campaign(CampaignAsk(strategy=DEPLOY, rules=RULES, clouds=[world.clouds[0].pk], title=title), user,
                        Actor("planner", "test"), world.now)
        for title in ("Only edge-0", "Again edge-0")
    )  # fmt: skip
    Campaign.objects.filter(pk=operation.pk).update(parent=parent.pk)
    Campaign.objects.filter(pk=child.pk).update(parent=operation.pk)
    part, path = client_of("Viewer", region="Europe"), f"/api/v1/campaigns/{operation.pk}/"
    assert (part.get(path).json()["follows"], part.get(path).json()["followed_by"]) == (None, [])
    page = sign_in("Viewer", region="Europe").get(f"/operations/{operation.pk}/").content.decode()
    assert "edge-0" not in page
    whole = sign_in("Viewer").get(f"/operations/{operation.pk}/").content.decode()
    assert "Only edge-0" in whole
    assert "Again edge-0" in whole


# The socket


def heard(scopes: Scopes) -> str:
    """All that reaches whoever has these scopes."""
    sees: Visibility = scopes.visibility()
    return str([(event.kind, event.subject, event.data) for event in Event.objects.all() if sees.sees(event)])


def turn(operation: Operation) -> None:
    Job.objects.all().delete()
    job = Job.objects.create(operation=operation, next_at=timezone.now() - timedelta(seconds=1))
    (claim,) = jobs.claim(timezone.now(), 1, each=1)
    conduct.step(claim, job)


def test_events_name_no_site_out_of_scope(world: World) -> None:
    operation = make_campaign(world)
    begin(operation, world)
    Event.objects.all().delete()
    control.hold(operation.pk, True, Actor("olga", "test"), world.now)
    control.hold(operation.pk, False, Actor("olga", "test"), world.now)
    set_site(operation, "edge-0", "failed", error="VIM strategy failed")
    campaign_control.abort(operation.pk, "edge-0 burns", Actor("olga", "test"), world.now)
    Batch.objects.filter(wave__number=0).update(state=BatchState.FAILED, ended_at=world.now)
    turn(operation)
    assert Operation.objects.get(pk=operation.pk).state == OperationState.ABORTED
    others = (Scopes(regions=frozenset({"Europe"})), Scopes(groups=frozenset({world.groups[1].pk})),
              Scopes(controllers=frozenset({world.controllers[1].pk})))  # fmt: skip
    for scopes in others:
        said = heard(scopes)
        assert "edge-3" in said, "its own are told of"
        assert "edge-0" not in said


def test_an_attempt_that_was_taken_back_tells_a_site_nothing_of_others(world: World) -> None:
    operation = make_campaign(world, rules={"gates": {"prestaged": False}})
    begin(operation, world)
    mine = set_site(operation, "edge-1", "waiting")
    book = open_book(operation.pk)
    batch = next(each for each in book.batches.values() if each.controller_id == world.controllers[0].pk)
    give_back(book, batch, world.now)
    mine.refresh_from_db()
    assert mine.state == "ready"
    assert "again" in mine.message
    said: Any = heard(Scopes(regions=frozenset({"Europe"})))
    assert "edge-1" in said
    assert "edge-0" not in said
