"""A database that goes back in time under a collector that lives: what stands is shown again within a lease period."""

from collections.abc import Callable, Iterator

import psycopg
import pytest
from psycopg import sql

from tests.collector.watching import Watched
from tests.fixtures.cluster import drop_database, on_database
from tests.fixtures.fleet import Simulator
from tests.fixtures.portal import Installer
from tests.waiting import wait_until

ENTITY = "host=controller-0"
LEASE_SECONDS = 10


@pytest.fixture
def watched(simulator: Callable[..., Simulator], portal: Installer) -> Watched:
    fleet = simulator(subclouds=6, speed=60)
    fleet.control("churn", {"on": False})
    installed = portal(fleet, web=False, DCPORTAL_SPEED="60")
    made = Watched(fleet, installed)
    made.until_swept()
    return made


@pytest.fixture
def snapshot(watched: Watched, cluster_url: str) -> Iterator[Callable[[], Callable[[], None]]]:
    """Call it for a snapshot of the database; call that to go back to it."""
    name = watched.portal.database
    saved = f"{name}_saved"

    def copy(of: str, to: str) -> None:
        made, template = sql.Identifier(to), sql.Identifier(of)
        with psycopg.connect(on_database(cluster_url, "postgres"), autocommit=True) as admin:
            admin.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(template))
            admin.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", [of])
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(made))
            admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(made, template))
            admin.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(template))

    def take() -> Callable[[], None]:
        copy(name, saved)
        return lambda: copy(saved, name)

    yield take
    drop_database(cluster_url, saved)


def test_an_alarm_that_the_restore_took_away_is_there_again(
    watched: Watched, snapshot: Callable[[], Callable[[], None]]
) -> None:
    number = watched.reachable()[0]
    restore = snapshot()
    watched.raise_alarm(number, alarm_id="100.103", entity_instance_id=ENTITY)
    wait_until(lambda: stands(watched, number), timeout=30, what="the alarm stands")
    restore()
    wait_until(lambda: stands(watched, number), timeout=LEASE_SECONDS + 10, what="it stands again")
    assert watched.portal.log("collector").count("everything is read anew") >= 1


def stands(watched: Watched, number: int) -> bool:
    try:
        return ("100.103", ENTITY) in watched.alarms(number)
    except psycopg.OperationalError:
        return False


def test_a_dump_that_is_read_back_into_the_same_database_is_noticed_too(watched: Watched) -> None:
    """No connection breaks, no server restarts, lease and epoch are the same: only time has gone back."""
    number = watched.reachable()[0]
    watched.raise_alarm(number, alarm_id="100.103", entity_instance_id=ENTITY)
    wait_until(lambda: stands(watched, number), timeout=30, what="the alarm stands")
    with psycopg.connect(watched.portal.database_url) as connection:
        connection.execute("DELETE FROM alarms_alarm WHERE alarm_id = '100.103'")
        connection.execute("UPDATE sites_collectorprocess SET seen_at = seen_at - interval '1 hour'")
    wait_until(lambda: stands(watched, number), timeout=LEASE_SECONDS + 10, what="it stands again")
    assert watched.portal.log("collector").count("everything is read anew") == 1
