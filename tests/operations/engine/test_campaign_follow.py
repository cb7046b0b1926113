"""How far sites are is read off the steps of their strategy."""

from typing import Any

import pytest

from operations.campaigns.batch import Look, Member, Memory
from operations.choices import TargetState
from operations.engine.campaign.book import open_book
from operations.engine.campaign.targets import follow
from operations.models import CampaignTarget, Target
from starlingx.records import StrategyStep
from tests.operations.views.campaigns.made import begin, make_campaign
from tests.sites.world import make_world


@pytest.mark.django_db
def test_a_site_that_was_renamed_after_the_plan_is_followed_by_its_new_name() -> None:
    world = make_world()
    operation = make_campaign(world)
    begin(operation, world)
    book = open_book(operation.pk)
    number = next(number for number, members in book.members.items() if members)
    site = book.sites[book.members[number][0]]
    Target.objects.filter(pk=site.row.pk).update(state=TargetState.WAITING)
    book = open_book(operation.pk)
    memory = Memory(roster=(Member(site.cloud_id, site.dcmanager_id, "renamed", 1),), strategy_id=7)
    step: Any = StrategyStep(1, "renamed", "Deploy", "sw-deploying", "at 40 %", world.now, None, world.now, None)
    follow(book, book.batches[number], memory, Look(at=world.now, strategy=None, steps=(step,)), world.now)
    row = CampaignTarget.objects.select_related("target").get(pk=site.row.pk)
    assert (row.step_state, row.target.state, row.target.percent) == ("sw-deploying", TargetState.RUNNING, 40)


@pytest.mark.django_db
def test_one_that_is_renamed_while_it_is_worked_on_is_followed_by_its_step() -> None:
    world = make_world()
    operation = make_campaign(world)
    begin(operation, world)
    book = open_book(operation.pk)
    number = next(number for number, members in book.members.items() if members)
    site = book.sites[book.members[number][0]]
    member = Member(site.cloud_id, site.dcmanager_id, site.name, 1)
    memory = Memory(roster=(member,), strategy_id=7, steps=((site.dcmanager_id, 1),))
    step: Any = StrategyStep(1, "renamed", "Deploy", "complete", "", world.now, world.now, world.now, None)
    follow(book, book.batches[number], memory, Look(at=world.now, strategy=None, steps=(step,)), world.now)
    assert CampaignTarget.objects.get(pk=site.row.pk).step_state == "complete"
