"""Which requests came in: a bounded ring that tests read through the control API."""

from __future__ import annotations

from collections import deque
from typing import Any, NamedTuple, TypedDict

from simulator.effects import Deed

CAPACITY = 50_000


class LoggedRequest(TypedDict):
    """`began` when it came in, `at` when it was answered; `status` 0: the connection was dropped; `cloud` like
    "c1/s12", empty for the control API.

    Of writes also: `asked`, fields without secrets (None: the body was not read), and `effect`, whether it changed
    anything so far; None for reads. `commands` names the changes.
    """

    n: int
    began: float
    at: float
    method: str
    path: str
    status: int
    cloud: str
    asked: dict[str, Any] | None
    effect: bool | None
    commands: list[str]


class Row(NamedTuple):
    n: int
    began: float
    at: float
    method: str
    path: str
    status: int
    cloud: str
    deed: Deed | None

    def shown(self) -> LoggedRequest:
        return LoggedRequest(
            n=self.n,
            began=self.began,
            at=self.at,
            method=self.method,
            path=self.path,
            status=self.status,
            cloud=self.cloud,
            asked=self.deed.asked if self.deed else None,
            effect=bool(self.deed.commands) if self.deed else None,
            commands=list(self.deed.commands) if self.deed else [],
        )


class RequestLog:
    def __init__(self) -> None:
        self._ring: deque[Row] = deque(maxlen=CAPACITY)
        self._next = 1

    def add(
        self, began: float, at: float, method: str, path: str, status: int, cloud: str, deed: Deed | None = None
    ) -> None:
        """`deed`: what a write asked and did; it may still grow."""
        self._ring.append(Row(self._next, began, at, method, path, status, cloud, deed))
        self._next += 1

    def since(self, number: int) -> tuple[int, list[LoggedRequest]]:
        """(number to ask with next time, requests numbered `number` and above)."""
        return self._next, [row.shown() for row in self._ring if row.n >= number]

    def clear(self) -> None:
        self._ring.clear()
