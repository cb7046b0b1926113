"""Which requests came in: a bounded ring that tests read through the control API."""

from __future__ import annotations

from collections import deque
from typing import TypedDict

CAPACITY = 50_000


class LoggedRequest(TypedDict):
    """`status` 0: the connection was dropped; `cloud` like "c1/s12", empty for the control API."""

    n: int
    at: float
    method: str
    path: str
    status: int
    cloud: str


class RequestLog:
    def __init__(self) -> None:
        self._ring: deque[tuple[int, float, str, str, int, str]] = deque(maxlen=CAPACITY)
        self._next = 1

    def add(self, at: float, method: str, path: str, status: int, cloud: str) -> None:
        self._ring.append((self._next, at, method, path, status, cloud))
        self._next += 1

    def since(self, number: int) -> tuple[int, list[LoggedRequest]]:
        """(number to ask with next time, requests numbered `number` and above)."""
        return self._next, [
            LoggedRequest(n=n, at=at, method=method, path=path, status=status, cloud=cloud)
            for n, at, method, path, status, cloud in self._ring
            if n >= number
        ]

    def clear(self) -> None:
        self._ring.clear()
