"""The database is away, or takes no writes: said as such, and whatever can be read is."""

import json
from collections.abc import Callable
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import psycopg
import pytest

from tests.fixtures.cluster import drop_database, on_database
from tests.fixtures.portal import Portal
from tests.journeys.person import Person


def ask(portal: Portal, path: str) -> tuple[int, str | None, str]:
    """Status, Retry-After, text."""
    headers = {"Authorization": f"Bearer {portal.token}"}
    try:
        with urlopen(Request(f"{portal.url}{path}", headers=headers), timeout=30) as answer:
            return answer.status, answer.headers["Retry-After"], answer.read().decode()
    except HTTPError as error:
        return error.code, error.headers["Retry-After"], error.read().decode()


@pytest.fixture
def started(portal: Callable[..., Portal]) -> Portal:
    return portal()


def test_without_a_database_people_and_programs_are_told(started: Portal, cluster_url: str) -> None:
    assert ask(started, "/api/v1/subclouds/")[0] == 200
    person = Person(started)
    drop_database(cluster_url, started.database)
    status, later, text = ask(started, "/api/v1/subclouds/")
    assert (status, later) == (503, "5")
    assert json.loads(text)["error"]["code"] == "unavailable"
    page = person.ask("/alarms/")
    assert page.status == 503
    assert "database does not answer" in page.text
    assert ask(started, "/healthz")[0] == 200
    assert ask(started, "/readyz")[0] == 503


def test_a_database_that_takes_no_writes_can_be_read(started: Portal, cluster_url: str) -> None:
    with psycopg.connect(on_database(cluster_url, "postgres"), autocommit=True) as server:
        server.execute(f'ALTER DATABASE "{started.database}" SET default_transaction_read_only = on')
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [started.database])
    for path in ("subclouds", "alarms", "controllers"):
        status, _, text = ask(started, f"/api/v1/{path}/")
        assert status == 200, text
    assert "cannot be noted" in started.log("web")
