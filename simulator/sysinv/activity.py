"""Which controller carries the services, for those who do not build a body of sysinv's."""

from __future__ import annotations

from simulator.alarms.model import StandingAlarms
from simulator.fleet import Cloud
from simulator.sysinv.conditions import conditions
from simulator.sysinv.hosts import active_controller
from simulator.sysinv.site import Site
from simulator.world import World


def active_host(world: World, cloud: Cloud, at: float) -> str:
    model = world.alarms
    if not isinstance(model, StandingAlarms):
        return cloud.hosts[0].hostname
    return active_controller(Site(cloud, "", world.clock.epoch, at, conditions(model, cloud, at)))
