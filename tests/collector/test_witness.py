"""A database that was restored is told from one that only went on."""

import uuid

import pytest
from django.db import connection
from django.db.models import F

from collector.witness import Mark, read_mark
from events.epoch import verify_server
from sites import leases
from sites.models import CollectorProcess
from tests.observed import later

pytestmark = pytest.mark.django_db


def turned() -> Mark:
    leases.turn("one", {}, seconds=30)
    return read_mark("one")


def test_it_goes_on() -> None:
    known = turned()
    leases.turn("two", {}, seconds=30)
    assert known.holds(read_mark("one"))
    assert turned() != known


def test_an_epoch_that_begins_is_no_restore_and_another_is() -> None:
    known = turned()
    verify_server()
    assert known.same_server(read_mark("one"))
    known = turned()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE events_stream SET epoch = %s", [uuid.uuid4()])
    assert not known.holds(read_mark("one"))


def test_what_was_written_last_is_gone() -> None:
    known = turned()
    CollectorProcess.objects.update(seen_at=F("seen_at") - (later(5) - later(0)))
    assert known.same_server(read_mark("one"))
    assert not known.holds(read_mark("one"))
    CollectorProcess.objects.all().delete()
    assert not known.holds(read_mark("one"))
