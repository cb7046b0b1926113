"""A tile whose last try failed says so, although what it shows is not old yet."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sites.freshness import Freshness
from sites.models import FacetState
from tests.sites.world import World

MARK = "last try failed"
TILES = [
    ("hosts:tile", "hosts"), ("network:tile", "ports"), ("network:tile", "nic_links"), ("ceph:tile", "storage"),
    ("subcloud-tiles", "software"), ("subcloud-tiles", "subcloud"),
]  # fmt: skip


def shown(client: Client, name: str, world: World) -> str:
    return client.get(reverse(name, args=[world.clouds[0].pk])).content.decode()


@pytest.mark.parametrize(("name", "facet"), TILES)
def test_a_tile_shows_that_its_last_try_failed(name: str, facet: str, fleet_client: Client, world: World) -> None:
    assert MARK not in shown(fleet_client, name, world)
    tried = timezone.now()
    row = FacetState.objects.filter(cloud=world.clouds[0], facet=facet)
    row.update(error="503 of sysinv", attempted_at=tried)
    text = shown(fleet_client, name, world)
    assert MARK in text
    assert 'data-state="warn"' in text
    assert tried.isoformat() in text
    row.update(error="", observed_at=tried)
    assert MARK not in shown(fleet_client, name, world)


def test_a_measurement_that_never_was_is_no_failure_of_the_tile(fleet_client: Client, world: World) -> None:
    row = FacetState.objects.filter(cloud=world.clouds[0], facet="nic_links")
    row.update(error="no exporter", observed_at=None, attempted_at=timezone.now())
    assert MARK not in shown(fleet_client, "network:tile", world)


def test_what_failing_is() -> None:
    now = timezone.now()
    before = now - timedelta(seconds=9)
    assert Freshness("hosts", observed_at=before, attempted_at=now, error="503").failing
    assert Freshness("hosts", observed_at=None, attempted_at=now, error="503").failing
    assert not Freshness("hosts", observed_at=now, attempted_at=now, error="one host is missing").failing
    assert not Freshness("hosts", observed_at=before, attempted_at=now).failing


def test_the_panel_says_why_storage_is_not_read(fleet_client: Client, world: World) -> None:
    row = FacetState.objects.filter(cloud=world.clouds[0], facet="storage")
    row.update(error="503 of <sysinv>", attempted_at=timezone.now())
    text = shown(fleet_client, "ceph:panel", world)
    assert "Storage could not be read" in text
    assert "503 of &lt;sysinv&gt;" in text
