"""No batch runs ahead of the judgement of what came before it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from events.models import AuditEntry
from operations.campaigns import actions as a
from operations.choices import BatchState, TargetState, WaveState
from operations.engine.campaign.book import open_book
from operations.engine.campaign.gatekeeping import may_go_on
from operations.models import Batch, Campaign, Job, Operation, Target, Wave
from operations.services import control
from sites.models import FacetState
from sites.services.actors import Actor
from tests.operations.engine.test_campaign_ends import step
from tests.operations.views.campaigns.made import begin, make_campaign, set_site
from tests.sites.world import World, make_world

OLGA = Actor("olga", "test")
BEGIN = a.Begin(())


@pytest.fixture
def world(db: Any) -> World:
    return make_world()


@pytest.fixture
def operation(world: World) -> Operation:
    """The canaries' batches are over; there is no soak, and the turn of the whole has not come yet."""
    rules = {
        "gates": {"prestaged": False}, "canaries": {"each": 1, "soak_minutes": 0}, "waves": [{"name": "Rest"}],
    }  # fmt: skip
    made = make_campaign(world, rules=rules)
    begin(made, world)
    Batch.objects.filter(wave__number=0).update(state=BatchState.COMPLETED, ended_at=timezone.now(), progress={})
    FacetState.objects.update(observed_at=timezone.now())
    return made


def canaries(operation: Operation, state: str, **values: Any) -> None:
    for target in Target.objects.filter(in_campaign__batch__wave__number=0):
        set_site(operation, target.name, state, **values)


def may(operation: Operation, action: Any = BEGIN) -> bool:
    with transaction.atomic():
        Operation.objects.select_for_update().get(pk=operation.pk)
        book = open_book(operation.pk)
        batch = Batch.objects.filter(wave__number=1).order_by("number")[0]
        return may_go_on(book, batch, action, timezone.now())


def test_no_batch_begins_in_a_wave_that_was_not_opened_yet(operation: Operation) -> None:
    canaries(operation, "completed", ended_at=timezone.now())
    assert not may(operation)
    step(operation)
    assert Wave.objects.get(number=1).state == WaveState.RUNNING
    assert may(operation)


def test_failures_in_the_rows_hold_back_what_has_not_begun(operation: Operation) -> None:
    """Also while the turn of the whole, which would halt it, has not come."""
    Wave.objects.filter(number=0).update(state=WaveState.COMPLETED)
    Wave.objects.filter(number=1).update(state=WaveState.RUNNING)
    canaries(operation, "completed", ended_at=timezone.now())
    create = a.CreateStrategy(None, "edge-2", 1)
    assert may(operation)
    assert may(operation, create)
    canaries(operation, "failed", error="Its software sync status is out-of-sync.")
    assert Campaign.objects.get().stop_reason == ""
    assert not may(operation)
    assert not may(operation, create)


def test_nothing_begins_while_the_turns_of_the_whole_fail(operation: Operation) -> None:
    canaries(operation, "completed", ended_at=timezone.now())
    step(operation)
    assert may(operation)
    Job.objects.filter(operation=operation, controller=None).update(failures=1)
    assert not may(operation)


def test_canaries_of_which_none_ran_pause_it_once(operation: Operation) -> None:
    canaries(operation, "cancelled", cause="held", error="Alarm 100.101 stands.")
    Batch.objects.filter(wave__number=0).update(ended_at=timezone.now() - timedelta(minutes=1))
    step(operation)
    assert operation.held
    entry = AuditEntry.objects.get(verb="operation.hold")
    assert entry.actor == "campaign"
    assert "None of the 2 canaries was worked on" in entry.detail["reason"]
    assert "edge" not in entry.detail["reason"]
    control.hold(operation.pk, held=False, actor=OLGA, now=timezone.now())
    step(operation)
    assert not operation.held
    assert may(operation)


def test_one_canary_that_ran_is_enough(operation: Operation) -> None:
    canaries(operation, "cancelled", cause="held", error="Alarm 100.101 stands.")
    one = Target.objects.filter(in_campaign__batch__wave__number=0)[0]
    Target.objects.filter(pk=one.pk).update(state=TargetState.COMPLETED, cause="", error="")
    step(operation)
    assert not operation.held
