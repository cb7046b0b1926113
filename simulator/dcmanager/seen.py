"""A subcloud as its dcmanager shows it at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.dcmanager.audit import Availability
from simulator.dcmanager.lifecycle import Standing


@dataclass(frozen=True, slots=True)
class Seen:
    """A subcloud as its dcmanager shows it now; `endpoints` maps endpoint type to sync status.

    `written` are columns that work has written which is not settled yet. `error` is the text of the last status column
    that touched it, without the hints that are added on reading.
    """

    availability: Availability
    endpoints: Mapping[str, str]
    endpoint_since: Mapping[str, float]
    deploy: Standing
    backup: Standing
    prestage: Standing
    error: str
    updated_at: float
    valid_until: float
    written: Mapping[str, Any]

    @property
    def word(self) -> str:
        return "online" if self.availability.online else "offline"
