"""VIM: the orchestration of one cloud (starlingx-platform.md 5.3)."""

from __future__ import annotations

from starlingx.errors import BadValue
from starlingx.records import VimStrategy, VimStrategyDetail
from starlingx.rows import Row
from starlingx.session import DEFAULT_TIMEOUT, CloudSession

# A token that is no longer good gets 403 "Authorization failed" from the VIM, not 401.
STALE = frozenset({401, 403})
# dcmanager's sw-deploy is sw-upgrade here.
KINDS = frozenset({"sw-upgrade", "kube-upgrade", "kube-rootca-update", "fw-update", "system-config-update", "sw-patch"})


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

    async def strategy(self, kind: str, *, timeout: float = DEFAULT_TIMEOUT) -> VimStrategyDetail | None:
        """The strategy of that kind (one of KINDS, else BadValue) with all it did and will do, or None."""
        if kind not in KINDS:
            raise BadValue(f"the VIM's strategies are {', '.join(sorted(KINDS))}")
        body = await self._session.get("nfv", "api", f"/orchestration/{kind}/strategy", stale=STALE, timeout=timeout)
        row = Row(body, "answer")
        return VimStrategyDetail.read(row.inner("strategy")) if row.raw("strategy") is not None else None
