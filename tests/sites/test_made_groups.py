"""Groups that campaigns make are nobody's home, whatever somebody calls them meanwhile."""

from datetime import timedelta

import pytest

from events.models import Event
from sites.access import Scopes
from sites.ingest import made_groups, record_groups, record_made_group, record_subclouds
from sites.models import Controller, SubcloudGroup
from sites.selectors import groups, subclouds
from starlingx import records
from starlingx.rows import Row
from tests.observed import NOW, controller, group, later, subcloud

pytestmark = pytest.mark.django_db
MADE_AT = NOW + timedelta(seconds=1)


def made(name: str, seconds: float = 1) -> records.SubcloudGroup:
    created = f"{NOW + timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S.%f}"
    return records.SubcloudGroup.read(Row({"id": 7, "name": name, "created-at": created}, "group"))


@pytest.fixture
def owner() -> Controller:
    """A subcloud whose home is north."""
    found = controller()
    record_groups(found.pk, [group(1), group(2, "north")], requested_at=NOW, now=NOW)
    record_subclouds(found.pk, [subcloud(1, group_id=2)], requested_at=NOW, lease_token=1, now=NOW)
    return found


def see(owner: Controller, away: records.SubcloudGroup, at: float) -> list[str]:
    """The subcloud is in that group when the collector looks; what somebody sees then whose scope is north."""
    seen = [group(1), group(2, "north"), away]
    record_groups(owner.pk, seen, requested_at=later(at), now=later(at))
    record_subclouds(owner.pk, [subcloud(1, group_id=7)], requested_at=later(at), lease_token=1, now=later(at))
    north = Scopes(groups=frozenset({SubcloudGroup.objects.get(name="north").pk}))
    return list(subclouds(north).values_list("name", flat=True))


def test_it_stays_so_when_it_is_renamed(owner: Controller) -> None:
    assert see(owner, made("dcportal-7-1-1"), 2) == ["cell-0001"]
    assert see(owner, made("theirs"), 3) == ["cell-0001"]
    assert see(owner, made("theirs"), 4) == ["cell-0001"]
    assert "theirs" not in groups(Scopes(fleet=True)).values_list("name", flat=True)
    assert made_groups(owner.pk) == {7: MADE_AT}


@pytest.mark.parametrize("known", [False, True])
def test_one_that_a_campaign_says_is_its_own_never_was_a_home(owner: Controller, known: bool) -> None:
    """Though the collector saw it by another name only."""
    if known:
        seen = [group(1), group(2, "north"), made("theirs")]
        record_groups(owner.pk, seen, requested_at=later(1), now=later(1))
    record_made_group(owner.pk, made("theirs"), requested_at=later(2))
    assert made_groups(owner.pk) == {7: MADE_AT}
    assert see(owner, made("theirs"), 3) == ["cell-0001"]


def test_an_older_list_does_not_take_it_away(owner: Controller) -> None:
    record_made_group(owner.pk, made("theirs"), requested_at=later(2))
    record_groups(owner.pk, [group(1), group(2, "north")], requested_at=later(1), now=later(3))
    assert made_groups(owner.pk) == {7: MADE_AT}
    record_groups(owner.pk, [group(1), group(2, "north")], requested_at=later(4), now=later(4))
    assert made_groups(owner.pk) == {}


def test_another_that_was_given_its_id_may_be_a_home(owner: Controller) -> None:
    """The System Controller was restored from a backup."""
    see(owner, made("dcportal-7-1-1"), 2)
    assert see(owner, made("east", seconds=90), 3) == []
    assert made_groups(owner.pk) == {}


def test_when_it_was_created_is_no_news(owner: Controller) -> None:
    see(owner, group(7, "east"), 2)
    Event.objects.all().delete()
    see(owner, made("east"), 3)
    assert not Event.objects.filter(kind="group.changed").exists()
    assert SubcloudGroup.objects.get(name="east").upstream_created_at == MADE_AT
