"""VIM, orchestration of each cloud: nothing is being orchestrated."""

from __future__ import annotations

from aiohttp import web

from simulator.routing import Call, Routes, Service, answer
from simulator.world import World

KINDS = ("current-strategy", "sw-upgrade", "kube-upgrade", "fw-update", "kube-rootca-update", "system-config-update")
READERS = frozenset(("reader", "operator", "configurator"))


async def strategy(call: Call) -> web.StreamResponse:
    """`{"strategy": null}` when there is none."""
    if call.token is not None and not READERS.intersection(call.token.roles):
        return web.Response(status=403)
    return answer({"strategy": None})


def service(world: World) -> Service:
    routes = Routes()
    for kind in KINDS:
        routes.get(f"/api/orchestration/{kind}/strategy", strategy)
    return Service("nfv", routes)
