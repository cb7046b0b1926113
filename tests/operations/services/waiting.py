"""A campaign whose first wave is over and soaked, and whose next waits for its approval."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from operations.choices import BatchState, TargetState
from operations.models import Batch, Operation, Target, Wave
from tests.operations.engine.test_campaign_ends import step
from tests.operations.views.campaigns.made import RULES, begin, make_campaign
from tests.sites.world import World

EACH_WAVE: dict[str, Any] = {**RULES, "approvals": "each-wave"}


def finish(operation: Operation, number: int, ago: timedelta = timedelta(hours=9)) -> None:
    """The wave's sites are done, since so long."""
    at = timezone.now() - ago
    of_wave = {"operation": operation, "in_campaign__batch__wave__number": number}
    Target.objects.filter(**of_wave).update(state=TargetState.COMPLETED, ended_at=at)
    batches = Batch.objects.filter(wave__campaign=operation.pk, wave__number=number)
    batches.update(state=BatchState.COMPLETED, ended_at=at, progress={})


def make_waiting(world: World, **rules: Any) -> Operation:
    """Canaries are done; wave 1 (Brazil) waits, wave 2 (Europe) comes behind it."""
    operation = make_campaign(world, rules=EACH_WAVE | rules)
    begin(operation, world)
    finish(operation, 0)
    step(operation)
    return operation


def wave(operation: Operation, number: int) -> Wave:
    return Wave.objects.get(campaign=operation.pk, number=number)
