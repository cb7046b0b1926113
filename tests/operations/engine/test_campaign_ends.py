"""How a campaign stops and ends: by itself or by somebody, at what time, and with which numbers."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from events.models import AuditEntry
from operations.choices import BatchState, OperationState, TargetState
from operations.engine import jobs
from operations.engine.campaign import conduct
from operations.engine.campaign.halting import CAMPAIGN
from operations.models import Batch, Campaign, Job, Operation, Target
from operations.services import campaign_control
from sites.services.actors import Actor
from tests.operations.views.campaigns.made import begin, make_campaign, set_site
from tests.sites.world import World, make_world


@pytest.fixture
def world(db: Any) -> World:
    return make_world()


@pytest.fixture
def operation(world: World) -> Operation:
    """The canaries edge-0 and edge-1 are at work."""
    found = make_campaign(world)
    begin(found, world)
    return found


def step(operation: Operation) -> None:
    """One turn of the job of the whole campaign."""
    Job.objects.all().delete()
    job = Job.objects.create(operation=operation, next_at=timezone.now() - timedelta(seconds=1))
    (claim,) = jobs.claim(timezone.now(), 1, each=1)
    conduct.step(claim, job)
    operation.refresh_from_db()


def ran(operation: Operation, *states: str) -> None:
    """The canaries have ended so, and their batches are over."""
    for at, state in enumerate(states):
        set_site(operation, f"edge-{at}", state, error="VIM strategy failed" if state == "failed" else "")
    Batch.objects.filter(wave__number=0).update(
        state=BatchState.COMPLETED, ended_at=timezone.now(), progress={"roster": []}
    )


def abort(operation: Operation, world: World) -> None:
    campaign_control.abort(operation.pk, "Smoke in the hall", Actor("olga", "10.9.9.9"), world.now)


@pytest.mark.parametrize("states", [("completed", "completed"), ("completed", "failed"), ("ready", "ready")])
def test_whoever_aborts_it_ends_it_as_aborted_with_its_numbers(
    operation: Operation, world: World, states: tuple[str, str]
) -> None:
    ran(operation, *states)
    abort(operation, world)
    step(operation)
    assert operation.state == OperationState.ABORTED
    assert operation.ended_at is not None
    assert operation.state_reason.startswith("Stopped by olga: Smoke in the hall")
    unrun = Target.objects.filter(operation=operation, state=TargetState.CANCELLED).count()
    assert f"{unrun} not run" in operation.state_reason
    assert ("1 failed" in operation.state_reason) is ("failed" in states)


def test_an_abort_says_when_and_by_whom(operation: Operation, world: World) -> None:
    abort(operation, world)
    campaign = Campaign.objects.get()
    assert (campaign.stopped_by, campaign.stopped_at) == ("olga", world.now)


def test_it_halts_itself_at_a_time_and_the_audit_has_it(operation: Operation) -> None:
    Campaign.objects.update(rules=Campaign.objects.get().rules | {"failures": {"count": 0}})
    ran(operation, "completed", "failed")
    before = timezone.now()
    step(operation)
    campaign = Campaign.objects.get()
    assert campaign.stop_reason
    assert campaign.stopped_at is not None
    assert before <= campaign.stopped_at <= timezone.now()
    assert campaign.stopped_by == ""
    entry = AuditEntry.objects.get(verb="campaign.halt")
    assert (entry.actor, entry.subject, entry.at) == (CAMPAIGN, f"operation:{operation.pk}", campaign.stopped_at)
    assert entry.detail["reason"] == campaign.stop_reason
    assert operation.state == OperationState.FAILED_TEMP


def test_a_halt_is_no_completion_though_all_failures_are_excused_since(operation: Operation) -> None:
    Campaign.objects.update(stop_reason="Canaries: 1 of 2 sites failed", stopped_at=timezone.now())
    ran(operation, "completed", "completed")
    step(operation)
    assert operation.state == OperationState.FAILED_TEMP
    assert operation.state_reason == "Canaries: 1 of 2 sites failed"


def test_what_never_ran_names_no_other_site(operation: Operation) -> None:
    """Its rows are read by whoever sees that one site."""
    Campaign.objects.update(stop_reason="Canaries: 1 of 2 sites failed: edge-0 (x)", stopped_at=timezone.now())
    ran(operation, "failed", "completed")
    step(operation)
    unrun = Target.objects.filter(operation=operation, state=TargetState.CANCELLED)
    assert unrun.count() == 2
    assert not any("edge-0" in text for text in unrun.values_list("error", flat=True))
    assert not any("edge-0" in text for text in Batch.objects.values_list("message", flat=True))
