"""A clock that was wrong and is set back: what it stamped is stale, and does not shut out what is read afterwards."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from operations.ingest import record_options
from operations.models import StrategyOptions
from sites.access import EVERYTHING
from sites.choices import Contact, Facet
from sites.expressions import stale
from sites.facets import count_facets
from sites.freshness import AHEAD_SECONDS, is_live, is_live_joined, is_stale, with_alarm_age
from sites.ingest import ContactResult, FailedLook, Look, admit, failed, record_contact, record_groups
from sites.models import Cloud, FacetState, SubcloudGroup
from sites.selectors import subclouds
from tests.observed import NOW, controller, group, later
from tests.sites.world import World, make_cloud

DAY = 86_400.0
BARELY = AHEAD_SECONDS / 2


@pytest.fixture
def cloud(db: None) -> Cloud:
    return make_cloud(controller(), None, "edge", NOW, age=-DAY)


def look(cloud: Cloud, at: float, *, now: float, token: int = 0) -> bool:
    looks = [Look(cloud.pk, later(at))]
    return cloud.pk in admit(Facet.ALARMS, looks, source="FM", lease_token=token, now=later(now)).clouds


def state(cloud: Cloud) -> FacetState:
    return FacetState.objects.get(cloud=cloud, facet=Facet.ALARMS)


def test_what_is_read_after_the_step_counts_and_is_said(cloud: Cloud, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "sites.ingest.facets"):
        assert look(cloud, 1, now=2)
    assert state(cloud).observed_at == later(1)
    assert "from the future" in caplog.text
    caplog.clear()
    assert look(cloud, 3, now=4)
    assert not caplog.text


def test_what_was_requested_before_is_dropped_as_ever(cloud: Cloud) -> None:
    assert look(cloud, 10, now=11, token=2)
    assert not look(cloud, 9, now=12, token=2)
    assert not look(cloud, 13, now=13, token=1)
    assert look(cloud, 12, now=12, token=2)


def test_an_old_lease_stays_out_even_where_the_stored_time_lies_ahead(cloud: Cloud) -> None:
    FacetState.objects.filter(cloud=cloud).update(lease_token=3)
    assert not look(cloud, 1, now=2, token=2)


def test_a_newer_lease_counts_though_its_clock_is_behind(cloud: Cloud) -> None:
    """Whoever took the lease over asked after it did: its clock may be some seconds behind the other host's."""
    assert look(cloud, 10, now=10, token=1)
    assert look(cloud, 7, now=8, token=2)


def test_failures_are_noted_again(cloud: Cloud) -> None:
    failed(Facet.ALARMS, [FailedLook(cloud.pk, later(1), "refused")], lease_token=0, now=later(2))
    assert (state(cloud).error, state(cloud).attempted_at) == ("refused", later(1))


def test_contact_is_lost_and_found_again(cloud: Cloud) -> None:
    Cloud.objects.filter(pk=cloud.pk).update(contact_changed_at=later(DAY))
    record_contact([ContactResult(cloud.pk, later(1), False, "refused")], lease_token=0, now=later(2))
    cloud.refresh_from_db()
    assert (cloud.contact, cloud.contact_changed_at) == (Contact.UNREACHABLE, later(1))


def test_groups_and_options_are_taken_again(cloud: Cloud) -> None:
    record_groups(cloud.controller_id, [group(1)], requested_at=later(DAY), now=later(DAY))
    record_groups(cloud.controller_id, [group(1, "All")], requested_at=later(1), now=later(1))
    assert SubcloudGroup.objects.get(removed_at=None).name == "All"
    StrategyOptions.objects.create(controller=cloud.controller, observed_at=later(DAY))
    record_options(cloud.controller_id, [], requested_at=later(1), now=later(1))
    assert not StrategyOptions.objects.exists()


@pytest.mark.parametrize(("ahead", "expected"), [(0.0, False), (BARELY, False), (2 * AHEAD_SECONDS, True), (DAY, True)])
def test_a_time_that_lies_ahead_is_stale(ahead: float, expected: bool) -> None:
    assert is_stale(Facet.ALARMS, later(ahead), NOW) is expected


@pytest.mark.parametrize("ahead", [-DAY, -1.0, BARELY, 2 * AHEAD_SECONDS, DAY])
def test_every_rule_of_staleness_agrees(ahead: float, world: World) -> None:
    FacetState.objects.update(observed_at=world.now + timedelta(seconds=ahead))
    rows = subclouds(EVERYTHING)
    expected = is_stale(Facet.ALARMS, world.now + timedelta(seconds=ahead), world.now)
    assert {row.old for row in rows.annotate(old=stale(world.now))} == {expected}
    assert rows.filter(is_live(world.now)).exists() is not expected
    assert with_alarm_age(rows).filter(is_live_joined(world.now)).exists() is not expected
    counted = count_facets(rows, {}, world.now).choices["stale"]
    assert {choice.value for choice in counted if choice.count} == {str(expected).lower()}


def test_rest_calls_it_stale(fleet_client: Client, world: World) -> None:
    """Row, facets and controller."""
    FacetState.objects.update(observed_at=world.now + timedelta(seconds=DAY))
    row: dict[str, Any] = fleet_client.get(f"/api/v1/subclouds/{world.clouds[0].pk}/").json()
    assert row["stale"] is True
    assert {facet["stale"] for facet in row["facets"]} == {True}
    assert all(each["stale"] for each in fleet_client.get("/api/v1/subclouds/").json()["results"])
