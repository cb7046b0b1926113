"""Sites after the work, when the portal or its System Controller was away meanwhile."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from alarms.models import Alarm
from operations.campaigns.batch import Member, Memory
from operations.engine.campaign import targets
from operations.engine.campaign.book import open_book
from operations.models import Campaign, CampaignTarget, Operation
from sites.choices import Facet
from sites.models import Cloud, FacetState, Hint
from tests.operations.views.campaigns.made import begin, make_campaign
from tests.sites.world import World, make_world

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def world(db: Any) -> World:
    return make_world()


@pytest.fixture
def operation(world: World) -> Operation:
    found = make_campaign(world)
    begin(found, world)
    return found


def check(operation: Operation, ended: datetime, now: datetime) -> str:
    """How a site is that is still out-of-sync, though the wall clock says that it is late."""
    book = open_book(operation.pk)
    site = min(book.sites)
    targets.check(book, [site], Memory(ended_at=ended), now, late=True)
    told: str = CampaignTarget.objects.get(pk=book.sites[site].row.pk).after["health"]
    return told


def make_alarm(cloud: Cloud, alarm_id: str, now: datetime) -> None:
    Alarm.objects.create(
        cloud=cloud, alarm_id=alarm_id, entity_instance_id="host=controller-0", severity=1, severity_word="warning",
        management_affecting=True, raised_at=now, first_seen_at=now, changed_at=now,
    )  # fmt: skip


def read_at(at: datetime) -> None:
    FacetState.objects.filter(facet__in=[Facet.SUBCLOUD, Facet.ALARMS, Facet.HOSTS]).update(observed_at=at)


def test_nobody_fails_because_nothing_was_read(operation: Operation, world: World) -> None:
    ended = world.now + MINUTE
    assert check(operation, ended, ended + 5 * HOUR) == "waits"


def test_after_a_silence_a_site_has_its_time_and_then_fails(operation: Operation, world: World) -> None:
    ended = world.now
    for minute in range(31):
        at = ended + 5 * HOUR + minute * MINUTE
        read_at(at)
        health = check(operation, ended, at)
        assert health == ("bad" if minute == 30 else "waits"), minute


def test_what_was_read_in_the_second_in_which_the_work_ended_proves_nothing(operation: Operation, world: World) -> None:
    """dcmanager cuts off when its step ended: read half a second later, a host may still have been locked."""
    ended = world.now.replace(microsecond=0)
    cloud = Cloud.objects.get(pk=min(open_book(operation.pk).sites))
    make_alarm(cloud, "200.001", now=ended)
    CampaignTarget.objects.update(baseline=[])
    read_at(ended + timedelta(seconds=0.5))
    assert check(operation, ended, ended + MINUTE) == "waits"
    read_at(ended + timedelta(seconds=3))
    assert check(operation, ended, ended + MINUTE) == "bad"


def test_the_collector_is_asked_to_look_at_who_is_waited_for_but_not_all_the_time(
    operation: Operation, world: World
) -> None:
    ended = world.now + MINUTE
    asked = []
    for seconds in (0, 15, 29, 31):
        check(operation, ended, ended + timedelta(seconds=seconds))
        asked.append((Hint.objects.get(reason="worked_on").at - ended).total_seconds())
    assert asked == [0, 0, 0, 31]


@pytest.mark.parametrize(("versions", "as_before"), [("25.09", True), ("25.09,26.09", False)])
def test_whether_it_was_so_before_is_kept(operation: Operation, world: World, versions: str, as_before: bool) -> None:
    """The site had another release prestaged."""
    Campaign.objects.update(ask={"kind": "prestage", "release": "26.09"})
    Cloud.objects.update(prestage_status="complete", prestage_versions="25.09")
    book = open_book(operation.pk)
    number = min(book.batches)
    site = book.sites[book.members[number][0]]
    targets.begin(book, book.batches[number], [Member(site.cloud_id, site.dcmanager_id, site.name, 1)], world.now)
    Cloud.objects.update(prestage_versions=versions)
    check(operation, world.now, world.now + MINUTE)
    assert CampaignTarget.objects.get(pk=site.row.pk).after["as_before"] is as_before
