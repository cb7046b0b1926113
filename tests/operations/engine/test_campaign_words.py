"""What a person says about a batch while the engine looks upstream, which may take a minute."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from operations.campaigns.actions import Decision, Wait
from operations.campaigns.batch import Look, Memory
from operations.engine import jobs
from operations.engine.campaign import commit
from operations.engine.campaign.book import Book, open_book
from operations.models import Batch, Job
from operations.services import campaign_control
from sites.services.actors import Actor
from tests.operations.views.campaigns.made import begin, make_campaign
from tests.sites.world import make_world


@pytest.fixture
def book(db: Any) -> Book:
    world = make_world()
    operation = make_campaign(world)
    begin(operation, world)
    return open_book(operation.pk)


def write(book: Book, batch: Batch) -> None:
    """It waits for the strategy in the slot; so it decided when it looked."""
    now = timezone.now()
    Job.objects.all().delete()
    Job.objects.create(operation=book.operation, controller=batch.controller, next_at=now - timedelta(seconds=1))
    (claim,) = jobs.claim(now, 1, each=1)
    decision = Decision(Wait(timedelta(seconds=15), "foreign", "Is it ours?"), (), Memory())
    commit.write(claim, book, batch, (decision, Look(at=now, strategy=None)), [], 0, now)


def test_the_word_stands_and_what_was_decided_without_it_does_not(book: Book) -> None:
    batch = book.batches[min(book.batches)]
    campaign_control.settle_strategy(batch.pk, 41, Actor("olga", "10.9.9.9"), timezone.now(), ours=True)
    with pytest.raises(commit.NotNowError):
        write(book, batch)
    batch = open_book(book.operation.pk).batches[batch.number]
    write(book, batch)
    kept = Batch.objects.get(pk=batch.pk)
    assert (kept.confirmed_id, kept.message) == (41, "Is it ours?")


def test_the_engine_writes_no_word_of_a_person() -> None:
    columns = {field.attname for field in Batch._meta.fields}
    assert set(commit.OURS) <= columns
    assert not set(commit.OURS) & set(commit.SAID)
