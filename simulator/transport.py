"""What faults do to a connection: nothing, a delay, a broken answer, or none at all."""

from __future__ import annotations

import asyncio
import json
import random
from typing import Any

from aiohttp import web

from simulator.faults import Fault
from simulator.fleet import Cloud
from simulator.world import World

HANG_SECONDS = 30.0
CHUNK = b" " * (1 << 16)
HTML_PAGE = b"<!DOCTYPE html><html><head><title>Gateway</title></head><body><h1>It works?</h1></body></html>"
SCRIPT = "<script>alert('simulator')</script>"


class DroppedError(Exception):
    """The connection was aborted; there is no answer."""


def drop(request: web.Request) -> DroppedError:
    if request.transport is not None:
        request.transport.abort()
    return DroppedError()


def faults_for(world: World, cloud: Cloud, service: str) -> list[Fault]:
    """Active faults that concern this service of this cloud, youngest last."""
    return [
        fault
        for fault in world.faults.active_on(cloud.key, world.clock.now())
        if fault.options.get("service") in (None, "all", service)
    ]


async def before(request: web.Request, away: str | None, faults: list[Fault]) -> web.Response | None:
    """Delay, refuse or drop before a service is asked; `away` as Service.away says. Raises DroppedError."""
    if away is not None:
        if away == "hang":
            await asyncio.sleep(HANG_SECONDS)
        raise drop(request)
    for fault in faults:
        if fault.kind == "slow":
            await asyncio.sleep(float(fault.options["seconds"]))
        elif fault.kind == "drop" and random.random() < fault.options["rate"]:
            raise drop(request)
        elif fault.kind == "error":
            return web.Response(status=int(fault.options["status"]), text="")
    return None


def away(world: World, cloud: Cloud, request: web.Request) -> web.Response | None:
    """503 while the central services restart. Raises DroppedError when nothing listens."""
    fault = world.faults.on(cloud.key, "controller-restart", world.clock.now())
    if fault is None:
        return None
    if fault.options.get("mode") == "503":
        return web.Response(status=503, text="503 Service Unavailable")
    raise drop(request)


async def after(request: web.Request, response: web.StreamResponse, faults: list[Fault]) -> web.StreamResponse:
    """Break a good answer. Raises DroppedError."""
    fault = next((fault for fault in reversed(faults) if fault.kind == "malformed"), None)
    if fault is None or not isinstance(response, web.Response):
        return response
    what = fault.options["what"]
    if what == "html":
        return web.Response(body=HTML_PAGE, content_type="text/html")
    if what == "truncated":
        return await _truncated(request, response)
    if what == "huge":
        return await _huge(request, int(fault.options["mib"]))
    return _rewritten(response, what)


async def _truncated(request: web.Request, response: web.Response) -> web.StreamResponse:
    """Half of what Content-Length promises, then the connection is gone."""
    body = bytes(response.body) if isinstance(response.body, bytes | bytearray) else b"{}"
    short = web.StreamResponse(
        status=response.status, headers={"Content-Type": response.content_type, "Content-Length": str(len(body) + 1)}
    )
    await short.prepare(request)
    await short.write(body[: len(body) // 2])
    raise drop(request)


async def _huge(request: web.Request, mib: int) -> web.StreamResponse:
    """Valid JSON of that many MiB, sent in pieces so that it costs this process nothing."""
    stream = web.StreamResponse(headers={"Content-Type": "application/json"})
    await stream.prepare(request)
    for _ in range(mib * 16):
        await stream.write(CHUNK)
    await stream.write(b"{}")
    await stream.write_eof()
    return stream


def _rewritten(response: web.Response, what: str) -> web.Response:
    """The same JSON with null or a script in place of values; other bodies stay."""
    try:
        value = json.loads(bytes(response.body) if isinstance(response.body, bytes | bytearray) else b"")
    except ValueError:
        return response
    return web.json_response(_replaced(value, what), status=response.status)


def _replaced(value: Any, what: str) -> Any:
    if isinstance(value, dict):
        return {key: _replaced(inner, what) for key, inner in value.items()}
    if isinstance(value, list):
        return [_replaced(inner, what) for inner in value]
    if what == "nulls":
        return None
    return SCRIPT + value if isinstance(value, str) else value
