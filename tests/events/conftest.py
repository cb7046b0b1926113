"""Events for tests: short ways to write some, in transactions of their own."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from django.db import connection

from events.kinds import Kind
from events.log import NewEvent

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
        yield other
