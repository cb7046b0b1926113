"""Operations as the pages show them, written straight into the tables."""

from datetime import datetime, timedelta
from typing import Any

from operations.choices import OperationState, TargetState
from operations.models import Attempt, Intent, Operation, PhaseSpan, Target
from tests.sites.world import World


def make_operation(world: World, states: list[str], **values: Any) -> Operation:
    """An operation with a target in each of `states`, on the clouds of the world in turn (each once), then on none."""
    usual: dict[str, Any] = {
        "kind": "backup", "title": f"Back up: {len(states)} subclouds", "state": OperationState.PROCESSING,
        "controller": world.controllers[0], "requester_name": "operator", "created_at": world.now,
        "started_at": world.now, "plan_hash": "0123456789abcdef" * 4,
    }  # fmt: skip
    operation = Operation.objects.create(**usual | values)
    for at, state in enumerate(states):
        make_target(operation, world, at, state)
    return operation


def make_target(operation: Operation, world: World, at: int, state: str, **values: Any) -> Target:
    """The target with number at + 1, with an attempt where it has begun."""
    cloud = world.clouds[at] if at < len(world.clouds) else None
    place: dict[str, Any] = {"controller": world.controllers[0], "group": world.groups[0], "region": "Brazil"}
    if cloud is not None:
        place = {"cloud": cloud, "controller": cloud.controller, "group": cloud.group, "region": cloud.region}
    usual: dict[str, Any] = {
        "number": at + 1, "name": cloud.name if cloud else f"new-{at}", "state": state, "steps": ["backup"],
        "profile": "AIO-SX", "deploy_status": "complete",
    }  # fmt: skip
    target = Target.objects.create(operation=operation, **usual | place | values)
    if state in (TargetState.RUNNING, TargetState.FAILED, TargetState.COMPLETED, TargetState.HELD):
        began = world.now - timedelta(minutes=3)
        Target.objects.filter(pk=target.pk).update(attempt=1, started_at=began, seen_at=world.now)
        attempt = Attempt.objects.create(target=target, number=1, verb="backup", requester_name="x", began_at=began)
        PhaseSpan.objects.create(attempt=attempt, phase="installing", profile="AIO-SX", began_at=began)
        Intent.objects.create(target=target, attempt=1, number=1, verb="backup", step="backup", created_at=began)
    return target


def in_minutes(now: datetime, minutes: float) -> datetime:
    return now + timedelta(minutes=minutes)
