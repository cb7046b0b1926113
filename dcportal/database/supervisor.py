"""The owner of the private cluster: makes it, keeps its server running, stops it."""

import fcntl
import logging
import os
import time
from collections.abc import Callable, Mapping
from typing import IO

from dcportal.database import account, binaries, cluster, former, layout
from dcportal.database.errors import DatabaseError, InUseError
from dcportal.database.server import FAST, Server, running
from processes.backoff import Backoff

log = logging.getLogger(__name__)

TICK = 0.02  # seconds between looks at a file the server writes
PATIENCE_WITH_FORMER = 60.0  # a server whose supervisor was killed is shutting down by itself
FIRST_ATTEMPTS = 6


class Supervisor:
    """Not thread-safe, and for the main thread only. `stopping` is asked while waiting for a slow recovery."""

    def __init__(
        self,
        where: layout.Layout,
        *,
        extra: Mapping[str, str] | None = None,
        may_create_databases: bool = False,
        wheel: bool = True,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self.layout = where
        self.extra = extra or {}
        self.may_create_databases = may_create_databases
        self.stopping = stopping
        self.wheel = wheel
        self.server: Server | None = None
        self.backoff = Backoff(first=0.2, longest=15.0, settled=60.0)
        self.started_at = self.restart_at = 0.0
        self._lock: IO[bytes] | None = None

    def start(self) -> str:
        """Make the cluster if it is not there, start its server, and return the DATABASE_URL; also noted in var/.

        Raises InUseError if another process owns the data, DatabaseError for everything else in its way.
        """
        layout.prepare(self.layout)
        self._lock_data()
        self._wait_for_former()
        former.put_aside(self.layout)
        self._settle()
        if self.layout.major() is None:
            cluster.create(self.binaries, self.layout, self.account)
        for attempt in range(1, FIRST_ATTEMPTS + 1):
            if self._wait_until_ready(self._launch()):
                break
            if attempt == FIRST_ATTEMPTS or self.stopping():
                raise DatabaseError(f"PostgreSQL does not start: {self.last_words()}")
            time.sleep(self.backoff.after(0))  # the memory of a killed server is released a moment later
        self._provision()
        self._note(self.url)
        return self.url

    def _settle(self) -> None:
        """Which programs, which account, which socket folder."""
        found = binaries.choose(self.layout.major(), wheel=self.wheel)
        self.account = account.for_server(self.layout.data)
        self.binaries = binaries.copied_below(self.layout.programs, found) if os.geteuid() == 0 else found
        self.folder = layout.socket_folder(self.layout, self.account)
        self.url = cluster.address(self.layout, self.folder)

    def _lock_data(self) -> None:
        handle = self.layout.lock.open("ab")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.close()
            raise InUseError(f"another process runs the private PostgreSQL in {self.layout.home}") from None
        self._lock = handle

    def _wait_for_former(self) -> None:
        deadline = time.monotonic() + PATIENCE_WITH_FORMER
        asked = False
        while process := running(self.layout.data):
            if time.monotonic() > deadline:
                raise DatabaseError(f"a PostgreSQL server (process {process}) still works on {self.layout.data}")
            if not asked:
                log.info("waiting for the former server (process %d) to end", process)
                os.kill(process, FAST)  # we hold the lock: nobody else can want it
                asked = True
            time.sleep(TICK)  # it is no child of ours: nothing but its file and its number tells when it has gone

    def _launch(self) -> Server:
        self.server = Server.start(self.binaries, self.layout, self.account, self.folder, self.extra)
        self.started_at = time.monotonic()
        return self.server

    def _wait_until_ready(self, server: Server) -> bool:
        while server.alive and not self.stopping():
            if server.ready():
                return True
            time.sleep(TICK)  # the server says in its file, and nowhere else, that it accepts connections
        return False

    def _provision(self) -> None:
        cluster.provision(self.layout, self.folder, self.binaries.major, may_create_databases=self.may_create_databases)

    def _note(self, url: str) -> None:
        draft = self.layout.pointer.with_name(f".{self.layout.pointer.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
            handle.write(url)
        draft.rename(self.layout.pointer)

    def check(self) -> None:
        """Restart a server that has died, with back-off. Call it a few times a second."""
        now = time.monotonic()
        if self.server is not None and not self.server.alive:
            delay = self.backoff.after(now - self.started_at)
            log.warning("PostgreSQL ended (%s); starting it again in %.1f s", self.last_words(), delay)
            self.server, self.restart_at = None, now + delay
        if self.server is None and now >= self.restart_at:
            self._launch()

    def last_words(self) -> str:
        """The last line of the server's log."""
        lines = self.layout.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return f"{lines[-1]} — see {self.layout.log}" if lines else f"see {self.layout.log}"

    def stop(self) -> None:
        if self.server is not None:
            self.server.stop()
            self.server = None
        if self._lock is not None:
            layout.discard_short_folder(self.layout)
            self._lock.close()
            self._lock = None
