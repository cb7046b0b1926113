"""The end of a campaign is reckoned anew while it runs, from its rows."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from operations.choices import BatchState, TargetState
from operations.engine import jobs
from operations.engine.campaign import conduct
from operations.engine.campaign.book import open_book
from operations.engine.campaign.foresight import EVERY, UNKNOWN, foreseen, note
from operations.models import Batch, Campaign, Job, Operation, Target, Wave
from tests.operations.views.campaigns.made import begin, make_campaign
from tests.sites.world import World, make_world


@pytest.fixture
def world(db: Any) -> World:
    return make_world()


def test_it_moves_on_with_the_campaign(world: World, django_assert_max_num_queries: Any) -> None:
    operation = make_campaign(world)
    begin(operation, world)
    later = world.now + timedelta(days=3)
    book = open_book(operation.pk)
    assert foreseen(book, world.now + EVERY / 2) == {}  # it is young enough
    with django_assert_max_num_queries(14):
        told = foreseen(book, later)
    assert later < told["eta_p50"] < told["eta_p90"]
    note(book, told)
    assert Campaign.objects.get().eta_at == later
    assert foreseen(open_book(operation.pk), later + EVERY / 2) == {}


def test_the_less_is_left_the_sooner_it_ends(world: World) -> None:
    operation = make_campaign(world)
    begin(operation, world)
    later = world.now + timedelta(days=3)
    whole = foreseen(open_book(operation.pk), later)["eta_p50"]
    Target.objects.filter(name__in=("edge-0", "edge-1")).update(state=TargetState.COMPLETED)
    Batch.objects.filter(wave__number=0).update(state=BatchState.COMPLETED, ended_at=world.now)
    part = foreseen(open_book(operation.pk), later)["eta_p50"]
    assert later < part < whole
    Campaign.objects.update(stop_reason="enough")
    assert foreseen(open_book(operation.pk), later)["eta_p50"] == later


def test_the_job_of_the_whole_writes_it_down(world: World) -> None:
    operation = make_campaign(world)
    begin(operation, world)
    Job.objects.all().delete()
    job = Job.objects.create(operation=operation, next_at=world.now)
    Campaign.objects.update(eta_at=world.now - EVERY * 2, eta_p50=None)
    (claim,) = jobs.claim(timezone.now(), 1, each=1)
    conduct.step(claim, job)
    campaign = Campaign.objects.get()
    assert campaign.eta_p50 is not None
    assert campaign.eta_at is not None
    assert campaign.eta_at >= world.now


def test_a_fault_of_ours_is_told_and_stops_nothing(world: World) -> None:
    operation = make_campaign(world)
    begin(operation, world)
    Wave.objects.filter(number=0).update(failures={"count": -1})  # which no plan has
    told = foreseen(open_book(operation.pk), world.now + timedelta(hours=1))
    assert (told["eta_p50"], told["eta_note"]) == (None, UNKNOWN)


def test_a_pause_is_told_beside_it(world: World) -> None:
    operation = make_campaign(world)
    begin(operation, world)
    Operation.objects.update(held=True)
    told = foreseen(open_book(operation.pk), world.now + timedelta(hours=1))
    assert told["eta_note"].startswith("It is paused")
