"""A wave that needs its own approval begins with it, and not a moment before; and not any more once it has expired."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from events.models import AuditEntry, Event
from operations.choices import BatchState, OperationState, Outcome, TargetState, WaveState
from operations.engine.campaign import foresight
from operations.engine.campaign.book import open_book
from operations.engine.campaign.controls import controls_of
from operations.engine.campaign.records import memory_of
from operations.engine.campaign.said import said_otherwise
from operations.models import Batch, BatchIntent, Campaign, Operation, Target, Wave
from operations.services import campaign_control, campaign_sites
from operations.services.wave_approvals import approve_wave
from sites.services.actors import Actor
from tests.operations.engine.test_campaign_ends import step
from tests.operations.services.campaigning import actor
from tests.operations.services.waiting import EACH_WAVE, finish, make_waiting, wave
from tests.operations.views.campaigns.made import begin, make_campaign
from tests.sites.world import World, make_user, make_world

NEVER_TODAY = {"name": "Later", "weekdays": [(timezone.now().weekday() + 3) % 7], "start": "00:00", "minutes": 600}


@pytest.fixture
def world(db: Any) -> World:
    return make_world()


@pytest.fixture
def operation(world: World) -> Operation:
    return make_waiting(world)


def approve(operation: Operation, number: int = 1, holds: timedelta = timedelta(days=7)) -> None:
    second = make_user(f"second-{number}-{holds.total_seconds():g}", "Approver", fleet=True)
    seen = operation.plan_hash
    approve_wave(operation.pk, number, seen, second, actor(second), timezone.now(), holds=holds)


def expire(operation: Operation) -> None:
    Wave.objects.filter(campaign=operation.pk).update(approval_expires_at=timezone.now() - timedelta(seconds=1))


def driven(operation: Operation) -> set[int]:
    """Numbers of the waves of batches that may be worked on now."""
    book = open_book(operation.pk)
    numbers = book.course(timezone.now()).drive
    return {batch.wave.number for number, batch in book.batches.items() if number in numbers}


def test_it_says_that_it_waits_and_begins_nothing(operation: Operation) -> None:
    found = wave(operation, 1)
    assert (found.state, found.started_at) == (WaveState.AWAITING, None)
    assert found.awaits_since is not None
    assert operation.state_reason == "Brazil: waits for approval by a second person."
    assert driven(operation) == set()
    told = Event.objects.filter(kind="campaign.changed", data__state="awaiting").values_list("data__wave", flat=True)
    assert list(told) == [1]
    since = found.awaits_since
    step(operation)
    assert wave(operation, 1).awaits_since == since


def test_each_wave_begins_with_its_own_approval(operation: Operation) -> None:
    approve(operation)
    assert driven(operation) == {1}
    step(operation)
    assert (wave(operation, 1).state, wave(operation, 2).state) == (WaveState.RUNNING, WaveState.PENDING)
    finish(operation, 1)
    step(operation)
    assert (wave(operation, 1).state, wave(operation, 2).state) == (WaveState.COMPLETED, WaveState.AWAITING)
    assert driven(operation) == set()
    approve(operation, 2)
    assert driven(operation) == {2}


def test_the_wave_before_soaks_first(world: World) -> None:
    operation = make_campaign(world, rules=EACH_WAVE)
    begin(operation, world)
    finish(operation, 0, timedelta(minutes=10))
    step(operation)
    assert (wave(operation, 0).state, wave(operation, 1).state) == (WaveState.SOAKING, WaveState.PENDING)


def test_without_the_rule_nothing_waits(world: World) -> None:
    operation = make_waiting(world, approvals="once")
    assert wave(operation, 1).state == WaveState.RUNNING
    assert driven(operation) == {1}


def test_an_approval_given_out_of_its_window_begins_nothing(world: World) -> None:
    """And one that was waited for past a window does not catch up."""
    operation = make_waiting(world, windows=[NEVER_TODAY])
    assert wave(operation, 1).state == WaveState.AWAITING
    assert Campaign.objects.get(pk=operation.pk).waits_until is None
    approve(operation)
    step(operation)
    opens = Campaign.objects.get(pk=operation.pk).waits_until
    assert opens is not None
    assert opens > timezone.now() + timedelta(days=1)
    assert "no window is open for long enough" in operation.state_reason


def test_an_approval_that_expires_before_anything_ran_is_none(operation: Operation) -> None:
    approve(operation)
    step(operation)
    expire(operation)
    step(operation)
    found = wave(operation, 1)
    assert (found.state, found.approved_hash, found.approver_name) == (WaveState.AWAITING, "", "")
    assert operation.state == OperationState.PROCESSING
    assert driven(operation) == set()
    entry = AuditEntry.objects.get(verb="campaign.expire_wave")
    assert (entry.actor, entry.detail["wave"], entry.detail["approved_by"][:6]) == ("campaign", 1, "second")
    approve(operation, holds=timedelta(hours=1))
    assert driven(operation) == {1}


def started(operation: Operation, outcome: Outcome) -> Batch:
    """A batch of wave 1, whose strategy was asked to begin."""
    batch = Batch.objects.filter(wave__campaign=operation.pk, wave__number=1).order_by("number")[0]
    site = Target.objects.filter(in_campaign__batch=batch)[0]
    Batch.objects.filter(pk=batch.pk).update(
        progress={"attempt": 1, "roster": [{"site": site.cloud_id}]}, state=BatchState.RUNNING
    )
    at = timezone.now()
    BatchIntent.objects.create(batch=batch, number=1, attempt=1, verb="apply", outcome=outcome, created_at=at)
    return batch


@pytest.mark.parametrize("outcome", [Outcome.PENDING, Outcome.UNKNOWN, Outcome.EFFECTIVE])
def test_it_has_served_once_a_strategy_was_started(operation: Operation, outcome: Outcome) -> None:
    approve(operation)
    step(operation)
    started(operation, outcome)
    expire(operation)
    step(operation)
    assert wave(operation, 1).state == WaveState.RUNNING


def test_what_was_prepared_is_taken_back_when_it_expires(operation: Operation) -> None:
    approve(operation)
    step(operation)
    number = started(operation, Outcome.REFUSED).number
    book = open_book(operation.pk)
    batch = book.whole(number)
    now = timezone.now()
    assert not said_otherwise(book, batch, now)
    expire(operation)
    assert said_otherwise(book, batch, now)  # with the approval read again: not what the book has
    book = open_book(operation.pk)
    batch.progress = {}
    told = controls_of(book, batch, memory_of(batch), "", now)
    assert told.paused.startswith("Brazil: waits for approval: that of second")
    assert number in book.course(now).drive


def test_it_halts_at_a_limit_while_it_waits(world: World) -> None:
    operation = make_waiting(world, failures={"count": 0})
    Target.objects.filter(operation=operation, name="edge-0").update(state=TargetState.FAILED, error="VIM failed")
    step(operation)
    assert Campaign.objects.get(pk=operation.pk).stop_reason.startswith("Canaries: 1 of 2 sites failed")
    assert wave(operation, 1).state == WaveState.STOPPED


def test_it_can_be_ended_while_it_waits(operation: Operation) -> None:
    campaign_control.abort(operation.pk, "No more", Actor("olga", "10.9.9.9"), timezone.now())
    step(operation)
    assert operation.state == OperationState.ABORTED


def test_the_expected_end_says_that_somebody_is_waited_for(operation: Operation) -> None:
    def note() -> str:
        return str(foresight.foreseen(open_book(operation.pk), timezone.now())["eta_note"])

    Campaign.objects.update(eta_at=None)
    assert note().startswith("A wave waits for approval")
    approve(operation)
    step(operation)
    Campaign.objects.update(eta_at=None)
    assert "waits for people to approve each wave" in note()
    Wave.objects.filter(number=2).update(approved_hash=operation.plan_hash)
    assert "approv" not in note()


def test_the_mop_up_wave_needs_none(operation: Operation) -> None:
    approve(operation)
    finish(operation, 1)
    step(operation)
    approve(operation, 2)
    finish(operation, 2)
    held = Target.objects.filter(name="edge-1")
    held.update(state=TargetState.CANCELLED, cause="held", error="Alarm 100.101 stands.")
    step(operation)
    step(operation)
    assert Wave.objects.get(mop_up=True).state == WaveState.RUNNING


def test_a_wave_of_which_all_was_skipped_waits_for_nobody(operation: Operation) -> None:
    """Its batches are driven, to be closed; and the next one waits."""
    sites = Target.objects.filter(operation=operation, in_campaign__batch__wave__number=1)
    *rest, last = sites.order_by("number")
    for site in rest:
        campaign_sites.skip_site(site.pk, "Closed", Actor("olga", "10.9.9.9"), timezone.now())
    step(operation)
    assert wave(operation, 1).state == WaveState.AWAITING
    campaign_sites.skip_site(last.pk, "Closed", Actor("olga", "10.9.9.9"), timezone.now())
    step(operation)
    assert (wave(operation, 1).state, driven(operation)) == (WaveState.RUNNING, {1})
    book = open_book(operation.pk)
    batch = book.whole(min(number for number, each in book.batches.items() if each.wave.number == 1))
    assert controls_of(book, batch, memory_of(batch), "", timezone.now()).paused == ""
    at = timezone.now() - timedelta(hours=9)
    Batch.objects.filter(wave__campaign=operation.pk, wave__number=1).update(state=BatchState.CANCELLED, ended_at=at)
    step(operation)
    assert (wave(operation, 1).state, wave(operation, 2).state) == (WaveState.COMPLETED, WaveState.AWAITING)
