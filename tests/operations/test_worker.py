"""`manage.py worker` through the failures that django-q2 does not survive by itself."""

import os
import signal
from collections.abc import Callable

import psycopg
import pytest

from tests.endings import children_of, gone
from tests.fixtures.portal import Portal
from tests.waiting import wait_until

IMPATIENT = {"DCPORTAL_HEARTBEAT": "0.5", "DCPORTAL_HEARTBEAT_PATIENCE": "6"}
QUICK_TASK = "django.utils.timezone.now"


@pytest.fixture
def installation(portal: Callable[..., Portal]) -> Portal:
    return portal(web=False, worker=True, **IMPATIENT)


def members(portal: Portal) -> list[int]:
    """The cluster's main process, its sentinel, and what the sentinel keeps (workers, monitor, pusher)."""
    mains = children_of(portal.children["worker"].pid)
    sentinels = [child for main in mains for child in children_of(main)]
    return [*mains, *sentinels, *(child for sentinel in sentinels for child in children_of(sentinel))]


def complete(portal: Portal) -> list[int]:
    found = members(portal)
    return found if len(found) >= 6 else []  # main, sentinel, two workers, monitor, pusher


def enqueue(portal: Portal, name: str) -> None:
    code = f"from operations.queue import put; put({QUICK_TASK!r}, group={name!r})"
    portal.manage("shell", "-v0", "-c", code)


def done(portal: Portal, name: str) -> bool:
    with psycopg.connect(portal.database_url) as connection:
        found = connection.execute('SELECT success FROM django_q_task WHERE "group" = %s', [name]).fetchone()
    return found == (True,)


def test_a_cluster_that_hangs_is_replaced(installation: Portal) -> None:
    before = wait_until(lambda: complete(installation), timeout=60)
    enqueue(installation, "before")
    wait_until(lambda: done(installation, "before"), timeout=60)
    for worker in before[2:4]:  # one of them holds the lock of the shared queue, and takes it into its grave
        os.kill(worker, signal.SIGKILL)
    enqueue(installation, "after")
    wait_until(lambda: done(installation, "after"), timeout=60)
    assert "no heartbeat for 6 s" in installation.log("worker")
    for process in before:
        wait_until(gone(process))


def test_nothing_of_a_killed_worker_remains(installation: Portal) -> None:
    before = wait_until(lambda: complete(installation), timeout=60)
    os.kill(installation.children["worker"].pid, signal.SIGKILL)
    for process in before:
        wait_until(gone(process))


def test_nothing_of_a_killed_cluster_works_on(installation: Portal) -> None:
    before = wait_until(lambda: complete(installation), timeout=60)
    os.kill(before[0], signal.SIGKILL)
    for process in before:
        wait_until(gone(process))
    wait_until(lambda: complete(installation), timeout=60)


def test_stops_when_asked(installation: Portal) -> None:
    before = wait_until(lambda: complete(installation), timeout=60)
    assert installation.children["worker"].stop() is True
    for process in before:
        wait_until(gone(process))
