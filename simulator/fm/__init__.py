"""FM, the fault management API of each cloud (shapes and oddities: recorded answers in tests/wire/fm)."""

from __future__ import annotations

from aiohttp import web

from simulator.fm import alarm_writes, alarms, event_log, suppression
from simulator.fm.access import WRITERS, guarded
from simulator.fm.versions import root, version_one
from simulator.routing import Call, Routes, Service
from simulator.world import World
from simulator.wsme import titled


def not_found(call: Call) -> web.Response:
    return titled(404, "Not Found")


def method_not_allowed(call: Call) -> web.Response:
    return titled(405, "Method Not Allowed")


def service(world: World) -> Service:
    """Every path works without its version, too."""
    routes = Routes()
    routes.get("/", root, public=True)
    routes.get("/v1", version_one, public=True)
    for version in ("", "/v1"):
        routes.get(f"{version}/alarms", guarded(alarms.index))
        routes.get(f"{version}/alarms/summary", guarded(alarms.summary))
        routes.get(f"{version}/alarms/{{uuid}}", guarded(alarms.show))
        routes.add("POST", f"{version}/alarms", guarded(alarm_writes.create, WRITERS))
        routes.add("PUT", f"{version}/alarms/{{uuid}}", guarded(alarm_writes.update, WRITERS))
        routes.add("DELETE", f"{version}/alarms/{{uuid}}", guarded(alarm_writes.delete, WRITERS))
        routes.get(f"{version}/event_log", guarded(event_log.index))
        routes.get(f"{version}/event_log/{{uuid}}", guarded(event_log.show))
        routes.get(f"{version}/event_suppression", guarded(suppression.index))
        routes.get(f"{version}/event_suppression/{{uuid}}", guarded(suppression.show))
        routes.add("PATCH", f"{version}/event_suppression/{{uuid}}", guarded(suppression.update, WRITERS))
    return Service("fm", routes, not_found=not_found, method_not_allowed=method_not_allowed)
