"""Who was let in may have lost the right to it since: one question for all sockets of this process, every few seconds.

Each socket asks for itself as well, once a minute (consumers.py).
"""

import asyncio
import random
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import Error as DatabaseError
from django.utils import timezone
from django.utils.module_loading import import_string

from events import frames
from events.threads import in_thread

if TYPE_CHECKING:
    from events.hub import Subscription

EVERY_SECONDS = 5.0
SCATTER_SECONDS = 3.0  # over which the sockets ask after a change that may concern each of them


class Rechecks:
    """Wakes subscriptions whose session has ended, and all of them when anybody's rights have changed."""

    def __init__(self, subscriptions: "Callable[[], Iterable[Subscription]]") -> None:
        self._subscriptions = subscriptions
        self._mark: str | None = None

    async def run(self) -> None:
        while True:
            await asyncio.sleep(float(getattr(settings, "STREAM_ACCESS_SECONDS", EVERY_SECONDS)))
            open_ = list(self._subscriptions())
            if not open_:
                self._mark = None  # whoever comes next is judged when he comes
                continue
            try:
                mark, ended = await in_thread(_look, {each.session for each in open_ if each.session})
            except DatabaseError:
                continue  # it is gone; so is the stream, until both are back
            self._wake(open_, mark, ended)

    def _wake(self, open_: "list[Subscription]", mark: str, ended: set[str]) -> None:
        changed = mark != self._mark  # the first one too: rights may have ended since these were let in
        self._mark = mark
        later = asyncio.get_running_loop().call_later
        for each in open_:
            if each.session in ended:
                each.put(frames.RECHECK)
            elif changed:
                later(random.uniform(0, SCATTER_SECONDS), each.put, frames.RECHECK)


def _look(sessions: set[str]) -> tuple[str, set[str]]:
    """settings.STREAM_ACCESS_MARK names the function whose text changes when rights do. Two queries."""
    mark: str = import_string(settings.STREAM_ACCESS_MARK)()
    standing = Session.objects.filter(session_key__in=sessions, expire_date__gt=timezone.now())
    return mark, sessions - set(standing.values_list("session_key", flat=True))
