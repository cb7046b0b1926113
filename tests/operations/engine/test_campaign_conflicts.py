"""Two that write at once: who comes second decides again. What else the database refuses is a fault of ours."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from django.utils import timezone

from operations.campaigns.actions import Action, Begin, Decision, DeleteGroup
from operations.campaigns.batch import Look, Member, Memory, Verb
from operations.choices import TargetState
from operations.engine import jobs
from operations.engine.campaign import commit
from operations.engine.campaign.book import open_book
from operations.engine.campaign.orders import Order
from operations.models import BatchIntent, Job, Operation, Target
from tests.operations.views.campaigns.made import begin, make_campaign
from tests.sites.world import World, make_world


@pytest.fixture
def world(db: Any) -> World:
    return make_world()


@pytest.fixture
def operation(world: World) -> Operation:
    found = make_campaign(world)
    begin(found, world)
    return found


def write(operation: Operation, action: Action, roster: tuple[Member, ...], orders: list[Order]) -> None:
    now = timezone.now()
    Job.objects.all().delete()
    Job.objects.create(operation=operation, next_at=now - timedelta(seconds=1))
    (claim,) = jobs.claim(now, 1, each=1)
    book = open_book(operation.pk)
    batch = book.batches[min(book.batches)]
    decision, look = Decision(action, (), Memory(roster=roster)), Look(at=now, strategy=None)
    commit.write(claim, book, batch, (decision, look), orders, batch.intents.count(), now)


def test_a_site_that_something_else_works_on_is_waited_for(
    operation: Operation, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = open_book(operation.pk)
    number = min(book.batches)
    sites = [book.sites[pk] for pk in book.members[number]]
    Target.objects.filter(pk__in=[site.row.pk for site in sites]).update(state=TargetState.READY)
    other = Operation.objects.create(kind="backup", title="Other", requester_name="ann", created_at=world.now)
    Target.objects.create(
        operation=other, number=1, cloud_id=sites[0].cloud_id, controller=world.controllers[0], name=sites[0].name,
        state=TargetState.RUNNING,
    )  # fmt: skip
    roster = tuple(Member(site.cloud_id, site.dcmanager_id, site.name, 1) for site in sites)
    with pytest.raises(commit.NotNowError):
        write(operation, Begin(roster), roster, [])
    monkeypatch.setattr(commit, "ONE_AT_A_TIME", "another")
    with pytest.raises(IntegrityError):  # it is that constraint which said so
        write(operation, Begin(roster), roster, [])


def test_a_number_that_is_used_twice_is_a_fault(operation: Operation, world: World) -> None:
    book = open_book(operation.pk)
    batch = book.batches[min(book.batches)]
    BatchIntent.objects.create(
        batch=batch, number=2, attempt=1, verb=Verb.MOVE, outcome="effective", created_at=world.now
    )
    order = Order(Verb.DELETE_GROUP, lambda dcmanager: dcmanager.delete_group(10), meant=10)
    with pytest.raises(IntegrityError):
        write(operation, DeleteGroup(10), (), [order])
