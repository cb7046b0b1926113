"""What is to happen by itself: work whose course depends on what the world is like when its moment comes.

Nothing ticks. Entries wait until somebody looks: `World` settles the agenda up to now before each request, and up to
a command's own instant before the command. Entries run in the order of their times, each as if it were that time; so
they find the world as it was then, and a replay of the commands gives the same story. An entry must ask for nothing
later than its own time, and must not issue commands.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from typing import Any

Occurrence = Callable[[float, Mapping[str, Any]], None]


class Agenda:
    def __init__(self) -> None:
        self._kinds: dict[str, Occurrence] = {}
        self._entries: list[tuple[float, int, str, Mapping[str, Any]]] = []
        self._number = 0
        self._settling = False

    def kind(self, name: str, occur: Occurrence) -> None:
        """What happens when an entry of that kind is due: `occur(at, what)`."""
        self._kinds[name] = occur

    def enter(self, at: float, name: str, /, **what: Any) -> None:
        """Part of a command or of another entry. Of two at the same time the one entered first comes first."""
        self._number += 1
        heapq.heappush(self._entries, (at, self._number, name, what))

    def settle(self, until: float) -> None:
        """Let happen what is due."""
        if self._settling:
            return
        self._settling = True
        try:
            while self._entries and self._entries[0][0] <= until:
                at, _, name, what = heapq.heappop(self._entries)
                self._kinds[name](at, what)
        finally:
            self._settling = False
