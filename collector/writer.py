"""One thread with one database connection, so that the event loop never waits for PostgreSQL."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, ProgrammingError, connection

log = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")


class DatabaseLostError(Exception):
    """The database does not answer, or broke the transaction off. Whatever was to be written was not."""


class Writer:
    """Runs functions one after the other in a thread of its own. Loss and return of the database are logged once."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._lost = False
        self.losses = 0  # a count: what was remembered of the database before the last one may not be there

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The function's result. Raises DatabaseLostError, and whatever else the function raises."""

        def call() -> T:
            return self._call(lambda: function(*args, **kwargs))

        return await asyncio.get_running_loop().run_in_executor(self._pool, call)

    async def close(self) -> None:
        """Finish what was begun and disconnect."""
        await asyncio.get_running_loop().run_in_executor(self._pool, _disconnect)
        self._pool.shutdown()

    def _call(self, function: Callable[[], T]) -> T:
        """Once more after a deadlock, which PostgreSQL ends by throwing one side out."""
        try:
            result = self._once(function)
        except DeadlockError:
            result = self._once(function)
        if self._lost:
            self._lost = False
            log.info("%s: the database answers again", self._name)
        return result

    def _once(self, function: Callable[[], T]) -> T:
        try:
            return function()
        except (OperationalError, InterfaceError, ProgrammingError) as caught:
            state = getattr(caught.__cause__, "sqlstate", None)
            if isinstance(caught, ProgrammingError) and state != UNDEFINED_TABLE:
                raise
            if state == DEADLOCK:
                raise DeadlockError(str(caught)) from caught
            self.losses += 1
            connection.close()
            if not self._lost:
                self._lost = True
                log.warning("%s: the database does not answer: %s", self._name, caught)
            raise DatabaseLostError(str(caught)) from caught


def _disconnect() -> None:
    connection.close()  # looked up in the thread that runs this: each has its own


DEADLOCK = "40P01"
UNDEFINED_TABLE = "42P01"  # somebody is restoring


class DeadlockError(DatabaseLostError):
    """Two transactions waited for each other; this one was ended."""
