"""FM asks its cloud's sysinv for port names; what becomes of a list when sysinv does not answer.

An HTTP error leaves the names in place; a refused connection, or no endpoint in the catalog, is a 500 for the
whole list as soon as one row is about a port (recorded as tests/wire/fm/sysinv_*).
"""

from __future__ import annotations

from collections.abc import Iterable

from simulator.alarms.alarm import Alarm
from simulator.routing import Call
from simulator.wsme import ApiError


def about_port(alarm: Alarm) -> bool:
    return ".port=" in alarm.entity_instance_id


def resolvable(call: Call, alarms: Iterable[Alarm]) -> bool:
    """True: names become uuids. False: they stay. Raises ApiError(500)."""
    world, key = call.world, call.cloud.key
    if not world.faults.all_on(key) or not any(about_port(alarm) for alarm in alarms):
        return True
    for fault in world.faults.active_on(key, world.clock.now()):
        if fault.kind == "no-service" and fault.options["type"] == "platform":
            raise ApiError(
                500,
                f"internalURL endpoint for platform service named sysinv in {call.cloud.region_name} region not found",
            )
        if fault.options.get("service") == "platform":
            if fault.kind == "drop":
                raise ApiError(500, "[Errno 111] ECONNREFUSED")
            if fault.kind in ("error", "unauthorized"):
                return False
    return True
