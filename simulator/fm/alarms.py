"""`/v1/alarms`: list, one, summary."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web

from simulator.alarms.alarm import Alarm
from simulator.alarms.rows import brief, expanded, rest_entity
from simulator.alarms.snapshot import Snapshot
from simulator.fm.access import alarms_of
from simulator.fm.port_names import resolvable
from simulator.fm.query import Listing, check_fields, contains, page_limit, parse
from simulator.routing import Call, encoded
from simulator.wsme import ApiError, rendered, truth

ARGUMENTS = ("marker", "limit", "sort_key", "sort_dir", "include_suppress", "expand")
FIELDS: dict[str, Callable[[Alarm], str]] = {
    "uuid": lambda alarm: alarm.uuid,
    "alarm_id": lambda alarm: alarm.alarm_id,
    "entity_type_id": lambda alarm: alarm.entity_type_id,
    "entity_instance_id": lambda alarm: alarm.entity_instance_id,
    "severity": lambda alarm: alarm.severity,
    "alarm_type": lambda alarm: alarm.alarm_type,
}
SORT_KEYS = ("id", "created_at", "updated_at", "timestamp", *FIELDS)
KEPT_BODIES = 8


def current(call: Call) -> Snapshot:
    return alarms_of(call).snapshot(call.cloud, call.world.clock.now())


async def index(call: Call, kind: str) -> web.Response:
    """The encoded answer is kept until an alarm of this cloud changes."""
    snapshot = current(call)
    key = call.request.query_string
    if kind == "json" and key in snapshot.bodies:
        return encoded(snapshot.bodies[key])
    value, cacheable = listing(call, snapshot)
    response = rendered(value, kind)
    if kind == "json" and cacheable and len(snapshot.bodies) < KEPT_BODIES and isinstance(response.body, bytes):
        snapshot.bodies[key] = response.body
    return response


def listing(call: Call, snapshot: Snapshot) -> tuple[dict[str, Any], bool]:
    """(the list, whether it may be kept). The limit counts masked rows, which are dropped only afterwards."""
    asked = parse(call.query, ARGUMENTS, "id", "asc")
    check_fields(asked.filters, FIELDS, "alarm_get_all")
    if asked.marker:
        raise refuse_marker(snapshot, asked)
    limit = page_limit(asked.limit)
    rows = [
        alarm
        for alarm in selected(snapshot.alarms, asked)
        if asked.include_suppress or alarm.uuid not in snapshot.suppressed
    ][:limit]
    rows = [alarm for alarm in rows if alarm.uuid not in snapshot.masked]
    resolved = resolvable(call, rows)
    shape = expanded if asked.expand else brief
    found = [shape(call.cloud, alarm, alarm.uuid in snapshot.suppressed) for alarm in rows]
    if not resolved:
        for row, alarm in zip(found, rows, strict=True):
            row["entity_instance_id"] = alarm.entity_instance_id
    value: dict[str, Any] = {"alarms": found}
    if len(found) == limit:
        value["next"] = (
            f"{call.base_url}/v1/alarms?sort_key={asked.sort_key}&sort_dir={asked.sort_dir}"
            f"&limit={limit}&marker={found[-1]['uuid']}"
        )
    return value, resolved and not call.world.faults.all_on(call.cloud.key)


def selected(alarms: list[Alarm], asked: Listing) -> list[Alarm]:
    """Every filter matches part of its field."""
    for field, value in asked.filters:
        matches, get = contains(value), FIELDS[field]
        alarms = [alarm for alarm in alarms if matches(get(alarm))]
    return alarms


def refuse_marker(snapshot: Snapshot, asked: Listing) -> ApiError:
    """A page after the first one cannot be had, as seen with recent libraries."""
    if asked.marker not in {alarm.uuid for alarm in snapshot.alarms}:
        return ApiError(404, f"[HTTP 404] Alarm {asked.marker} could not be found.")
    if asked.sort_key not in SORT_KEYS:
        return ApiError(500, f"Sort key supplied is invalid: {asked.sort_key}")
    return ApiError(500, "'id'")


async def show(call: Call, kind: str) -> web.Response:
    snapshot, uuid = current(call), call.params["uuid"]
    if uuid == "detail":
        raise ApiError(404, "[HTTP 404] Resource could not be found.")
    alarm = next((one for one in snapshot.alarms if one.uuid == uuid), None)
    if alarm is None:
        raise ApiError(404, f"[HTTP 404] Alarm {uuid} could not be found.")
    if uuid in snapshot.masked:
        raise ApiError(404, "[HTTP 404] Resource could not be found.")
    row = expanded(call.cloud, alarm, uuid in snapshot.suppressed)
    row["entity_instance_id"] = (
        rest_entity(call.cloud, alarm.entity_instance_id) if resolvable(call, [alarm]) else alarm.entity_instance_id
    )
    return rendered(row, kind)


async def summary(call: Call, kind: str) -> web.Response:
    """Suppressed ones do not count, unless `include_suppress` has any value."""
    counts = current(call).counts(include_suppressed=truth(call.query.get("include_suppress")))
    critical, major, minor, warning = counts
    status = "critical" if critical else "degraded" if major or minor else "OK"
    return rendered({"critical": critical, "major": major, "minor": minor, "warnings": warning, "status": status}, kind)
