"""The tile about servers."""

import pytest
from django.test import Client

from hosts.models import Host
from tests.sites.world import make_world

pytestmark = pytest.mark.django_db


def test_no_hosts_are_not_available(admin_client: Client) -> None:
    world = make_world()
    path = f"/hosts/of/{world.clouds[0].pk}/tile/"
    tile = admin_client.get(path).content.decode()
    assert "Available" not in tile
    assert "sysinv lists no host" in tile
    assert 'data-state="unknown"' in tile
    states = {"administrative": "unlocked", "operational": "enabled", "availability": "available", "status": "ok"}
    Host.objects.create(cloud=world.clouds[0], hostname="controller-0", uuid="h", changed_at=world.now, **states)
    assert "Available, unlocked" in admin_client.get(path).content.decode()
