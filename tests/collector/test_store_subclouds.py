"""Of subclouds that left the fleet nothing stands any more, whatever breaks in between."""

import pytest

from alarms import ingest as alarms_ingest
from alarms.ingest import AlarmSnapshot
from alarms.models import Alarm
from collector import store
from sites.ingest import ensure_central, standing
from sites.models import Cloud
from starlingx.records import Subcloud
from tests.observed import NOW, alarm, controller, later, subcloud

pytestmark = pytest.mark.django_db(transaction=True)


class BrokenError(Exception):
    """Where a crash would be."""


@pytest.fixture
def owner_id() -> int:
    """A controller with two subclouds; an alarm stands at each."""
    pk = controller().pk
    ensure_central(pk)
    take(pk, 0, subcloud(1), subcloud(2))
    snapshots = [AlarmSnapshot(cloud, NOW, [alarm()]) for cloud in standing(pk).values()]
    alarms_ingest.record(snapshots, lease_token=1, now=NOW)
    return pk


def take(owner_id: int, at: float, *listed: Subcloud) -> None:
    store.store_subclouds(owner_id, listed, None, later(at), 1)


def test_alarms_of_a_removed_cloud_are_cleared(owner_id: int) -> None:
    take(owner_id, 5, subcloud(2))
    assert [row.cloud.name for row in Alarm.objects.filter(cleared_at=None)] == ["cell-0002"]


def test_a_cloud_whose_alarms_could_not_be_cleared_is_not_removed(
    owner_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object, **__: object) -> None:
        raise BrokenError

    monkeypatch.setattr(alarms_ingest, "forget", crash)
    with pytest.raises(BrokenError):
        take(owner_id, 5, subcloud(2))
    assert Cloud.objects.filter(kind="subcloud", removed_at=None).count() == 2
    assert Alarm.objects.filter(cleared_at=None).count() == 2
