"""Several collectors share the controllers; one that dies is replaced; none writes under a lease it has lost."""

from collections.abc import Callable
from datetime import timedelta

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from processes.child import Child
from sites import leases
from sites.models import CollectorProcess, Controller, ControllerLease
from tests.collector.watching import Watched
from tests.fixtures.fleet import Simulator
from tests.fixtures.portal import Installer, Portal
from tests.observed import NOW, controller
from tests.waiting import wait_until

SECONDS = 30.0


@pytest.fixture
def four(db: None) -> list[int]:
    return [controller(f"c{n}").pk for n in range(4)]


@pytest.mark.django_db
def test_one_collector_takes_all_and_two_share(four: list[int]) -> None:
    first = leases.turn("one", {}, seconds=SECONDS)
    assert set(first) == set(four)
    assert leases.turn("two", {}, seconds=SECONDS) == {}
    first = leases.turn("one", first, seconds=SECONDS)
    second = leases.turn("two", {}, seconds=SECONDS)
    assert len(first) == len(second) == 2
    assert set(first) | set(second) == set(four)


@pytest.mark.django_db
def test_no_plan_of_the_database_takes_more_than_a_share(four: list[int]) -> None:
    """Nested loops run a subquery for each row."""
    leases.turn("other", {}, seconds=SECONDS, only=[])  # of two collectors each takes two
    with connection.cursor() as cursor:
        for kind in ("hashjoin", "mergejoin", "hashagg", "material", "sort"):
            cursor.execute(f"SET LOCAL enable_{kind} = off")
    assert len(leases.turn("one", {}, seconds=SECONDS)) == 2


@pytest.mark.django_db
def test_a_clock_set_back_does_not_keep_what_a_dead_collector_held(four: list[int]) -> None:
    leases.turn("dead", {}, seconds=SECONDS)
    day = timedelta(days=1)
    ControllerLease.objects.update(expires_at=timezone.now() + day)
    CollectorProcess.objects.update(seen_at=timezone.now() + day)
    assert set(leases.turn("living", {}, seconds=SECONDS)) == set(four)


@pytest.mark.django_db
def test_the_token_grows_with_every_holder_and_not_with_renewal(four: list[int]) -> None:
    held = leases.turn("one", {}, seconds=SECONDS)
    assert leases.turn("one", held, seconds=SECONDS) == held
    leases.leave("one", held)
    after = leases.turn("two", {}, seconds=SECONDS)
    assert all(after[pk] > held[pk] for pk in four)
    assert leases.turn("one", held, seconds=SECONDS) == {}, "what was given away is not renewed"


@pytest.mark.django_db
def test_a_lease_that_ran_out_is_taken_over(four: list[int]) -> None:
    held = leases.turn("dead", {}, seconds=0.0)
    CollectorProcess.objects.update(seen_at=NOW)
    taken = leases.turn("alive", {}, seconds=SECONDS)
    assert set(taken) == set(four)
    assert leases.turn("dead", held, seconds=SECONDS) == {}


@pytest.mark.django_db
def test_a_disabled_controller_is_let_go(four: list[int]) -> None:
    held = leases.turn("one", {}, seconds=SECONDS)
    Controller.objects.filter(pk=four[0]).update(enabled=False)
    assert set(leases.turn("one", held, seconds=SECONDS)) == set(four[1:])


@pytest.mark.django_db
def test_named_controllers_only(four: list[int]) -> None:
    assert set(leases.turn("one", {}, seconds=SECONDS, only=four[:1])) == set(four[:1])


def test_a_killed_collector_is_replaced_within_seconds(simulator: Callable[..., Simulator], portal: Installer) -> None:
    fleet = simulator(subclouds=8, controllers=2)
    installed = portal(fleet, web=False, collector=False, DCPORTAL_SPEED="60")
    installed.register(fleet, 2)
    watched = Watched(fleet, installed)
    first = installed.start("collector")
    watched.until_swept(controllers=2)
    second = _another(installed)
    holders = "SELECT count(DISTINCT holder) FROM sites_controllerlease WHERE holder <> ''"
    wait_until(lambda: watched.sql(holders) == [(2,)], timeout=30, what="two collectors share two controllers")
    first.kill()
    query = "SELECT count(*) FROM sites_controllerlease WHERE holder LIKE %s AND expires_at > now()"
    wait_until(lambda: watched.sql(query, f"%:{second.pid}") == [(2,)], timeout=30, what="taken over")
    fleet.control("churn", {"on": False})
    number = watched.reachable()[0]
    watched.raise_alarm(number, alarm_id="100.104", entity_instance_id="host=controller-0.filesystem=/")
    raised = "SELECT 1 FROM alarms_alarm WHERE entity_instance_id = 'host=controller-0.filesystem=/'"
    wait_until(lambda: watched.sql(raised), timeout=30, what="the second collector brings what is new")
    second.stop()
    with psycopg.connect(installed.database_url) as connection:
        assert connection.execute("SELECT holder FROM sites_controllerlease").fetchall() == [("",), ("",)]


def _another(installed: Portal) -> Child:
    first = installed.children.pop("collector")
    second = installed.start("collector")
    installed.children["collector-1"] = first
    return second
