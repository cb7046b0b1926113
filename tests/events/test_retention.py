"""Pruning keeps the stream honest, and the timeline reads what is left."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from events import retention
from events.log import cursor_now, since
from events.models import Event
from events.selectors import for_cloud
from events.topics import EVERY_TOPIC
from events.visibility import EVERYTHING, Visibility
from tests.events.conftest import NOW, event

pytestmark = pytest.mark.django_db(transaction=True)


def age(days, *numbers):
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE events_event SET stored_at = now() - make_interval(days => %s)"
            " WHERE (data->>'number')::int = ANY(%s)",
            [days, list(numbers)],
        )


def left():
    return sorted(Event.objects.values_list("data__number", flat=True))


def test_old_events_go_and_old_cursors_start_anew(write, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    before = cursor_now()
    write(*(event(n) for n in range(5)))
    between = cursor_now()
    write(event(5), event(6))
    age(40, 0, 1, 2, 3, 4)
    assert list(retention.prune(timezone.now())) == [2, 2, 1]
    assert left() == [5, 6]
    assert since(before, EVERYTHING, EVERY_TOPIC).resync
    page = since(between, EVERYTHING, EVERY_TOPIC)
    assert (page.resync, [e.data["number"] for e in page.events]) == (False, [5, 6])


def test_a_young_event_protects_what_lies_behind_it(write):
    write(event(1))
    write(event(2))
    write(event(3))
    age(40, 1, 3)
    call_command("prune")
    assert left() == [2, 3]


def test_a_reader_at_the_end_survives_that_everything_is_pruned(write):
    write(event(1))
    end = cursor_now()
    age(40, 1)
    call_command("prune")
    assert left() == []
    assert cursor_now() == end
    write(event(2))
    assert [e.data["number"] for e in since(end, EVERYTHING, EVERY_TOPIC).events] == [2]


def test_the_timeline_of_a_cloud_is_newest_first_and_scoped(write, django_assert_num_queries):
    write(*(event(n, cloud_id=7, controller_id=n % 2)._replace(at=NOW + timedelta(minutes=n)) for n in range(6)))
    write(event(99, cloud_id=8))
    with django_assert_num_queries(1):
        first = for_cloud(7, EVERYTHING, limit=4)
    assert [e.data["number"] for e in first] == [5, 4, 3, 2]
    before = first[-1].at, first[-1].position[1]
    assert [e.data["number"] for e in for_cloud(7, EVERYTHING, before)] == [1, 0]
    assert [e.data["number"] for e in for_cloud(7, Visibility(controllers=frozenset({1})))] == [5, 3, 1]
