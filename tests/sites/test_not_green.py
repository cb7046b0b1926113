"""What dcmanager says of a subcloud and what the portal itself saw of it have ages of their own, and neither looks
current when it is not."""

import re
from datetime import timedelta

from django.test import Client

from sites.models import Cloud, FacetState
from tests.sites.world import World

MINUTES = 60.0


def told(world: World, ago: float) -> None:
    FacetState.objects.filter(cloud=world.clouds[0], facet="subcloud").update(
        observed_at=world.now - timedelta(seconds=ago)
    )


def test_dcmanagers_words_in_the_list_have_their_own_age(world: World, fleet_client: Client) -> None:
    path = "/subclouds/?name=edge-0"
    assert 'class="stale"' not in fleet_client.get(path).content.decode()
    told(world, 4 * MINUTES)
    page = fleet_client.get(path).content.decode()
    assert len(re.findall(r'<td class="[^"]*stale">', page)) == 3  # availability, sync, deploy
    assert '<tr data-severity="minor"' in page
    assert not re.search(r"<tr [^>]*stale", page)  # its alarms are current


def test_words_of_dcmanager_stay_current_when_the_site_is_cut_off(world: World, api: Client) -> None:
    Cloud.objects.filter(pk=world.clouds[0].pk).update(contact="unreachable")
    row = api.get(f"/api/v1/subclouds/{world.clouds[0].pk}/").json()
    assert (row["stale"], row["dcmanager_stale"]) == (True, False)
    told(world, 4 * MINUTES)
    assert api.get(f"/api/v1/subclouds/{world.clouds[0].pk}/").json()["dcmanager_stale"] is True


def tile(page: str, name: str) -> str:
    found = re.search(rf'<a class="([^"]*)" id="{name}".*?</a>', page, re.S)
    assert found
    return found[0]


def test_each_tile_has_the_age_of_what_it_says(world: World, fleet_client: Client) -> None:
    told(world, 4 * MINUTES)
    page = fleet_client.get(f"/subclouds/{world.clouds[0].pk}/").content.decode()
    assert 'class="tile stale"' in tile(page, "software-tile")
    assert 'data-facet="subcloud"' in tile(page, "software-tile")
    assert 'class="tile"' in tile(page, "contact-tile")  # the portal itself reached it a second ago
    assert 'data-facet="alarms"' in tile(page, "contact-tile")
    FacetState.objects.filter(cloud=world.clouds[0], facet="alarms").update(observed_at=world.now - timedelta(hours=1))
    page = fleet_client.get(f"/subclouds/{world.clouds[0].pk}/").content.decode()
    assert 'class="tile stale"' in tile(page, "contact-tile")
