"""`/v1/event_suppression`: one row for each alarm id, 135 of them, whether it may be suppressed or not."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from simulator.alarms.catalogue import AlarmKind, kinds
from simulator.alarms.rows import status
from simulator.fm.access import alarms_of
from simulator.fm.query import check_fields, parse
from simulator.routing import Call
from simulator.wsme import UUID, ApiError, rendered

Row = dict[str, Any]
ARGUMENTS = ("marker", "limit", "sort_key", "sort_dir")
FIELDS = ("uuid", "alarm_id", "description", "suppression_status")


def row(call: Call, kind: AlarmKind) -> Row:
    uuid = call.cloud.uuid("suppression", kind.alarm_id)
    suppressed = kind.alarm_id in alarms_of(call).register.of(call.cloud).suppressed
    links = [
        {"href": f"{call.base_url}{version}/event_suppression/{uuid}", "rel": rel}
        for version, rel in (("/v1", "self"), ("", "bookmark"))
    ]
    return {
        "uuid": uuid,
        "alarm_id": kind.alarm_id,
        "description": kind.description,
        "suppression_status": status(suppressed),
        "links": links,
    }


async def index(call: Call, kind: str) -> web.Response:
    """Filters match whole values; any limit is a 500, as seen."""
    if "limit" in call.query:
        raise ApiError(500, "'<' not supported between instances of 'str' and 'int'")
    asked = parse(call.query, ARGUMENTS, "id", "asc")
    check_fields(asked.filters, dict.fromkeys(FIELDS), "event_suppression_get_all")
    rows = [row(call, one) for one in kinds().values()]
    for field, value in asked.filters:
        rows = [one for one in rows if one[field] == value]
    if asked.sort_dir == "desc":
        rows.reverse()
    return rendered({"event_suppression": rows}, kind)


def find(call: Call) -> tuple[int, AlarmKind]:
    """(number, kind) of the row asked for; unknown is 400, not 404, as seen. Raises ApiError."""
    uuid = call.params["uuid"]
    if not UUID.match(uuid):
        raise ApiError(
            400,
            f"Invalid input for field/attribute uuid. Value: '{uuid}'. unable to convert to uuid. "
            "Error: [HTTP 400] Unacceptable parameters.",
        )
    for number, kind in enumerate(kinds().values(), start=1):
        if call.cloud.uuid("suppression", kind.alarm_id) == uuid:
            return number, kind
    raise ApiError(400, f"[HTTP 400] No event suppression entry found for {uuid}")


async def show(call: Call, kind: str) -> web.Response:
    number, found = find(call)
    return rendered({"id": number, **row(call, found)}, kind)


async def update(call: Call, kind: str) -> web.Response:
    """JSON patch of `/suppression_status`; works for alarms that may not be suppressed, too."""
    patch = await read_patch(call)
    number, found = find(call)
    for step in patch:
        value = checked(step)
        call.world.do("alarm.suppress", cloud=list(call.cloud.key), alarm_id=found.alarm_id, on=value == "suppressed")
    return rendered({"id": number, **row(call, found)}, kind)


async def read_patch(call: Call) -> list[Row]:
    """Raises ApiError(400)."""
    try:
        patch = await call.json()
    except ValueError as error:
        raise ApiError(400, f"Request is not in valid JSON format: {error}") from error
    if not isinstance(patch, list):
        raise ApiError(
            400, f"Invalid input for field/attribute patch. Value: '{patch}'. Value not a valid list: {patch}"
        )
    for step in patch:
        path = str(step.get("path", "")) if isinstance(step, dict) else ""
        if not path.startswith("/"):
            raise ApiError(
                400,
                f"Invalid input for field/attribute path. Value: '{path}'. "
                r"Value should match the pattern ^(/[\w-]+)+$",
            )
    return patch


def checked(step: Row) -> str:
    """The new status. Raises ApiError."""
    name = step["path"][1:]
    if name in FIELDS and name != "suppression_status":
        raise ApiError(400, f"event_suppression parameter {name} is not allowed to be updated.")
    if name != "suppression_status":
        raise ApiError(400, "event_suppression invalid parameter.")
    if "value" not in step:
        raise ApiError(500, "'value'")
    value = str(step["value"])
    if value not in ("suppressed", "unsuppressed"):
        raise ApiError(
            400,
            "Invalid event_suppression parameter suppression_status values. Valid values are: suppressed, unsuppressed",
        )
    return value
