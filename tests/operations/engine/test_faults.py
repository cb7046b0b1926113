"""Faults of the portal itself: a job that faults again and again says so where people look, and goes on by itself."""

from typing import Any

import pytest
from django.utils import timezone

from events.models import Event
from operations.campaigns.batch import Controls, Memory
from operations.campaigns.reading import UnreadableError
from operations.choices import OperationState
from operations.engine import conduct, drive, jobs, run
from operations.engine.campaign import drive as campaign_drive
from operations.engine.campaign.book import open_book
from operations.engine.campaign.records import view_of
from operations.engine.faults import SHOWN_FROM
from operations.models import Batch, BatchIntent, Job, Operation, Target
from tests.operations.asked import make_operation
from tests.operations.views.campaigns.made import begin, make_campaign
from tests.sites.world import World

pytestmark = pytest.mark.django_db


def fault() -> None:
    """One step of the job that is there, in which nothing works."""
    Job.objects.update(next_at=timezone.now())
    (claim,) = jobs.claim(timezone.now(), 10, 10)
    with pytest.raises(ZeroDivisionError):
        run.step(claim.job_id, claim.token)


def broken(*_: Any) -> None:
    raise ZeroDivisionError("with a secret in its text")


def test_the_job_of_an_operation(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    operation = make_operation(world, ["waiting"])
    Job.objects.create(operation=operation, next_at=timezone.now())
    with monkeypatch.context() as patch:
        patch.setattr(conduct, "conduct", broken)
        for _ in range(SHOWN_FROM - 1):
            fault()
        operation.refresh_from_db()
        assert operation.state_reason == ""
        fault()
    operation.refresh_from_db()
    assert f"fault here (ZeroDivisionError), {SHOWN_FROM} times in a row" in operation.state_reason
    assert "secret" not in operation.state_reason
    assert Event.objects.get(kind="operation.changed").data["fields"] == {"state_reason": operation.state_reason}
    assert Job.objects.get().failures == SHOWN_FROM
    Job.objects.update(next_at=timezone.now())
    (claim,) = jobs.claim(timezone.now(), 10, 10)
    run.step(claim.job_id, claim.token)
    assert Operation.objects.get().state_reason == ""  # it goes on, and says so


def test_the_job_of_a_target(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    operation = make_operation(world, ["running"])
    Job.objects.create(operation=operation, target=operation.targets.get(), next_at=timezone.now())
    monkeypatch.setattr(drive, "view_of", broken)
    for _ in range(SHOWN_FROM):
        fault()
    assert "fault here (ZeroDivisionError)" in Target.objects.get().message
    assert Event.objects.get(kind="target.changed").data["message"] == Target.objects.get().message


def test_what_is_over_keeps_its_reason(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    operation = make_operation(world, ["failed"], state=OperationState.FAILED_TEMP, state_reason="two failed")
    Job.objects.create(operation=operation, next_at=timezone.now())
    monkeypatch.setattr(conduct, "step", broken)
    for _ in range(SHOWN_FROM):
        fault()
    assert Operation.objects.get().state_reason == "two failed"


def test_the_job_of_a_campaign_at_a_controller(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    operation = make_campaign(world)
    begin(operation, world)
    batch = Batch.objects.filter(wave__campaign=operation.pk).order_by("number")[0]
    Job.objects.all().delete()
    Job.objects.create(operation=operation, controller=batch.controller, next_at=timezone.now())
    monkeypatch.setattr(campaign_drive, "open_book", broken)
    for _ in range(SHOWN_FROM):
        fault()
    batch.refresh_from_db()
    assert "fault here (ZeroDivisionError)" in batch.message
    assert Event.objects.filter(kind="campaign.changed").latest("id").data["message"] == batch.message


def test_a_word_that_another_version_wrote_is_told(world: World) -> None:
    operation = make_campaign(world)
    batch = Batch.objects.filter(wave__campaign=operation.pk).order_by("number")[0]
    BatchIntent.objects.create(batch=batch, number=1, attempt=1, verb="teleport", created_at=timezone.now())
    book = open_book(operation.pk)
    with pytest.raises(UnreadableError, match="teleport"):
        view_of(book, book.batches[batch.number], Memory(), Controls())
