"""The alarms of a System Controller are read every half minute: they are stale when three reads are missing."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from alarms.ingest import AlarmSnapshot, record
from sites.access import EVERYTHING
from sites.choices import CloudKind, Facet
from sites.expressions import stale
from sites.freshness import is_live, is_live_joined, stale_after, with_alarm_age
from sites.models import FacetState
from sites.selectors import clouds
from tests.observed import alarm
from tests.sites.world import World

OLDER = 4 * settings.POLL_SECONDS["central_alarms"]  # than three periods of the one, and than none of the other


@pytest.fixture
def aged(world: World) -> World:
    FacetState.objects.update(observed_at=world.now - timedelta(seconds=OLDER))
    return world


def test_the_periods_are_those_of_the_collector() -> None:
    assert stale_after(Facet.ALARMS, central=True) == 3 * settings.POLL_SECONDS["central_alarms"]
    assert stale_after(Facet.ALARMS) == 3 * settings.POLL_SECONDS["alarms"] > OLDER
    assert stale_after(Facet.HOSTS, central=True) == stale_after(Facet.HOSTS)


def test_every_rule_tells_central_clouds_from_subclouds(aged: World) -> None:
    rows = with_alarm_age(clouds(EVERYTHING)).annotate(old=stale(aged.now))
    assert {(row.kind, row.old) for row in rows} == {("central", True), ("subcloud", False)}
    for live in (is_live(aged.now), is_live_joined(aged.now)):
        assert set(rows.filter(live).values_list("kind", flat=True)) == {CloudKind.SUBCLOUD}


def test_rest_and_page_agree(aged: World, fleet_client: Client) -> None:
    for cloud in (aged.centrals[0], aged.clouds[0]):
        record([AlarmSnapshot(cloud.pk, aged.now, [alarm()])], lease_token=0, now=aged.now)
    FacetState.objects.update(observed_at=aged.now - timedelta(seconds=OLDER))
    rows = fleet_client.get("/api/v1/alarms/").json()["results"]
    assert {(row["cloud_kind"], row["stale"]) for row in rows} == {("central", True), ("subcloud", False)}
    page = fleet_client.get(f"/alarms/of/{aged.centrals[0].pk}/panel/").content.decode()
    assert f'data-facet="alarms" data-stale-after="{3 * settings.POLL_SECONDS["central_alarms"]:.0f}"' in page
