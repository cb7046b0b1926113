"""Bodies of dcmanager requests: multipart forms for subclouds, JSON for the rest. Hostile input ends as Refused
or Crashed, never as an exception of ours."""

from __future__ import annotations

from typing import Any

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from simulator.dcmanager.refusals import Crashed, Refused
from simulator.routing import Call

MAX_FIELD = 8 * 2**20
MAX_FIELDS = 100
# what aiohttp's multipart reader raises for bodies that are none
UNREADABLE = (ValueError, AssertionError, LookupError, TypeError, RuntimeError, HttpProcessingError, web.HTTPException)


async def form_fields(call: Call) -> dict[str, str]:
    """Text fields of a multipart form; files are read as text too, as dcmanager's YAML files are.

    Raises Crashed for any other body: the real server falls over it (wire/dcmanager/mut_patch_json_body_500.json).
    """
    if call.request.content_type != "multipart/form-data":
        raise Crashed
    fields: dict[str, str] = {}
    try:
        reader = await call.request.multipart()
        while (part := await reader.next()) is not None:
            if not isinstance(part, BodyPartReader) or part.name is None or len(fields) >= MAX_FIELDS:
                raise Crashed
            fields[part.name] = await _text(part)
    except UNREADABLE as error:
        raise Crashed from error
    return fields


async def _text(part: BodyPartReader) -> str:
    data = bytearray()
    while chunk := await part.read_chunk():
        data += chunk
        if len(data) > MAX_FIELD:
            raise Crashed
    return part.decode(bytes(data)).decode("utf-8")


async def json_object(call: Call) -> dict[str, Any]:
    """Raises Refused."""
    try:
        value = await call.json()
    except ValueError as error:
        raise Refused(400, "Request body is malformed.") from error
    if not isinstance(value, dict) or not value:
        raise Refused(400, "Body required")
    return value
