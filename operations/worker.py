"""What `manage.py worker` does: keep one cluster running, and enqueue what is due."""

import logging
import signal
import sys
import time
from contextlib import suppress
from types import FrameType

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from operations import heartbeat, queue
from operations.due import Housekeeping
from operations.engine.dispatch import dispatch
from operations.heartbeat import Heart
from processes.child import Program
from processes.keeper import Keeper, State

log = logging.getLogger(__name__)

TICK = 0.5  # seconds
PATIENCE = 10.0  # with a cluster that is asked to stop: its tasks are done again by the next one


class Worker:
    """For the main thread only: the cluster follows the thread that starts it."""

    def __init__(self) -> None:
        self.heart = Heart(settings.WORKER_HEARTBEAT["every"], settings.WORKER_HEARTBEAT["patience"])
        self.housekeeping = Housekeeping(settings.HOUSEKEEPING)
        command = (sys.executable, str(settings.BASE_DIR / "manage.py"), "worker", "--cluster")
        program = Program("cluster", command, None, {queue.CLUSTER: self.heart.name}, settings.BASE_DIR, PATIENCE)
        self.keeper = Keeper(program, log.warning)
        self.stopping = False
        self.database_away = True  # until it has answered once

    def run(self) -> None:
        """Until SIGINT or SIGTERM."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask_to_stop)
        logging.getLogger("django-q").setLevel(logging.WARNING)  # else a line for each heartbeat
        self.keeper.start()
        try:
            while not self.stopping:
                now = time.monotonic()
                self.look(now)  # first: it gives back what a dead cluster had taken, before the next one starts
                self.keeper.look(now)
                time.sleep(TICK)
        finally:
            self.keeper.stop()
            with suppress(DatabaseError, InterfaceError):  # then they come back after `retry`
                queue.give_back(self.heart.name)

    def _ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def look(self, now: float) -> None:
        """One turn of everything that needs the database, which may be away for a while."""
        try:
            if self.database_away:
                self.heart.forget(now)  # nothing could be judged meanwhile
                heartbeat.bury(timezone.now())
                self.database_away = False
            if self.keeper.state is State.WAITING:
                queue.give_back(self.heart.name)  # nothing of the cluster is left, and the next one not there yet
            self.housekeeping.enqueue(now)
            dispatch(timezone.now())
            if self.heart.stopped(now):
                self.keeper.restart(f"no heartbeat for {self.heart.patience:.0f} s: killed, all of it")
                self.heart.forget(now)
        except (DatabaseError, InterfaceError) as error:
            if not self.database_away:
                log.warning("the database does not answer: %s", str(error).splitlines()[0])
            self.database_away = True
            self.housekeeping.connection_lost()
            connection.close()
