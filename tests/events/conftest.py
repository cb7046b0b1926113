"""Events for tests: short ways to write some, in transactions of their own."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection, transaction
from psycopg import conninfo

from events.kinds import Kind
from events.log import NewEvent, append
from tests.events.serving import StreamServer

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)


def event(number: int, kind: Kind = Kind.CLOUD_CHANGED, **place: Any) -> NewEvent:
    """An event that carries `number`, about cloud `number` unless told otherwise."""
    place.setdefault("cloud_id", number)
    return NewEvent(kind, f"{kind.value.partition('.')[0]}:{number}", NOW, {"number": number}, **place)


@pytest.fixture
def other_connection(transactional_db: None) -> Iterator[psycopg.Connection]:
    """A connection beside Django's, in autocommit."""
    params = connection.get_connection_params()
    wanted = {key: params[key] for key in ("dbname", "user", "password", "host", "port") if params.get(key)}
    with psycopg.connect(**wanted, autocommit=True) as other:
        other.execute("SET idle_in_transaction_session_timeout = 0")  # the portal's role has a limit; tests sit longer
        yield other


@pytest.fixture(scope="session")
def stream_server(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StreamServer]:
    """One web process for all tests of sockets, on the database of the tests."""
    with django_db_blocker.unblock():
        params = connection.get_connection_params()
    wanted = {key: str(params[key]) for key in ("dbname", "user", "password", "host", "port") if params.get(key)}
    server = StreamServer(conninfo.make_conninfo(**wanted), tmp_path_factory.mktemp("stream"))
    server.settings["DCPORTAL_SECRET_KEY"] = settings.SECRET_KEY  # it must know the sessions that tests make
    server.start()
    yield server
    server.stop()


@pytest.fixture
def write(transactional_db: None) -> Callable[..., None]:
    """Append events in a transaction of their own."""

    def commit(*events: NewEvent) -> None:
        with transaction.atomic():
            append(events)

    return commit
