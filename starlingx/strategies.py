"""The strategy of a System Controller and what goes with it (starlingx-dcmanager.md 2.7, 2.8)."""

from __future__ import annotations

from urllib.parse import quote

from starlingx.errors import NotFound
from starlingx.records import Strategy, StrategyStep, SwUpdateOptions
from starlingx.rows import Row, read_list
from starlingx.session import DEFAULT_TIMEOUT, CloudSession


class Strategies:
    """Reads of the strategy, its steps and the options."""

    def __init__(self, session: CloudSession) -> None:
        self._session = session

    async def strategy(self, *, timeout: float = DEFAULT_TIMEOUT) -> Strategy | None:
        """The one there is, of whatever type, or None."""
        row = await self._one("/sw-update-strategy", timeout)
        return None if row is None else Strategy.read(row)

    async def steps(self, *, timeout: float = DEFAULT_TIMEOUT) -> list[StrategyStep]:
        """Its steps, by id: the order they run in. Empty without a strategy."""
        body = await self._get("/sw-update-strategy/steps", timeout)
        return read_list(body, "strategy-steps", StrategyStep.read)

    async def step(self, cloud_name: str, *, timeout: float = DEFAULT_TIMEOUT) -> StrategyStep | None:
        """The step of one subcloud, by its name, or None."""
        row = await self._one(f"/sw-update-strategy/steps/{quote(cloud_name, safe='')}", timeout)
        return None if row is None else StrategyStep.read(row)

    async def options(self, *, timeout: float = DEFAULT_TIMEOUT) -> list[SwUpdateOptions]:
        """The default first, then those of subclouds that have their own."""
        return read_list(await self._get("/sw-update-options", timeout), "sw-update-options", SwUpdateOptions.read)

    async def _one(self, path: str, timeout: float) -> Row | None:
        """What is there, or None where dcmanager says that there is none. Other things not found stay an error."""
        try:
            return Row(await self._get(path, timeout), "strategy")
        except NotFound as caught:
            if "strategy" not in caught.message.lower():
                raise
            return None

    async def _get(self, path: str, timeout: float) -> object:
        return await self._session.get("dcmanager", "v1.0", path, central=True, timeout=timeout)
