"""What people do to a campaign and its sites in a browser: asked first, typed where it is an outage, or refused."""

from datetime import timedelta
from html import unescape

import pytest
from django.test import Client

from events.models import AuditEntry
from operations.choices import BatchState, Kind, OperationState
from operations.models import Batch, Campaign, CampaignTarget, Operation, Target, Wave
from sites.models import Cloud
from tests.operations.campaign_facts.patchable import leave_open, make_patchable
from tests.operations.conftest import SignIn
from tests.operations.views.campaigns.made import approve, begin, make_campaign, set_site
from tests.sites.world import World

ACTS = ("start", "resume", "abort", "retry", "mop-up")


def ask(client: Client, operation: Operation, action: str) -> str:
    answer = client.get(f"/operations/{operation.pk}/campaign/{action}", headers={"HX-Request": "true"})
    return answer.content.decode()


def act(client: Client, operation: Operation, action: str, **form: str) -> int:
    return client.post(f"/operations/{operation.pk}/campaign/{action}", form).status_code


def test_a_second_person_approves_what_was_seen(sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world)
    client = sign_in("Approver")
    asked = ask(client, operation, "approve")
    assert operation.plan_hash in asked
    assert "4 in 3 waves" in asked
    assert "with one server: whatever runs there stops" in asked
    assert act(client, operation, "approve", plan_hash=operation.plan_hash, hours="24", note="CAB 12") == 302
    campaign = Campaign.objects.get()
    assert campaign.approved_hash == operation.plan_hash
    assert campaign.approval_note == "CAB 12"
    assert campaign.approval_expires_at is not None
    assert campaign.approval_expires_at - timedelta(hours=24) == campaign.approved_at


def test_a_planner_who_is_called_otherwise_since_is_no_second_person(sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world)
    client = sign_in("Approver")
    assert "You planned it" not in client.get(f"/operations/{operation.pk}/").content.decode()
    account = client.session["_auth_user_id"]
    Campaign.objects.filter(pk=operation.pk).update(planner_id=account)
    assert "You planned it" in client.get(f"/operations/{operation.pk}/").content.decode()


def test_the_approver_sees_who_would_wait_and_when_it_ends(sign_in: SignIn, world: World) -> None:
    make_patchable(world)
    Cloud.objects.filter(name="edge-1").update(availability_status="offline")
    operation = make_campaign(world, patchable=False)
    asked = ask(sign_in("Approver"), operation, "approve")
    assert "1 subcloud could not have begun at" in asked
    assert "offline (1)" in asked
    assert "nine of ten by" in asked


def test_another_plan_than_was_seen_is_not_approved(sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world)
    assert act(sign_in("Approver"), operation, "approve", plan_hash="0" * 64, hours="24") == 400
    assert not Campaign.objects.get().approved_hash
    assert AuditEntry.objects.filter(verb="campaign.approve", outcome="refused").exists()


def test_nobody_approves_a_plan_of_their_own(sign_in: SignIn, world: World) -> None:
    client = sign_in("Administrator")
    operation = make_campaign(world)
    me = client.get("/operations/").wsgi_request.user
    Campaign.objects.update(planner=me.pk, planner_name=me.get_username())
    head = client.get(f"/operations/{operation.pk}/campaign/head").content.decode()
    assert "You planned it: a second person must approve it" in head
    assert act(client, operation, "approve", plan_hash=operation.plan_hash, hours="24") == 400
    assert not Campaign.objects.get().approved_hash
    assert AuditEntry.objects.filter(verb="campaign.approve", outcome="refused").exists()


@pytest.mark.parametrize("role", ["Viewer", "Operator", "Engineer"])
def test_who_may_not_approve(role: str, sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world)
    assert act(sign_in(role), operation, "approve", plan_hash=operation.plan_hash, hours="24") == 403
    assert not Campaign.objects.get().approved_hash
    assert AuditEntry.objects.filter(outcome="refused").count() == 1


@pytest.mark.parametrize("role", ["Viewer", "Approver"])
def test_who_may_not_run(role: str, sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world)
    approve(operation, world)
    client = sign_in(role)
    assert {act(client, operation, action) for action in ACTS} == {403}
    assert client.get(f"/operations/{operation.pk}/campaign/roll-back").status_code == 403
    assert Operation.objects.get().state == OperationState.PLANNED


def test_whoever_may_pull_the_brake_may_pause(sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world)
    begin(operation, world)
    assert act(sign_in("Viewer"), operation, "pause") == 403
    assert act(sign_in("Operator"), operation, "pause") == 302
    assert Operation.objects.get().held


def test_a_part_in_scope_is_not_enough(sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world)
    approve(operation, world)
    client = sign_in("Engineer", region="Europe")
    assert act(client, operation, "start", typed="4") == 403
    assert Operation.objects.get().state == OperationState.PLANNED


def test_start_is_typed_and_needs_an_approval(sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world)
    client = sign_in("Engineer")
    assert act(client, operation, "start", typed="4") == 400
    approve(operation, world)
    assert "Type 4 to go on" in ask(client, operation, "start")
    assert act(client, operation, "start", typed="3") == 400
    assert Operation.objects.get().state == OperationState.PLANNED
    assert act(client, operation, "start", typed="4") == 302
    assert Operation.objects.get().state == OperationState.PROCESSING


def test_pausing_lists_what_cannot_be_paused(sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world)
    begin(operation, world)
    set_site(operation, "edge-0", "running", started_at=world.now)
    client = sign_in("Engineer")
    asked = ask(client, operation, "pause")
    assert "edge-0" in asked
    assert "dcmanager can neither pause nor stop" in asked
    act(client, operation, "pause")
    assert Operation.objects.get().held
    head = client.get(f"/operations/{operation.pk}/campaign/head").content.decode()
    paused = AuditEntry.objects.get(verb="operation.hold")
    assert f"Paused by {paused.actor}: no further site starts" in unescape(head)
    assert f'Since <time datetime="{paused.at.isoformat()}"' in head
    act(client, operation, "resume")
    assert not Operation.objects.get().held


def test_aborting_counts_who_cannot_be_stopped(sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world)
    begin(operation, world)
    set_site(operation, "edge-0", "running", started_at=world.now)
    client = sign_in("Engineer")
    asked = ask(client, operation, "abort")
    assert "1 subcloud cannot be stopped" in asked
    assert "Type 3 to go on" in asked
    assert act(client, operation, "abort", typed="3", asked="3", reason="") == 400
    assert act(client, operation, "abort", typed="2", asked="3", reason="smoke") == 400
    assert not Campaign.objects.get().stop_reason
    # meanwhile one more has begun: what counts is that somebody read the number that was asked
    set_site(operation, "edge-1", "running", started_at=world.now)
    assert act(client, operation, "abort", typed="3", asked="3", reason="smoke") == 302
    assert "smoke" in Campaign.objects.get().stop_reason


def test_retrying_plans_exactly_those_that_failed(sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world)
    begin(operation, world)
    set_site(operation, "edge-2", "failed", error="x")
    client = sign_in("Engineer")
    assert "1 subcloud that failed" in ask(client, operation, "retry")
    assert act(client, operation, "retry") == 302
    made = Operation.objects.exclude(pk=operation.pk).get(kind=Kind.CAMPAIGN)
    assert list(made.targets.values_list("name", flat=True)) == ["edge-2"]
    assert made.campaign.parent_id == operation.pk


def test_rolling_back_a_chosen_set(sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world)
    begin(operation, world)
    done = set_site(operation, "edge-0", "completed")
    failed = set_site(operation, "edge-2", "failed", error="x")
    leave_open("edge-0", "edge-1", "edge-2")
    client = sign_in("Engineer")
    path = f"/operations/{operation.pk}/campaign/roll-back"
    text = client.get(path).content.decode()
    assert "1 of 2 chosen" in text
    assert "2 of 2 chosen" in client.get(f"{path}?all=1").content.decode()
    assert client.post(path, {"typed": "0"}).status_code == 400
    refused = client.post(path, {"site": [done.pk, failed.pk], "typed": "1"})
    assert refused.status_code == 400
    ticked = [f'value="{pk}" aria-label' in refused.content.decode() for pk in (done.pk, failed.pk)]
    assert all(ticked)
    assert "2 of 2 chosen" in refused.content.decode()
    ready = Target.objects.get(operation=operation, name="edge-1")
    assert client.post(path, {"site": [ready.pk], "typed": "1"}).status_code == 400
    assert Operation.objects.count() == 1


@pytest.mark.parametrize(
    ("verb", "state", "kept"),
    [("hold", "ready", {}), ("skip", "ready", {}), ("excuse", "failed", {}), ("release", "ready", {"held_by": "x"})],
)
def test_deciding_about_one_site(verb: str, state: str, kept: dict[str, str], sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world)
    begin(operation, world)
    target = set_site(operation, "edge-2", state, **kept)
    path = f"/operations/{operation.pk}/targets/{target.pk}/do"
    client = sign_in("Engineer")
    assert f'value="{verb}"' in client.get(path).content.decode()
    if verb != "release":
        assert client.post(path, {"verb": verb, "reason": " "}).status_code == 400
    assert client.post(path, {"verb": verb, "reason": "because"}).status_code == 302
    row = CampaignTarget.objects.get(pk=target.pk)
    assert {"hold": row.held_by != "", "skip": row.skipped, "excuse": row.excuse == "because",
            "release": row.held_by == ""}[verb]  # fmt: skip


def test_releasing_says_when_it_runs(sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world)
    begin(operation, world)
    client = sign_in("Engineer")
    for state, says in (("ready", "it starts when its turn comes"), ("cancelled", "it runs in the mop-up wave")):
        target = set_site(operation, "edge-2", state, held_by="x", cause="held")
        text = client.get(f"/operations/{operation.pk}/targets/{target.pk}/do").content.decode()
        assert says in text
    Wave.objects.create(campaign_id=operation.pk, number=9, name="Mop-up", mop_up=True)
    text = client.get(f"/operations/{operation.pk}/targets/{target.pk}/do").content.decode()
    assert "it runs with the rest, in a new campaign" in text


def test_what_runs_cannot_be_decided_about(sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world)
    begin(operation, world)
    target = set_site(operation, "edge-0", "running")
    path = f"/operations/{operation.pk}/targets/{target.pk}/do"
    client = sign_in("Engineer")
    assert "can neither pause nor stop" in client.get(path).content.decode()
    assert client.post(path, {"verb": "hold", "reason": "x"}).status_code == 400
    assert not CampaignTarget.objects.get(pk=target.pk).held_by


def test_a_viewer_decides_nothing(sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world)
    begin(operation, world)
    target = Target.objects.get(operation=operation, name="edge-2")
    answer = sign_in("Viewer").post(
        f"/operations/{operation.pk}/targets/{target.pk}/do", {"verb": "hold", "reason": "x"}
    )
    assert answer.status_code == 403
    assert AuditEntry.objects.filter(outcome="refused").exists()


def test_what_cannot_go_back_is_not_offered(sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world)
    begin(operation, world)
    set_site(operation, "edge-0", "completed")
    set_site(operation, "edge-2", "failed", error="x")
    leave_open("edge-2")
    text = sign_in("Engineer").get(f"/operations/{operation.pk}/campaign/roll-back?all=1").content.decode()
    assert "1 of 2 chosen, 1 can go back" in text
    assert "No deployment is open there" in unescape(text)
    assert text.count(" disabled>") == 1


def test_where_none_can_go_back_nothing_is_offered(sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world)
    begin(operation, world)
    set_site(operation, "edge-0", "completed")
    Cloud.objects.update(endpoint_sync={"software": "in-sync"})
    text = sign_in("Engineer").get(f"/operations/{operation.pk}/campaign/roll-back").content.decode()
    assert "None of them can go back now" in text
    assert "Plan the way back" not in text


def test_a_batch_is_tried_again(sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world)
    begin(operation, world)
    batch = Batch.objects.filter(wave__campaign=operation.pk).order_by("number")[0]
    page = f"/operations/{operation.pk}/batches/{batch.number}/"
    client = sign_in("Engineer")
    assert client.post(f"{page}try-again").status_code == 400
    Batch.objects.filter(pk=batch.pk).update(state=BatchState.HELD, message="The strategy cannot be deleted: busy.")
    text = client.get(page).content.decode()
    assert ("Try again…" in text, "The strategy is ours…" in text) == (True, False)
    assert "does not count any more" in client.get(f"{page}try-again").content.decode()
    assert sign_in("Viewer").post(f"{page}try-again").status_code == 403
    assert client.post(f"{page}try-again").status_code == 302
    assert AuditEntry.objects.filter(verb="campaign.try_again", outcome="done").count() == 1


def test_an_act_that_does_not_exist(sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world)
    assert act(sign_in("Engineer"), operation, "destroy") == 404
