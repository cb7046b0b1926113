"""What is in the virtual drives, and from where a host boots next. Commands, so a restart keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.bmc.board import Board
from simulator.world import World


@dataclass(slots=True)
class Boot:
    """The boot override, from `since` on."""

    since: float = 0.0
    enabled: str = "Disabled"
    target: str = "None"
    mode: str = "UEFI"


class Media:
    """By (controller, id, host or address)."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._images: dict[tuple[Any, ...], str] = {}
        self._boots: dict[tuple[Any, ...], Boot] = {}
        world.command("bmc.media", self._insert)
        world.command("bmc.boot", self._set_boot)

    def image(self, board: Board) -> str | None:
        return self._images.get((*board.cloud.key, board.name))

    def insert(self, board: Board, image: str | None) -> None:
        """None takes out what is in."""
        self._world.do("bmc.media", cloud=list(board.cloud.key), host=board.name, image=image)

    def boot(self, board: Board) -> Boot:
        """What holds now: an override for one boot is spent when the host has started since."""
        boot = self._boots.get((*board.cloud.key, board.name), Boot())
        if boot.enabled == "Once" and started_since(board, boot.since):
            return Boot(mode=boot.mode)
        return boot

    def set_boot(self, board: Board, changes: Mapping[str, str]) -> None:
        boot = self.boot(board)
        values = {"enabled": boot.enabled, "target": boot.target, "mode": boot.mode, **changes}
        self._world.do("bmc.boot", cloud=list(board.cloud.key), host=board.name, values=values)

    def _insert(self, at: float, arguments: Mapping[str, Any]) -> None:
        key = (*arguments["cloud"], arguments["host"])
        if arguments["image"] is None:
            self._images.pop(key, None)
        else:
            self._images[key] = arguments["image"]

    def _set_boot(self, at: float, arguments: Mapping[str, Any]) -> None:
        self._boots[(*arguments["cloud"], arguments["host"])] = Boot(at, **arguments["values"])


def started_since(board: Board, since: float) -> bool:
    """Whether the host was switched on or restarted after that, and up to now."""
    restarts = [start for start, end in board.power.down if end is not None]
    starts = [at for at, on in board.power.switched if on]
    return any(since < at <= board.at for at in (*restarts, *starts))
