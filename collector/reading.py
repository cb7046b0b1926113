"""What the parts of one controller's reader share."""

from dataclasses import dataclass, field

from django.conf import settings

from collector.config import ControllerConfig
from collector.doors import Doors
from collector.lane import Lane
from collector.roster import Roster
from collector.services import Services
from collector.site import Kind
from collector.writer import Writer


@dataclass(slots=True)
class Reading:
    """One controller being read under one lease."""

    config: ControllerConfig
    token: int
    writer: Writer
    doors: Doors
    services: Services
    roster: Roster
    lanes: dict[Kind, Lane] = field(default_factory=dict)


def period(name: str) -> float:
    """Seconds of settings.POLL_SECONDS."""
    return float(settings.POLL_SECONDS[name])
