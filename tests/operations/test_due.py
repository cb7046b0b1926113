import pytest
from django.utils import timezone
from django_q.models import OrmQ

from operations import queue
from operations.due import Housekeeping
from operations.heartbeat import Heart

NOW = "django.utils.timezone.now"


def test_everything_is_due_at_first_and_again_after_its_period() -> None:
    housekeeping = Housekeeping({"a.b": 10.0, "c.d": 60.0})
    assert housekeeping.due(now=5.0) == ["a.b", "c.d"]
    housekeeping.enqueued_at = {"a.b": 5.0, "c.d": 5.0}
    assert housekeeping.due(now=14.9) == []
    assert housekeeping.due(now=15.0) == ["a.b"]


@pytest.mark.django_db
def test_what_has_not_been_done_is_not_enqueued_again() -> None:
    housekeeping = Housekeeping({NOW: 10.0})
    housekeeping.enqueue(now=0.0)
    housekeeping.enqueue(now=20.0)
    assert OrmQ.objects.count() == 1
    OrmQ.objects.all().delete()
    housekeeping.enqueue(now=30.0)
    assert OrmQ.objects.count() == 1


@pytest.mark.django_db
def test_a_heart_stops_when_a_beat_stays_unanswered() -> None:
    heart = Heart(every=5, patience=20)
    assert not heart.stopped(now=100.0)
    assert not heart.stopped(now=119.9)
    assert heart.stopped(now=120.1)
    heart.forget(now=121.0)
    assert OrmQ.objects.count() == 0
    assert not heart.stopped(now=127.0)
    assert OrmQ.objects.get().key == f"heartbeat-{heart.name}"


@pytest.mark.django_db
def test_a_heart_that_is_answered_beats_on() -> None:
    heart = Heart(every=5, patience=20)
    for now in range(0, 300, 5):
        assert not heart.stopped(float(now))
        assert OrmQ.objects.count() == 1
        OrmQ.objects.all().delete()


@pytest.mark.django_db
def test_a_cluster_reads_its_own_queue_first_and_no_other_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    shared = queue.put(NOW)
    mine, theirs = queue.put(NOW, queue="heartbeat-a"), queue.put(NOW, queue="heartbeat-b")
    monkeypatch.setenv(queue.CLUSTER, "a")
    broker = queue.Broker(list_key="dcportal")
    monkeypatch.setattr("django_q.conf.Conf.BULK", 5)
    assert [row for row, _ in broker.dequeue()] == [mine, shared]
    assert queue.outstanding(theirs)
    assert broker.dequeue() == []  # taken, and not given back


@pytest.mark.django_db
def test_what_a_killed_cluster_had_taken_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    row = queue.put(NOW)
    monkeypatch.setenv(queue.CLUSTER, "killed")
    broker = queue.Broker(list_key="dcportal")
    assert [each for each, _ in broker.dequeue()] == [row]
    queue.give_back("another")
    assert broker.dequeue() == []
    queue.give_back("killed")
    assert [each for each, _ in broker.dequeue()] == [row]


@pytest.mark.django_db
def test_what_nobody_gave_back_returns_after_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    row = queue.put(NOW)
    monkeypatch.setenv(queue.CLUSTER, "vanished")
    broker = queue.Broker(list_key="dcportal")
    broker.dequeue()
    OrmQ.objects.update(lock=timezone.now())
    monkeypatch.setenv(queue.CLUSTER, "alive")
    assert [each for each, _ in broker.dequeue()] == [row]
