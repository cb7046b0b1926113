"""Whether a System Controller deploys software to itself, which makes dcmanager refuse much."""

from __future__ import annotations

from collections.abc import Callable

from simulator.dcmanager.refusals import Refused
from simulator.world import World

CACHE_SECONDS = 60.0


class ControllerState:
    def __init__(self, world: World) -> None:
        self._world = world
        self._idle: dict[int, tuple[float, bool]] = {}
        self.sources: list[Callable[[int], bool]] = []  # who else knows, by controller

    def deploying(self, controller: int) -> bool:
        fault = self._world.faults.on((controller, None), "controller-deploying", self._world.clock.now())
        return fault is not None or any(source(controller) for source in self.sources)

    def require_idle(self, controller: int) -> None:
        """The look at the controller's own USM, which dcmanager remembers for a minute. Raises Refused (400)."""
        now = self._world.clock.now()
        known_until, idle = self._idle.get(controller, (0.0, True))
        if known_until <= now:
            idle = not self.deploying(controller)
            self._idle[controller] = (now + self._world.clock.scaled(CACHE_SECONDS), idle)
        if not idle:
            raise Refused(
                400,
                "A local software deployment operation is in progress. Finish it before (re)installing or updating "
                "the subcloud.",
            )

    def require_not_deploying(self, controller: int, operation: str) -> None:
        """Raises Refused (422)."""
        if self.deploying(controller):
            raise Refused(
                422,
                f"Subcloud {operation} is not allowed while the system controller is still undergoing software update.",
            )
