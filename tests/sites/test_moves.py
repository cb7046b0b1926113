"""Who sees a cloud only by its group or region is told when it comes and when it goes."""

import pytest

from events.models import Event
from events.visibility import EVERYTHING, Visibility
from sites.ingest import SystemSnapshot, record_groups, record_subclouds, record_systems
from sites.models import Cloud, Controller, SubcloudGroup
from sites.places import Place, moved
from sites.services.actors import Actor
from sites.services.clouds import place, put_in_region
from sites.timeline import timeline
from tests.observed import NOW, controller, group, later, subcloud, system

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Controller:
    """A controller with the groups 1 and 2, and a subcloud in group 1."""
    made = controller()
    record_groups(made.pk, [group(1), group(2, "north")], requested_at=NOW, now=NOW)
    record_subclouds(made.pk, [subcloud(1)], requested_at=NOW, lease_token=1, now=NOW)
    return made


def cloud() -> Cloud:
    return Cloud.objects.get(kind="subcloud")


def told(visibility: Visibility) -> list[str]:
    """Kinds of what a socket with this visibility is told, in order."""
    return [event.kind for event in Event.objects.order_by("id") if visibility.sees(event)]


def in_group(number: int) -> Visibility:
    return Visibility(groups=frozenset({SubcloudGroup.objects.get(dcmanager_id=number).pk}))


def in_region(name: str) -> Visibility:
    return Visibility(regions=frozenset({name}))


def test_a_change_of_group_is_told_at_both(owner: Controller) -> None:
    Event.objects.all().delete()
    record_subclouds(owner.pk, [subcloud(1, group_id=2)], requested_at=later(1), lease_token=1, now=later(1))
    assert told(in_group(1)) == ["cloud.removed"]
    assert told(in_group(2)) == ["cloud.added", "cloud.changed"]
    assert told(EVERYTHING) == ["cloud.removed", "cloud.added", "cloud.changed"]
    assert Event.objects.earliest("id").data == {"name": "cell-0001", "moved": True}


def test_a_change_of_anything_else_is_no_move(owner: Controller) -> None:
    Event.objects.all().delete()
    record_subclouds(owner.pk, [subcloud(1, location="Porto")], requested_at=later(1), lease_token=1, now=later(1))
    assert told(EVERYTHING) == ["cloud.changed"]


def test_the_first_position_brings_a_cloud_into_its_region(owner: Controller) -> None:
    Event.objects.all().delete()
    record_systems([SystemSnapshot(cloud().pk, later(1), system())], lease_token=1, now=later(1))
    assert told(in_region("Brazil")) == ["cloud.added", "cloud.changed"]
    assert told(EVERYTHING) == ["cloud.added", "cloud.changed"]


def test_a_change_of_position_is_told_in_both_regions(owner: Controller) -> None:
    record_systems([SystemSnapshot(cloud().pk, later(1), system())], lease_token=1, now=later(1))
    Event.objects.all().delete()
    there = system(latitude="48.1", longitude="11.6")
    record_systems([SystemSnapshot(cloud().pk, later(2), there)], lease_token=1, now=later(2))
    assert cloud().region not in ("", "Brazil")
    assert told(in_region("Brazil")) == ["cloud.removed"]
    assert told(in_region(cloud().region)) == ["cloud.added", "cloud.changed"]


def test_a_region_set_by_hand_is_told_in_both(owner: Controller) -> None:
    record_systems([SystemSnapshot(cloud().pk, later(1), system())], lease_token=1, now=later(1))
    Event.objects.all().delete()
    put_in_region(cloud(), "Europe", Actor("tester", "test"), later(2))
    assert told(in_region("Brazil")) == ["cloud.removed"]
    assert told(in_region("Europe")) == ["cloud.added", "cloud.changed"]
    place(cloud(), (1.0, 2.0), Actor("tester", "test"), later(3))
    assert told(in_region("Brazil")) == ["cloud.removed"], "another position by hand moves nobody"


def test_a_move_is_one_line_of_the_timeline(owner: Controller) -> None:
    record_subclouds(owner.pk, [subcloud(1, group_id=2)], requested_at=later(1), lease_token=1, now=later(1))
    assert [moment.text.split()[0] for moment in timeline(cloud().pk)] == ["Group", "First"]


def test_a_cloud_that_lost_its_region_only_went() -> None:
    events = moved(Place(1, 2, 3, "Brazil"), Place(1, 2, 3, ""), "edge", NOW)
    assert [(event.kind, event.region) for event in events] == [("cloud.removed", "Brazil")]
    assert moved(Place(1, 2, 3, "Brazil"), Place(1, 2, 3, "Brazil"), "edge", NOW) == []
