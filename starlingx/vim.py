"""VIM: the orchestration of one cloud (starlingx-platform.md 5.3)."""

from __future__ import annotations

from starlingx.records import VimStrategy
from starlingx.rows import Row
from starlingx.session import DEFAULT_TIMEOUT, CloudSession

# A token that is no longer good gets 403 "Authorization failed" from the VIM, not 401.
STALE = frozenset({401, 403})


class Vim:
    """Reads of the VIM."""

    def __init__(self, session: CloudSession) -> None:
        self._session = session

    async def current_strategy(self, *, timeout: float = DEFAULT_TIMEOUT) -> VimStrategy | None:
        """The strategy under way, or None."""
        path = "/orchestration/current-strategy/strategy"
        body = await self._session.get("nfv", "api", path, stale=STALE, timeout=timeout)
        row = Row(body, "answer")
        return VimStrategy.read(row.inner("strategy")) if row.raw("strategy") is not None else None
