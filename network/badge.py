"""The NIC badge of a cloud from the links of its ports."""

from collections.abc import Iterable
from dataclasses import dataclass

from network.choices import LinkState
from sites.choices import NicStatus


@dataclass(frozen=True, slots=True)
class NicBadge:
    """How many ports are up, down and unknown, and what that adds up to."""

    up: int
    down: int
    unknown: int

    @property
    def status(self) -> NicStatus:
        """Any port down is an error, and green is only what is known of every port; without ports there is no badge."""
        if self.down:
            return NicStatus.ERROR
        if self.unknown:
            return NicStatus.PARTLY if self.up else NicStatus.UNKNOWN
        return NicStatus.OK if self.up else NicStatus.NONE


def nic_badge(states: Iterable[LinkState | str]) -> NicBadge:
    """Count the states."""
    counts = dict.fromkeys(LinkState, 0)
    for state in states:
        counts[LinkState(state)] += 1
    return NicBadge(counts[LinkState.UP], counts[LinkState.DOWN], counts[LinkState.UNKNOWN])
