"""DELETE, POST and PUT of `/v1/alarms`."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from simulator.alarms.catalogue import kinds
from simulator.fm.access import alarms_of
from simulator.fm.query import instant
from simulator.routing import Call
from simulator.wsme import ApiError, crashed, rendered

MANDATORY = (
    "alarm_state",
    "alarm_id",
    "entity_type_id",
    "entity_instance_id",
    "severity",
    "reason_text",
    "alarm_type",
    "probable_cause",
)


async def delete(call: Call, kind: str) -> web.Response:
    """Gone from the list, `clear` in the event log; masked ones too. Nobody else is told."""
    model, uuid = alarms_of(call), call.params["uuid"]
    snapshot = model.snapshot(call.cloud, call.world.clock.now())
    alarm = next((one for one in snapshot.alarms if one.uuid == uuid), None)
    if alarm is None:
        raise ApiError(404, f"[HTTP 404] Alarm {uuid} could not be found.")
    model.clear_alarm(call.cloud, alarm.alarm_id, alarm.entity_instance_id)
    response = web.Response(status=204)
    response.headers.popall("Content-Type", None)
    return response


async def create(call: Call, kind: str) -> web.Response:
    """Set, clear or log, by `alarm_state`; what the database refuses is an empty 500."""
    body = await read(call)
    for name in MANDATORY:
        if body.get(name) is None:
            raise ApiError(400, f"Invalid input for field/attribute {name}. Value: 'None'. Mandatory field missing.")
        if not isinstance(body[name], str):
            raise ApiError(400, f"Invalid input for field/attribute {name}. Value: '{body[name]}'. Wrong type.")
    match body["alarm_state"]:
        case "set":
            uuid = put(call, body)
        case "clear":
            uuid = clear(call, body)
        case "log" | "msg":
            key = list(call.cloud.key)
            uuid = call.world.do("alarm.log", cloud=key, alarm=body).uuid
        case _:
            uuid = None
    return crashed() if uuid is None else rendered(json.dumps({"uuid": uuid}), kind)


async def read(call: Call) -> dict[str, Any]:
    try:
        body = await call.json()
    except ValueError as error:
        raise ApiError(400, f"Request is not in valid JSON format: {error}") from error
    if not isinstance(body, dict):
        raise ApiError(400, "Unable to parse the request")
    return body


def put(call: Call, body: dict[str, Any]) -> str | None:
    """The uuid of the alarm; the repair text of the catalogue wins over the one that was sent."""
    if body["alarm_id"] not in kinds():
        return None
    given = {key: value for key, value in body.items() if key != "proposed_repair_action"}
    stamp = instant(str(body["timestamp"])) if body.get("timestamp") else None
    try:
        raised = call.world.do(
            "alarm.raise", cloud=list(call.cloud.key), alarm=given, stamped=stamp is not None, stamp=stamp
        )
    except ValueError:
        return None
    return str(raised.uuid)


def clear(call: Call, body: dict[str, Any]) -> str | None:
    model = alarms_of(call)
    key = (body["alarm_id"], body["entity_instance_id"])
    standing = model.snapshot(call.cloud, call.world.clock.now()).alarms
    alarm = next((one for one in standing if one.key == key), None)
    if alarm is None or not model.clear_alarm(call.cloud, *key):
        return None
    return alarm.uuid


async def update(call: Call, kind: str) -> web.Response:
    """Never worked when it was recorded, by uuid or by number."""
    return crashed()
