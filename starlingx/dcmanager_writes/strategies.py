"""The one strategy a System Controller may have (starlingx-dcmanager.md 2.7)."""

from __future__ import annotations

from starlingx.dcmanager_writes.new_strategy import ARGUMENTS, NewStrategy
from starlingx.dcmanager_writes.orders import Orders, as_told
from starlingx.errors import BadValue
from starlingx.records import Strategy
from starlingx.rows import Row
from starlingx.session import WRITE_TIMEOUT


class StrategyWrites(Orders):
    """Each returns the strategy as it is then. The type is always told, so that no other strategy is hit."""

    async def create_strategy(self, new: NewStrategy, *, timeout: float = WRITE_TIMEOUT) -> Strategy:
        """Refused (422) while there is one of any type. Clears the error texts of all subclouds that get a step."""
        return _strategy(await self._send("POST", "/sw-update-strategy", json=new.body(), timeout=timeout))

    async def apply_strategy(self, type_: str, *, timeout: float = WRITE_TIMEOUT) -> Strategy:
        """Start it."""
        return await self._act("apply", type_, timeout)

    async def abort_strategy(self, type_: str, *, timeout: float = WRITE_TIMEOUT) -> Strategy:
        """Stop what has not begun; running steps finish."""
        return await self._act("abort", type_, timeout)

    async def delete_strategy(self, type_: str, *, timeout: float = WRITE_TIMEOUT) -> Strategy:
        """Steps that never ran vanish at once, the rest after a while. Archive them before."""
        return _strategy(await self._send("DELETE", f"/sw-update-strategy{_filter(type_)}", timeout=timeout))

    async def _act(self, action: str, type_: str, timeout: float) -> Strategy:
        path = f"/sw-update-strategy/actions{_filter(type_)}"
        return _strategy(await self._send("POST", path, json={"action": action}, timeout=timeout))


def _filter(type_: str) -> str:
    if type_ not in ARGUMENTS:
        raise BadValue(f"the type of a strategy is one of {', '.join(ARGUMENTS)}")
    return f"?type={type_}"


def _strategy(body: object) -> Strategy:
    return as_told(lambda told: Strategy.read(Row(told, "strategy")), body)
