"""Many targets that end at once end as each would by itself."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events.models import Event
from operations.choices import TargetState
from operations.engine.commit import stop
from operations.engine.stopping import stop_all
from operations.models import Attempt, Operation, PhaseSpan, RunSecret, Target
from tests.sites.world import World, make_world

ENDED = ("state", "ended_at", "error", "cause", "message", "stuck")


@pytest.fixture
def world(db: Any) -> World:
    return make_world()


def make_targets(world: World, how_many: int) -> list[Target]:
    """At work, each in the middle of a phase of its second attempt, with a secret."""
    operation = Operation.objects.create(kind="campaign", title="x", requester_name="ann", created_at=world.now)
    made = []
    for number in range(how_many):
        target = Target.objects.create(
            operation=operation, number=number, name=f"t-{number}", controller=world.controllers[0], steps=["campaign"],
            state=TargetState.RUNNING, attempt=2, message="works", stuck=True,
        )  # fmt: skip
        for attempt in (1, 2):
            row = Attempt.objects.create(
                target=target, number=attempt, verb="x", requester_name="x", began_at=world.now
            )
            PhaseSpan.objects.create(attempt=row, phase="p", began_at=world.now + timedelta(hours=attempt - 1))
        RunSecret.objects.create(operation=operation, target=target, name="n", sealed=b"-", erase_at=world.now)
        made.append(target)
    return made


def left(target: Target) -> tuple[Any, ...]:
    attempts = list(
        Attempt.objects.filter(target=target).values_list("number", "ended_at", "outcome", "error", "cause")
    )
    phases = PhaseSpan.objects.filter(attempt__target=target).order_by("pk").values_list("ended_at", "completed")
    secrets = RunSecret.objects.filter(target=target).count()
    return tuple(getattr(target, name) for name in ENDED), attempts, list(phases), secrets


@pytest.mark.parametrize("state", [TargetState.CANCELLED, TargetState.COMPLETED])
def test_as_each_by_itself(world: World, state: TargetState) -> None:
    one, other = make_targets(world, 2)
    now = world.now + timedelta(minutes=30)  # before the second phase began, by a clock that was set back
    stop(one, state, now, error="Enough.", cause="not-run")
    one.save()
    stop_all(Target.objects.filter(pk=other.pk), state, now, error="Enough.", cause="not-run")
    other.refresh_from_db()
    assert left(one) == left(other)
    assert other.ended_at == now


@pytest.mark.parametrize("many", [1, 60])
def test_in_as_many_statements_whatever_their_number_and_each_is_told_of(world: World, many: int) -> None:
    made = make_targets(world, many)
    with CaptureQueriesContext(connection) as captured, transaction.atomic():
        stop_all(Target.objects.all(), TargetState.CANCELLED, timezone.now(), error="", cause="")
    assert len(captured) <= 10
    told = Event.objects.filter(kind="target.changed")
    assert set(told.values_list("subject", flat=True)) == {f"target:{target.pk}" for target in made}
    assert {event.data["state"] for event in told} == {"cancelled"}


def test_nothing_to_stop_is_nothing(world: World) -> None:
    stop_all(Target.objects.none(), TargetState.CANCELLED, timezone.now(), error="", cause="")
    assert not Event.objects.filter(kind="target.changed").exists()
