"""What people say while a turn looks upstream counts before the next thing starts."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from events.models import AuditEntry
from operations.choices import OperationState, Outcome, TargetState
from operations.engine.campaign.book import open_book
from operations.engine.campaign.said import said_otherwise
from operations.models import Batch, BatchIntent, Campaign, CampaignTarget, Operation, Target
from operations.services import campaign_control, campaign_sites, control
from operations.services.start import NotNowError
from sites.services.actors import Actor
from tests.operations.engine.test_campaign_ends import step
from tests.operations.views.campaigns.made import begin, make_campaign
from tests.sites.world import World, make_world

OLGA = Actor("olga", "10.9.9.9")


@pytest.fixture
def world(db: Any) -> World:
    return make_world()


@pytest.fixture
def operation(world: World) -> Operation:
    found = make_campaign(world)
    begin(found, world)
    Target.objects.update(state=TargetState.WAITING)
    return found


def first_site(operation: Operation) -> Target:
    book = open_book(operation.pk)
    row = book.sites[book.members[min(book.batches)][0]].row
    return Target.objects.get(pk=row.pk)


def pause(operation: Operation) -> None:
    control.hold(operation.pk, True, OLGA, timezone.now())


def end_it(operation: Operation) -> None:
    campaign_control.abort(operation.pk, "no more of this", OLGA, timezone.now())


def hold(operation: Operation) -> None:
    campaign_sites.hold_site(first_site(operation).pk, "its roof leaks", OLGA, timezone.now())


def skip(operation: Operation) -> None:
    campaign_sites.skip_site(first_site(operation).pk, "it is torn down", OLGA, timezone.now())


def expire(operation: Operation) -> None:
    Campaign.objects.filter(pk=operation.pk).update(approval_expires_at=timezone.now() - timedelta(seconds=1))


@pytest.mark.parametrize("say", [pause, end_it, hold, skip, expire])
def test_the_word_of_a_person_is_heard(operation: Operation, say: Callable[[Operation], None]) -> None:
    book = open_book(operation.pk)
    batch = book.batches[min(book.batches)]
    assert not said_otherwise(book, batch, timezone.now())
    say(operation)
    assert said_otherwise(book, batch, timezone.now())


def started(operation: Operation, outcome: Outcome) -> Target:
    """The first site, whose batch was asked to apply its strategy."""
    target = first_site(operation)
    batch = CampaignTarget.objects.get(pk=target.pk).batch
    assert batch is not None
    Batch.objects.filter(pk=batch.pk).update(progress={"attempt": 2, "roster": [{"site": target.cloud_id}]})
    BatchIntent.objects.create(
        batch=batch, number=1, attempt=2, verb="apply", outcome=outcome, created_at=timezone.now()
    )
    return target


@pytest.mark.parametrize("outcome", [Outcome.PENDING, Outcome.UNKNOWN, Outcome.ACCEPTED, Outcome.EFFECTIVE])
@pytest.mark.parametrize("say", [hold, skip])
def test_a_site_whose_strategy_is_started_cannot_be_taken_out(
    operation: Operation, outcome: Outcome, say: Callable[[Operation], None]
) -> None:
    target = started(operation, outcome)
    with pytest.raises(NotNowError, match="has been started"):
        say(operation)
    target.refresh_from_db()
    assert target.state == TargetState.WAITING


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.LOST, Outcome.UNSENT])
def test_where_the_start_came_to_nothing_it_can(operation: Operation, outcome: Outcome) -> None:
    started(operation, outcome)
    skip(operation)
    assert first_site(operation).state == TargetState.CANCELLED


def test_an_approval_that_runs_out_while_it_is_paused_is_none(operation: Operation) -> None:
    pause(operation)
    expire(operation)
    step(operation)
    operation.refresh_from_db()
    assert Campaign.objects.get(pk=operation.pk).stop_reason.startswith("Its approval expired")
    assert AuditEntry.objects.filter(verb="campaign.halt", subject=f"operation:{operation.pk}").exists()


def test_an_approval_has_served_once_something_was_started(operation: Operation) -> None:
    started(operation, Outcome.EFFECTIVE)
    expire(operation)
    step(operation)
    operation.refresh_from_db()
    assert operation.state == OperationState.PROCESSING
    assert not Campaign.objects.get(pk=operation.pk).stop_reason
