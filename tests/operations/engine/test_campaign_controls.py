"""What the state of sites says about a batch: who is held, and for whom it waits, and how long."""

from datetime import timedelta
from typing import Any

import pytest

from operations.campaign_facts.durations import durations_of
from operations.campaign_facts.sites import campaign_sites
from operations.campaigns.batch import Controls, Memory
from operations.campaigns.patience import FACTS, NO_END
from operations.choices import TargetState
from operations.engine.campaign.book import Book, open_book
from operations.engine.campaign.controls import JOINED, OTHER_WORK, controls_of
from operations.models import Batch, CampaignTarget, Operation, Target
from sites.choices import Facet
from sites.models import Cloud, CollectorBeat, FacetState
from tests.operations.views.campaigns.made import make_campaign
from tests.sites.world import World, make_world


@pytest.fixture
def world(db: Any) -> World:
    return make_world()


@pytest.fixture
def operation(world: World) -> Operation:
    return make_campaign(world)


def controls(operation: Operation, world: World, **later: Any) -> tuple[int, Controls]:
    """A site of the first batch, and what is said of that batch."""
    book = open_book(operation.pk)
    batch = book.batches[min(book.batches)]
    told = controls_of(book, batch, Memory(), "", world.now + timedelta(**later))
    return book.members[batch.number][0], told


def test_of_a_site_that_is_fit_nothing_is_said(operation: Operation, world: World) -> None:
    _, told = controls(operation, world)
    assert (dict(told.held), dict(told.patience)) == ({}, {})


def test_statuses_that_grew_old_are_waited_for(operation: Operation, world: World) -> None:
    FacetState.objects.filter(facet=Facet.SUBCLOUD).update(observed_at=world.now - timedelta(minutes=4))
    site, told = controls(operation, world)
    assert "wait for a fresh look" in told.held[site]
    assert set(told.patience.values()) == {FACTS}


def test_a_controller_that_tells_nothing_is_waited_for_without_end(operation: Operation, world: World) -> None:
    CollectorBeat.objects.update(t0_at=world.now - timedelta(minutes=10))
    _, told = controls(operation, world)
    assert told.patience == dict.fromkeys(told.held, NO_END)


def test_another_operation_at_the_site_is_waited_for(operation: Operation, world: World) -> None:
    site, _ = controls(operation, world)
    cloud = Cloud.objects.get(pk=site)
    other = Operation.objects.create(kind="backup", title="Backup", requester_name="ben", created_at=world.now)
    Target.objects.create(operation=other, number=1, cloud=cloud, name=cloud.name, state=TargetState.RUNNING)
    site, told = controls(operation, world)
    assert "Backup" in told.held[site]
    assert told.patience == {site: OTHER_WORK}


def test_whoever_holds_a_site_is_not_waited_out(operation: Operation, world: World) -> None:
    FacetState.objects.filter(facet=Facet.SUBCLOUD).update(observed_at=world.now - timedelta(minutes=4))
    CampaignTarget.objects.update(held_by="ann", hold_reason="I look at it.")
    site, told = controls(operation, world)
    assert told.held[site] == "I look at it."
    assert told.patience == {}


def test_windows_are_judged_by_the_durations_of_the_plan(operation: Operation, world: World) -> None:
    """To another major release takes hours, a patch one: whoever began by the shorter would not end in its window."""
    book = open_book(operation.pk)
    (patch,) = lasting(book)
    Cloud.objects.update(software_version="26.03")
    facts = campaign_sites(book.sites, world.now).values()
    planned = durations_of(facts, book.rules.spec)
    assert lasting(open_book(operation.pk)) == {told.p90 for told in planned.values()} != {patch}


def lasting(book: Book) -> set[timedelta]:
    return {kind.lasting for kinds in book.alike.values() for kind in kinds}


def test_a_site_that_joined_a_peer_group_since_is_not_moved(operation: Operation, world: World) -> None:
    site, _ = controls(operation, world)
    Cloud.objects.filter(pk=site).update(peer_group_id=1)
    _, told = controls(operation, world)
    assert told.held == {site: JOINED.sentence}
    assert not told.patience[site]
    Batch.objects.update(alone=True)
    _, told = controls(operation, world)
    assert not told.held
