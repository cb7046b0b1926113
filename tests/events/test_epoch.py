"""A stream knows its server: what another one wrote is kept, but no cursor of it continues here."""

import pytest
from django.db import connection

from events.epoch import head, verify_server
from events.log import cursor_now, since
from events.models import Event
from events.topics import EVERY_TOPIC
from events.visibility import EVERYTHING
from tests.events.conftest import event

pytestmark = pytest.mark.django_db(transaction=True)


def restored_from(server):
    """As after loading a dump of a server that had counted much further."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE events_stream SET server = %s", [server])
        cursor.execute("UPDATE events_event SET xid = (xid::text::bigint + 1000000000)::text::xid8")


def test_the_same_server_keeps_its_epoch():
    before = head().epoch
    assert verify_server()
    assert head().epoch == before


def test_a_restored_stream_begins_anew_and_keeps_its_history(write):
    old = cursor_now()
    write(event(1), event(2))
    restored_from("7000000000000000000/1")
    assert not verify_server()
    assert since(old, EVERYTHING, EVERY_TOPIC).resync
    new = cursor_now()
    write(event(3))
    assert [e.data["number"] for e in since(new, EVERYTHING, EVERY_TOPIC).events] == [3]
    assert Event.objects.count() == 3


def test_two_processes_that_notice_make_one_epoch():
    head()
    restored_from("7000000000000000000/1")
    verify_server()
    epoch = head().epoch
    assert verify_server()
    assert head().epoch == epoch


def test_a_role_that_may_not_ask_changes_nothing(monkeypatch):
    epoch = head().epoch
    monkeypatch.setattr("events.epoch.SERVER", "SELECT forbidden()")
    assert verify_server()
    assert head().epoch == epoch
