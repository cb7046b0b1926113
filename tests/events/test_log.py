"""append() and since(): order, visibility, topics, and when a reader must start anew."""

from datetime import timedelta

import pytest
from django.db import connection, transaction

from events.cursor import Cursor
from events.kinds import Kind
from events.log import FAR_BEHIND, append, cursor_now, since
from events.topics import EVERY_TOPIC, Topics
from events.visibility import EVERYTHING, NOTHING, Visibility
from tests.events.conftest import NOW, event

pytestmark = pytest.mark.django_db(transaction=True)


def write(*events):
    with transaction.atomic():
        return append(events)


def numbers(page):
    return [e.data["number"] for e in page.events]


def test_what_is_appended_is_read_back_in_order():
    start = cursor_now()
    assert write(*(event(n, controller_id=1, group_id=2, region="east") for n in range(30))) == 30
    write(event(30))
    page = since(start, EVERYTHING, EVERY_TOPIC)
    assert numbers(page) == list(range(31))
    first = page.events[0]
    assert (first.kind, first.subject, first.at) == ("cloud.changed", "cloud:0", NOW)
    assert (first.controller_id, first.cloud_id, first.group_id, first.region) == (1, 0, 2, "east")
    assert since(page.cursor, EVERYTHING, EVERY_TOPIC).events == []


def test_pages_continue_where_the_last_one_ended():
    cursor = cursor_now()
    write(*(event(n) for n in range(25)))
    seen = []
    while True:
        page = since(cursor, EVERYTHING, EVERY_TOPIC, limit=10)
        seen += numbers(page)
        cursor = page.cursor
        if page.complete:
            break
    assert seen == list(range(25))


def test_append_outside_a_transaction_is_refused():
    with pytest.raises(transaction.TransactionManagementError):
        append([event(1)])


def test_a_rolled_back_event_never_happened():
    start = cursor_now()
    with transaction.atomic():
        append([event(1)])
        transaction.set_rollback(True)
    assert since(start, EVERYTHING, EVERY_TOPIC).events == []


def test_hostile_text_is_stored_harmless_and_short():
    start = cursor_now()
    hostile = {"number": 1, "reason_text": "\0</script>\ud800" + "x" * 5000, "huge": 10**40}
    write(event(1)._replace(data=hostile))
    data = since(start, EVERYTHING, EVERY_TOPIC).events[0].data
    assert len(data["reason_text"]) <= 260
    assert "\0" not in data["reason_text"]


@pytest.mark.parametrize(
    ("visibility", "expected"),
    [
        (EVERYTHING, [1, 2, 3, 4, 5]),
        (NOTHING, []),
        (Visibility(controllers=frozenset({1})), [1, 2]),
        (Visibility(groups=frozenset({20})), [2, 3]),
        (Visibility(regions=frozenset({"east"})), [4]),
        (Visibility(controllers=frozenset({1}), regions=frozenset({"east"})), [1, 2, 4]),
    ],
)
def test_only_what_is_in_scope_is_read(visibility, expected):
    start = cursor_now()
    events = [
        event(1, controller_id=1, group_id=10),
        event(2, controller_id=1, group_id=20),
        event(3, controller_id=2, group_id=20),
        event(4, controller_id=2, region="east"),
        event(5),
    ]
    write(*events)
    page = since(start, visibility, EVERY_TOPIC)
    assert numbers(page) == expected
    assert [e.data["number"] for e in since(start, EVERYTHING, EVERY_TOPIC).events if visibility.sees(e)] == expected


@pytest.mark.parametrize(
    ("topics", "expected"),
    [("fleet", [1, 4]), ("alarms", [2, 3]), ("cloud:7", [2]), ("cloud:7,fleet", [1, 2, 4]), ("operations", [])],
)
def test_topics_choose(topics, expected):
    start = cursor_now()
    write(
        event(1),
        event(2, Kind.ALARM_RAISED, cloud_id=7),
        event(3, Kind.ALARM_CLEARED, cloud_id=8),
        event(4, Kind.HOST_CHANGED),
    )
    assert numbers(since(start, EVERYTHING, Topics.parse(topics))) == expected


@pytest.mark.parametrize("bad", ["", "nonsense", "0.1.2", "a" * 500, "f" * 32 + ".1.-1", "f" * 32 + ".1." + "9" * 40])
def test_a_cursor_that_is_none_asks_for_a_new_start(bad):
    assert since(bad, EVERYTHING, EVERY_TOPIC).resync


def test_a_cursor_of_another_epoch_asks_for_a_new_start():
    start = Cursor.parse(cursor_now())
    other = Cursor(type(start.epoch)(int=1), start.position)
    assert since(str(other), EVERYTHING, EVERY_TOPIC).resync


def test_what_readers_see_survives_a_crash():
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
        append([event(1)])
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone() == ("on",)


def test_transactions_without_events_do_not_move_the_cursor():
    write(event(1))
    before = cursor_now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()")
    assert cursor_now() == before


def test_a_cursor_from_the_future_asks_for_a_new_start():
    start = Cursor.parse(cursor_now())
    assert since(str(Cursor(start.epoch, (start.position[0] + 1000, 0))), EVERYTHING, EVERY_TOPIC).resync


def test_far_behind_asks_for_a_new_start():
    start = cursor_now()
    write(*(event(n) for n in range(FAR_BEHIND)))
    assert not since(start, EVERYTHING, EVERY_TOPIC).resync
    write(event(0))
    assert since(start, EVERYTHING, EVERY_TOPIC).resync


def test_an_open_transaction_holds_back_what_committed_after_it_began(other_connection):
    start = cursor_now()
    with other_connection.transaction():
        other_connection.execute("SELECT pg_current_xact_id()")
        write(event(1))
        assert since(start, EVERYTHING, EVERY_TOPIC).events == []
    assert numbers(since(start, EVERYTHING, EVERY_TOPIC)) == [1]


def test_one_transaction_notifies_once(other_connection):
    other_connection.execute("LISTEN events")
    with transaction.atomic():
        append([event(1)])
        append([event(2)])
    notes = list(other_connection.notifies(timeout=2, stop_after=1))
    notes += list(other_connection.notifies(timeout=0.1))
    assert len(notes) == 1


def test_append_is_one_copy_and_one_notify():
    with connection.execute_wrapper(_refuse_inserts), transaction.atomic():
        append(event(n) for n in range(200))


def _refuse_inserts(execute, sql, params, many, context):
    assert "pg_notify" in sql, sql
    return execute(sql, params, many, context)


def test_transactions_are_ordered_as_numbers():
    """One digit more must not bring an event to the front."""
    start = f"{Cursor.parse(cursor_now()).epoch.hex}.0.0"
    write(*(event(n) for n in range(3)))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE events_event SET xid = (98 + (data->>'number')::int)::text::xid8")
    assert numbers(since(start, EVERYTHING, EVERY_TOPIC)) == [0, 1, 2]
    first = since(start, EVERYTHING, EVERY_TOPIC, limit=1)
    assert numbers(since(first.cursor, EVERYTHING, EVERY_TOPIC)) == [1, 2]


def test_time_does_not_decide_the_order():
    start = cursor_now()
    write(event(1))
    write(event(2)._replace(at=NOW - timedelta(days=3)))
    assert numbers(since(start, EVERYTHING, EVERY_TOPIC)) == [1, 2]
