"""Ceph on the subcloud page: an old measurement never looks like a running OSD."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ceph.models import CephCluster, Osd
from sites.models import Cloud
from tests.sites.world import make_cloud, make_user, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_user("viewer", fleet=True))
    return client


def measured(**values: Any) -> Cloud:
    """A cloud whose Rook Ceph was measured healthy, with one OSD."""
    cloud = make_cloud(make_world().controllers[0], None, "edge-ceph", timezone.now(), dcmanager_id=99, **values)
    facts = {"flavour": "ceph-rook", "status": "ok", "source": "measured", "health": "HEALTH_OK"}
    CephCluster.objects.create(cloud=cloud, changed_at=timezone.now(), **facts)
    Osd.objects.create(cloud=cloud, uuid="osd-0", osd_id=0)
    return cloud


def panel(client: Client, cloud: Cloud) -> str:
    return client.get(f"/ceph/of/{cloud.pk}/panel/").content.decode()


def test_a_fresh_measurement_shows_osds_up(client: Client) -> None:
    assert 'data-osd="up"' in panel(client, measured())


def test_an_old_measurement_leaves_osds_unknown(client: Client) -> None:
    assert 'data-osd="unknown"' in panel(client, measured(age=100_000))


def test_without_contact_osds_are_unknown(client: Client) -> None:
    assert 'data-osd="unknown"' in panel(client, measured(contact="unreachable"))


@pytest.mark.parametrize(
    ("word", "expected"),
    [("HEALTH_OK", "up"), ("HEALTH_WARN", "up"), ("HEALTH_ERR", "up"), ("HEALTH_PURPLE", "unknown"), ("", "unknown")],
)
def test_a_word_we_do_not_know_says_nothing_of_osds(client: Client, word: str, expected: str) -> None:
    cloud = measured()
    CephCluster.objects.filter(cloud=cloud).update(health=word)
    assert f'data-osd="{expected}"' in panel(client, cloud)
