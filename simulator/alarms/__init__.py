"""Which alarms stand at which cloud: a function of seed, clock and commands."""

from __future__ import annotations

from simulator.alarms.model import StandingAlarms
from simulator.world import AlarmModel, World


def model(world: World) -> AlarmModel:
    """Called once by the core, after the services are registered."""
    return StandingAlarms(world)
