"""Time in the simulator: wall-clock time stamps, divided durations.

Times are seconds since 1970 as float, UTC. `--speed` divides what takes long in a real system (audit passes,
deploy phases); it never moves a time stamp and never shortens a token's life or a fault's `--for`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Clock:
    """`epoch` is when this fleet was first started; it survives restarts."""

    epoch: float
    speed: float = 1.0
    source: Callable[[], float] = field(default=time.time, repr=False)

    def now(self) -> float:
        return self.source()

    def scaled(self, seconds: float) -> float:
        """How long something that takes `seconds` in a real system takes here."""
        return seconds / self.speed


def utc(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def stamp_database(at: float) -> str:
    """dcmanager's shape for rows read straight from its database: `2026-11-22 06:25:11.259508`."""
    return utc(at).strftime("%Y-%m-%d %H:%M:%S.%f")


def stamp_rpc(at: float) -> str:
    """dcmanager's shape for rows that came through its RPC: `2026-11-22T06:25:11.259508`."""
    return utc(at).strftime("%Y-%m-%dT%H:%M:%S.%f")


def stamp_keystone(at: float) -> str:
    """Keystone's shape: `2026-11-22T07:26:28.000000Z`."""
    return utc(at).strftime("%Y-%m-%dT%H:%M:%S.000000Z")


def stamp_fm(at: float) -> str:
    """FM's shape without a zone: `2026-11-22T06:25:11.259508`."""
    return utc(at).strftime("%Y-%m-%dT%H:%M:%S.%f")


def stamp_sysinv(at: float) -> str:
    """sysinv's shape with a zone: `2026-11-22T07:43:27.796474+00:00`."""
    return utc(at).strftime("%Y-%m-%dT%H:%M:%S.%f+00:00")
