"""What dcmanager asks a site, or its BMC, in the middle of a request."""

from __future__ import annotations

from simulator.bmc import places
from simulator.fleet import Cloud
from simulator.world import World


def affecting_alarms(world: World, cloud: Cloud, at: float | None = None) -> list[str]:
    """Ids of management-affecting alarms that stand there."""
    now = world.clock.now() if at is None else at
    rows = world.alarms.standing(cloud, now)
    return sorted({str(row["alarm_id"]) for row in rows if row["mgmt_affecting"] == "True"})


def bmc_answers(world: World, cloud: Cloud) -> bool:
    """Whether controller-0's BMC gives its service root."""
    return places.away(world, *places.place(world, cloud, "/redfish/v1/")) is None
