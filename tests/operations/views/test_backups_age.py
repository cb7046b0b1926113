"""What dcmanager says of a backup is as old as its list, whether the portal reaches the site or not."""

from datetime import timedelta

import pytest
from django.test import Client

from sites.models import Cloud, FacetState
from tests.sites.world import make_world

pytestmark = pytest.mark.django_db


def test_contact_is_not_age(admin_client: Client) -> None:
    world = make_world()
    Cloud.objects.filter(pk=world.clouds[0].pk).update(contact="unreachable", availability_status="offline")
    page = admin_client.get("/operations/backups/?q=edge").content.decode()
    assert "not reached by the portal" in page
    assert ">stale<" not in page
    FacetState.objects.filter(cloud=world.clouds[0], facet="subcloud").update(
        observed_at=world.now - timedelta(minutes=4)
    )
    assert ">stale<" in admin_client.get("/operations/backups/?q=edge").content.decode()
