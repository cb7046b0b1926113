"""`/v1/event_log`: what was set, cleared and logged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web

from simulator.alarms.history import Event, events
from simulator.alarms.rows import rest_entity, status, timestamp
from simulator.fm.access import alarms_of
from simulator.fm.port_names import resolvable
from simulator.fm.query import Listing, check_fields, contains, instant, parse
from simulator.routing import Call
from simulator.wsme import ApiError, rendered, truth

Row = dict[str, Any]
ARGUMENTS = ("marker", "limit", "sort_key", "sort_dir", "alarms", "logs", "include_suppress", "expand")
PARTS: dict[str, Callable[[Event], str]] = {
    "event_log_id": lambda event: event.alarm.alarm_id,
    "entity_type_id": lambda event: event.alarm.entity_type_id,
    "entity_instance_id": lambda event: event.alarm.entity_instance_id,
    "severity": lambda event: event.severity,
}
WHOLES: dict[str, Callable[[Event], str]] = {
    "uuid": lambda event: event.uuid,
    "event_log_type": lambda event: event.alarm.alarm_type,
}
KNOWN = {**PARTS, **WHOLES, "start": None, "end": None}


def row(call: Call, event: Event, *, expand: bool, resolved: bool = True) -> Row:
    """The suppression status of a log is the text `None`, as seen."""
    alarm = event.alarm
    suppressed = alarm.alarm_id in alarms_of(call).register.of(call.cloud).suppressed
    entity = rest_entity(call.cloud, alarm.entity_instance_id) if resolved else alarm.entity_instance_id
    found: Row = {"uuid": event.uuid, "event_log_id": alarm.alarm_id, "state": event.state}
    if expand:
        found["entity_type_id"] = alarm.entity_type_id
    found |= {
        "entity_instance_id": entity,
        "timestamp": timestamp(event.stamp),
        "severity": event.severity,
        "reason_text": alarm.reason_text,
    }
    if expand:
        found |= {
            "event_log_type": alarm.alarm_type,
            "probable_cause": alarm.probable_cause,
            "proposed_repair_action": alarm.proposed_repair_action,
            "service_affecting": alarm.service_affecting,
            "suppression": alarm.suppression,
        }
    return found | {"suppression_status": "None" if event.state == "log" else status(suppressed)}


async def index(call: Call, kind: str) -> web.Response:
    return listing(call, kind, detail=False)


def listing(call: Call, kind: str, *, detail: bool) -> web.Response:
    """No default limit and no cap; a limit of zero is none of them, as seen."""
    asked = parse(call.query, ARGUMENTS, "timestamp", "desc")
    check_fields(asked.filters, KNOWN, "event_log_get_all")
    found = history(call)
    if asked.marker:
        raise ApiError(500, "'id'") if any(event.uuid == asked.marker for event in found) else missing(asked.marker)
    found = kept(call, asked, found)
    if asked.sort_dir == "asc":
        found.reverse()
    if asked.limit is not None:
        found = found[: asked.limit]
    resolved = resolvable(call, (event.alarm for event in found))
    rows = [row(call, event, expand=asked.expand or detail, resolved=resolved) for event in found]
    value: Row = {"event_log": rows}
    if rows and len(rows) == asked.limit:
        value["next"] = (
            f"{call.base_url}/v1/event_log?sort_key={asked.sort_key}&sort_dir={asked.sort_dir}"
            f"&limit={asked.limit}&marker={rows[-1]['uuid']}"
        )
    return rendered(value, kind)


def history(call: Call) -> list[Event]:
    return events(alarms_of(call), call.cloud, call.world.clock.now())


def missing(uuid: str) -> ApiError:
    return ApiError(404, f"[HTTP 404] Event Log {uuid} could not be found.")


def kept(call: Call, asked: Listing, found: list[Event]) -> list[Event]:
    """What the filters leave. `alarms` and `logs` together mean everything."""
    alarms, logs = truth(call.query.get("alarms")), truth(call.query.get("logs"))
    if alarms != logs:
        found = [event for event in found if (event.state == "log") == logs]
    if not asked.include_suppress:
        suppressed = alarms_of(call).register.of(call.cloud).suppressed
        found = [event for event in found if event.alarm.alarm_id not in suppressed]
    for field, value in asked.filters:
        test = condition(field, value)
        found = [event for event in found if test(event)]
    return found


def condition(field: str, value: str) -> Callable[[Event], bool]:
    """Ids match whole, the rest in parts; `start` and `end` compare time stamps. Raises ApiError(500)."""
    if field in ("start", "end"):
        limit = instant(value)
        if field == "start":
            return lambda event: event.stamp is not None and event.stamp >= limit
        return lambda event: event.stamp is not None and event.stamp <= limit
    if field in WHOLES:
        whole = WHOLES[field]
        return lambda event: whole(event) == value
    matches, part = contains(value), PARTS[field]
    return lambda event: matches(part(event))


async def show(call: Call, kind: str) -> web.Response:
    uuid = call.params["uuid"]
    if uuid == "detail":
        return listing(call, kind, detail=True)
    event = next((one for one in history(call) if one.uuid == uuid), None)
    if event is None:
        raise missing(uuid)
    return rendered(row(call, event, expand=True, resolved=resolvable(call, [event.alarm])), kind)
