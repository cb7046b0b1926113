"""What the engine writes down of the groups that a batch makes: as a campaign's own, and who renamed them is told."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from operations.campaign_deeds import deed, entries_of, why
from operations.campaigns.actions import Action, Decision, DeleteGroup, Wait
from operations.campaigns.batch import Controls, Look, Member, Memory, OwnGroup
from operations.engine import jobs
from operations.engine.campaign import commit, own_groups
from operations.engine.campaign.book import open_book
from operations.engine.campaign.records import view_of
from operations.models import Batch, Job, Operation
from sites.ingest import made_groups
from starlingx.records import SubcloudGroup
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


NAME, THEIRS = "dcportal-7-1-1", "somebody-liked-this-better"


def first(operation: Operation) -> Batch:
    book = open_book(operation.pk)
    return book.whole(min(book.batches))


def write(operation: Operation, called: str, action: Action) -> OwnGroup:
    """A turn that sees the group by that name."""
    Job.objects.all().delete()
    Job.objects.create(operation=operation, next_at=timezone.now() - timedelta(seconds=1))
    now = timezone.now()
    (claim,) = jobs.claim(now, 1, each=1)
    group = SubcloudGroup(10, called, "x", "parallel", 2, None, operation.created_at, None)
    own = OwnGroup(10, NAME, operation.created_at, "" if called == NAME else called)
    decision = Decision(action, (), Memory(groups=(own,), applied=True))
    seen, book = Look(at=now, strategy=None, groups=(group,)), open_book(operation.pk)
    commit.write(claim, book, book.whole(min(book.batches)), (decision, seen), [], 0, now)
    return own


def test_it_is_nobodys_home_from_when_it_is_seen(operation: Operation) -> None:
    batch = first(operation)
    assert made_groups(batch.controller_id) == {}
    write(operation, THEIRS, DeleteGroup(10))
    assert made_groups(batch.controller_id) == {10: operation.created_at}
    book = open_book(operation.pk)
    assert view_of(book, batch, Memory(), Controls()).passing == {10: operation.created_at}


def test_who_renames_it_is_told_of_once(operation: Operation) -> None:
    write(operation, NAME, DeleteGroup(10))
    assert first(operation).message == ""
    write(operation, THEIRS, DeleteGroup(10))
    assert first(operation).message == own_groups.RENAMED.format(name=NAME, renamed=THEIRS)
    write(operation, THEIRS, Wait(timedelta(seconds=15), "again", "It cannot be deleted"))
    assert first(operation).message == "It cannot be deleted"
    (entry,) = entries_of(operation.pk).filter(verb="campaign.group_renamed")
    assert deed(entry.verb, entry.outcome, entry.detail).endswith(f"its group {NAME}")
    assert THEIRS in why(entry.detail)


def test_strategies_of_other_batches_are_known_while_the_slot_is_waited_for(operation: Operation) -> None:
    book = open_book(operation.pk)
    mine = book.whole(min(book.batches))
    other = Batch.objects.exclude(pk=mine.pk)[0]
    Batch.objects.filter(pk=other.pk).update(strategy_id=41, state="running", controller=mine.controller)
    assert view_of(book, mine, Memory(), Controls()).others == {41: operation.pk}
    assert view_of(book, mine, Memory(roster=(Member(1, 1, "edge-0", 1),)), Controls()).others == {}
    Batch.objects.filter(pk=other.pk).update(state="completed")
    assert view_of(book, mine, Memory(), Controls()).others == {}
