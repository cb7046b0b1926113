"""A campaign that follows another, turn by turn: it waits, it says for what, and who was not done before is held."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from operations.campaigns.chain import NOT_DONE_BEFORE
from operations.choices import OperationState, TargetState, WaveState
from operations.engine.campaign.book import open_book
from operations.engine.campaign.controls import judged
from operations.engine.campaign.missed import MISSED
from operations.engine.campaign.mop_up import able
from operations.models import Batch, Campaign, Job, Operation, Target, Wave
from operations.services import campaign_control
from operations.services.begin_anyway import begin_anyway
from sites.models import Cloud
from sites.services.actors import Actor
from tests.operations.engine.test_campaign_ends import step
from tests.operations.views.campaigns.made import approve, make_campaign
from tests.sites.world import World, make_user, make_world

OLGA = Actor("olga", "10.9.9.9")
WANTED = {"software": "out-of-sync", "firmware": "out-of-sync"}


@pytest.fixture
def world(db: Any) -> World:
    return make_world()


@pytest.fixture
def first(world: World) -> Operation:
    made = make_campaign(world)
    Cloud.objects.filter(kind="subcloud").update(endpoint_sync=WANTED)
    return made


@pytest.fixture
def second(world: World, first: Operation) -> Operation:
    """Approved and started in advance."""
    return following(world, first)


def following(world: World, first: Operation, **ask: Any) -> Operation:
    made = make_campaign(world, patchable=False, strategy={"kind": "firmware"}, after=first.pk, **ask)
    approve(made, world)
    Operation.objects.filter(pk=made.pk).update(state=OperationState.PROCESSING, started_at=world.now)
    return made


def ends(operation: Operation, state: str, at: Any = None, **sites: str) -> None:
    rows = Target.objects.filter(operation=operation)
    rows.update(state=TargetState.COMPLETED, ended_at=at or timezone.now())
    for name, word in sites.items():
        rows.filter(name=name.replace("_", "-")).update(state=word)
    Operation.objects.filter(pk=operation.pk).update(state=state, ended_at=at or timezone.now())


def began(operation: Operation) -> bool:
    return Wave.objects.filter(campaign=operation.pk, state=WaveState.RUNNING).exists()


def test_it_begins_nothing_before_the_other_has_ended(first: Operation, second: Operation) -> None:
    step(second)
    assert not began(second)
    assert second.state_reason == "It begins once the campaign before it has come to its end."
    assert not Job.objects.filter(operation=second, controller__isnull=False).exists()
    ends(first, OperationState.COMPLETED)
    step(second)
    assert began(second)
    assert Job.objects.filter(operation=second, controller__isnull=False).exclude(next_at=None).exists()


@pytest.mark.parametrize(("state", "stopped"), [
    (OperationState.ABORTED, "Stopped by olga: Smoke"), (OperationState.FAILED_TEMP, "Canaries: 1 of 2 sites failed"),
    (OperationState.CANCELLED, ""),
])  # fmt: skip
def test_somebody_must_say_what_is_to_be_where_the_other_did_not_come_through(
    first: Operation, second: Operation, state: OperationState, stopped: str
) -> None:
    ends(first, state)
    Campaign.objects.filter(pk=first.pk).update(stop_reason=stopped)
    step(second)
    assert not began(second)
    assert "somebody must say whether it may begin all the same, or abort it" in second.state_reason
    begin_anyway(second.pk, "CHG-9", make_user("olga", "Approver", fleet=True), OLGA, timezone.now())
    step(second)
    assert began(second)


def test_failures_within_the_limits_let_it_begin_unless_all_failed(first: Operation, second: Operation) -> None:
    everyone = Target.objects.filter(operation=first)
    ends(first, OperationState.FAILED_TEMP)
    everyone.update(state=TargetState.FAILED)
    step(second)
    assert not began(second)
    everyone.filter(name="edge-0").update(state=TargetState.COMPLETED)
    step(second)
    assert began(second)


def test_one_that_is_in_the_books_no_more_is_asked_about(first: Operation, second: Operation) -> None:
    first.delete()
    step(second)
    assert not began(second)
    assert "somebody must say whether it may begin" in second.state_reason
    begin_anyway(second.pk, "CHG-9", make_user("olga", "Approver", fleet=True), OLGA, timezone.now())
    step(second)
    assert began(second)


def test_it_can_be_aborted_while_it_waits(second: Operation) -> None:
    step(second)
    campaign_control.abort(second.pk, "Not any more", OLGA, timezone.now())
    step(second)
    assert second.state == OperationState.ABORTED


def test_an_approval_that_runs_out_while_it_waits_is_none(second: Operation) -> None:
    Campaign.objects.filter(pk=second.pk).update(approval_expires_at=timezone.now() - timedelta(seconds=1))
    step(second)
    step(second)
    assert second.state == OperationState.FAILED_TEMP
    assert "Its approval expired" in second.state_reason


def test_its_start_counts_from_when_the_other_had_ended(world: World, first: Operation, second: Operation) -> None:
    """Started long before, and no start was missed; one was where nobody drove it when the other ended."""
    Operation.objects.filter(pk=second.pk).update(started_at=timezone.now() - timedelta(days=20))
    ends(first, OperationState.COMPLETED, timezone.now() - MISSED / 2)
    third = following(world, first)
    step(second)
    assert began(second)
    assert not second.held
    Operation.objects.filter(pk=third.pk).update(started_at=timezone.now() - timedelta(days=20))
    ends(first, OperationState.COMPLETED, timezone.now() - MISSED * 2)
    step(third)
    assert third.held


def test_who_was_not_done_before_is_held_in_its_turn(first: Operation, second: Operation) -> None:
    ends(first, OperationState.FAILED_TEMP, edge_1="failed")
    book = open_book(second.pk)
    sites = [pk for members in book.members.values() for pk in members]
    (held,) = [
        reasons
        for reasons in judged(book, sites, timezone.now(), alone=False).values()
        if NOT_DONE_BEFORE in keys(reasons)
    ]
    assert held[0].sentence == f"It was not done in campaign #{first.pk}: it failed there."


def test_it_comes_in_the_mop_up_wave_once_it_was_retried(world: World, first: Operation, second: Operation) -> None:
    ends(first, OperationState.FAILED_TEMP, edge_1="failed", edge_2="failed")
    Batch.objects.filter(wave__campaign=second.pk).update(state="completed", ended_at=timezone.now())
    late = Target.objects.filter(operation=second, name__in=["edge-1", "edge-2"])
    late.update(state=TargetState.CANCELLED, cause="held", ended_at=timezone.now())
    assert able(open_book(second.pk), timezone.now()) == []
    again = make_campaign(world, patchable=False, rules={"gates": {"prestaged": False}})
    Campaign.objects.filter(pk=again.pk).update(parent=first.pk)
    ends(again, OperationState.COMPLETED, edge_2="failed")
    assert [site.name for site in able(open_book(second.pk), timezone.now())] == ["edge-1"]


def keys(reasons: Any) -> list[str]:
    return [reason.key for reason in reasons]
