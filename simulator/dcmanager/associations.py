"""Whether the other System Controller has heard of what changed in a subcloud peer group.

Every group has one association, with the same id. It goes out of sync when a member is changed, comes or goes, and
when a strategy brings a member to another major release; it stays so until somebody asks for a sync.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.world import World

SYNC_SECONDS = 20.0
IN_SYNC, SYNCING, OUT_OF_SYNC = "in-sync", "syncing", "out-of-sync"
INFO = (
    "The operation has caused the SPG to be out-of-sync. Please run peer-group-association sync command to push "
    "the subcloud peer group changes to the peer site:\n"
)
COMMAND = "$ dcmanager peer-group-association sync {group}\n"


class Associations:
    def __init__(self, world: World) -> None:
        self._world = world
        self._changed: dict[tuple[int, int], tuple[str, float]] = {}
        world.command("association.outdate", self._outdate)
        world.command("association.sync", self._sync)

    def status(self, controller: int, group: int) -> str:
        word, since = self._changed.get((controller, group), (IN_SYNC, 0.0))
        done = since + self._world.clock.scaled(SYNC_SECONDS)
        return IN_SYNC if word == SYNCING and self._world.clock.now() >= done else word

    def changed_at(self, controller: int, group: int) -> float | None:
        """When somebody last changed it, or a sync ended."""
        word, since = self._changed.get((controller, group), ("", 0.0))
        if not word:
            return None
        synced = word == SYNCING and self.status(controller, group) == IN_SYNC
        return since + self._world.clock.scaled(SYNC_SECONDS) if synced else since

    def outdate(self, controller: int, group: int, at: float) -> None:
        self._changed[controller, group] = (OUT_OF_SYNC, at)

    def _outdate(self, at: float, arguments: Mapping[str, Any]) -> None:
        for group in arguments["groups"]:
            self.outdate(arguments["controller"], group, at)

    def _sync(self, at: float, arguments: Mapping[str, Any]) -> None:
        self._changed[arguments["controller"], arguments["group"]] = (SYNCING, at)
