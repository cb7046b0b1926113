"""VIM, the orchestration of each cloud (starlingx-platform.md 5.3)."""

from __future__ import annotations

from simulator.nfv.engine import Vim
from simulator.nfv.handlers import WRITERS, Handlers, guarded, unauthorized
from simulator.routing import Routes, Service
from simulator.usm.deployments import Deployments


def service(vim: Vim, deployments: Deployments) -> Service:
    routes, handlers = Routes(), Handlers(vim, deployments)
    base = "/api/orchestration/{kind}/strategy"
    routes.get("/api/orchestration/current-strategy/strategy", guarded(handlers.current))
    routes.get(base, guarded(handlers.show))
    routes.add("POST", base, guarded(handlers.create, WRITERS))
    routes.add("DELETE", base, guarded(handlers.delete, WRITERS))
    routes.add("POST", base + "/actions", guarded(handlers.act, WRITERS))
    return Service("nfv", routes, unauthorized=unauthorized)
