"""A campaign that should have begun at night, and a portal that was away until noon."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from events.models import AuditEntry
from operations.campaign_deeds import paused
from operations.choices import OperationState, WaveState
from operations.engine.campaign.missed import MISSED
from operations.models import Campaign, Operation, Wave
from operations.services import control
from sites.services.actors import Actor
from tests.operations.engine.test_campaign_ends import step
from tests.operations.views.campaigns.made import RULES, approve, make_campaign
from tests.sites.world import World, make_world

NIGHTS = {"name": "Nights", "weekdays": list(range(7)), "start": "00:00", "minutes": 1440}


@pytest.fixture
def world(db: Any) -> World:
    return make_world()


def started(world: World, late: timedelta, **ask: Any) -> Operation:
    """Approved and started yesterday, to begin so long ago."""
    found = make_campaign(world, **ask)
    approve(found, world)
    Operation.objects.update(state=OperationState.PROCESSING, started_at=world.now - timedelta(days=1))
    Campaign.objects.update(not_before=timezone.now() - late)
    return found


def test_a_start_that_was_missed_is_asked_about_and_once(world: World) -> None:
    operation = started(world, timedelta(hours=11))
    step(operation)
    assert operation.held
    entry = AuditEntry.objects.get(verb="operation.hold")
    assert entry.actor == "campaign"
    assert "It should have begun" in entry.detail["reason"]
    control.hold(operation.pk, False, Actor("olga", "10.9.9.9"), timezone.now())
    step(operation)
    assert not operation.held


@pytest.mark.parametrize("late", [timedelta(0), MISSED / 2])
def test_a_few_minutes_are_none(world: World, late: timedelta) -> None:
    operation = started(world, late)
    step(operation)
    assert not operation.held
    assert Wave.objects.filter(state=WaveState.RUNNING).exists()


def test_where_windows_say_when_it_goes_on_by_them(world: World) -> None:
    operation = started(world, timedelta(hours=11), rules=RULES | {"windows": [NIGHTS]})
    step(operation)
    assert not operation.held


def test_an_approval_that_expired_before_it_began_is_none(world: World) -> None:
    operation = started(world, timedelta(hours=11))
    Campaign.objects.update(approval_expires_at=timezone.now() - timedelta(hours=1))
    step(operation)
    assert operation.state == OperationState.FAILED_TEMP
    assert "Its approval expired" in operation.state_reason
    assert AuditEntry.objects.filter(verb="campaign.halt").exists()


def test_whoever_asks_is_told_why(world: World) -> None:
    operation = started(world, timedelta(hours=11))
    step(operation)
    who, _, reason = paused(operation.pk) or ("", None, "")
    assert who == "campaign"
    assert reason.startswith("It should have begun")
