"""The one port: finds cloud, service and handler of a request, checks the token, injects faults, logs.

How a service plugs in
----------------------
Write a package with `def service(world: World) -> Service` (routing.py) and add it to `SITE_PACKAGES` below:

    def service(world: World) -> Service:
        routes = Routes()
        routes.get("/v1/alarms", list_alarms)                 # async def list_alarms(call: Call) -> web.StreamResponse
        routes.get("/v1/alarms/{uuid}", show_alarm)           # call.params["uuid"]
        routes.add("DELETE", "/v1/alarms/{uuid}", delete_alarm)
        routes.get("/", versions, public=True)                # without a token
        return Service("fm", routes, not_found=..., method_not_allowed=..., unauthorized=...)

It then answers below `/c1/fm` (central cloud, also `/c1/scentral/fm`) and `/c1/s12/fm` (subcloud 12). Patterns begin
after that prefix. A handler gets a `Call`: `call.cloud`, `call.world`, `call.token.roles` (for 403), `call.query`,
`await call.json()`, `call.base_url`. `routing.answer(obj)` makes JSON, `routing.encoded(bytes)` sends cached bytes.
The core has checked before: the cloud exists, it is reachable (wan-cut, power-loss), no transport fault is active,
the token is good on this cloud. Kubernetes sets `Service.authenticate` instead, for its bearer token.
HEAD is answered like GET. Handlers never block, and never sleep but where the real server waits (dcmanager/rpc.py).

The alarm model is a package `simulator.alarms` with `def model(world: World) -> AlarmModel` (world.py); it registers
its commands with `world.command(...)` in there, and reads `world.faults` (cable-pulled, osd-lost, ...) and
`world.alarm_sources` when asked. The control API calls `world.alarms`.
Catalog entries are in keystone_catalog.py.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from email.utils import formatdate
from importlib import import_module
from importlib.util import find_spec

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from simulator import control, dcmanager, keystone, nfv, usm
from simulator.dcmanager.office import Office
from simulator.dcmanager.options import Options
from simulator.dcmanager.orchestration.engine import Orchestrator
from simulator.dcmanager.orchestration.tools import Tools
from simulator.dcmanager.register import Register
from simulator.effects import CURRENT, Deed
from simulator.faults import Fault
from simulator.fleet import Cloud
from simulator.nfv.engine import Vim
from simulator.request_log import RequestLog
from simulator.routing import Call, Service
from simulator.strikes import Strikes
from simulator.transport import DroppedError, after, away, before, drop, faults_for
from simulator.usm.deployments import Deployments
from simulator.world import AlarmModel, World

log = logging.getLogger("simulator")

MAX_BODY = 64 * 2**20
READING = ("GET", "HEAD", "OPTIONS")

# written beside the core; a package that does not exist yet is left out
SITE_PACKAGES = ("fm", "sysinv", "kube", "bmc")


class Front:
    """The handler of every request below `/cN`."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.requests = RequestLog()
        self.services: dict[str, Service] = {}
        self._lost: Counter[int] = Counter()  # answers each fault has kept

    def register(self, service: Service) -> None:
        self.services[service.name] = service

    async def handle(self, request: web.Request) -> web.StreamResponse:
        cloud: Cloud | None = None
        status, began = 0, self.world.clock.now()
        deed = None if request.method in READING else Deed()
        CURRENT.set(deed)  # this task's own, and that of the tasks it starts
        try:
            path = request.raw_path.split("?", 1)[0]
            cloud, name, rest = self.locate(path)
            cloud, rest = self.placed(cloud, name, rest)
            response = await self.respond(request, cloud, name, rest)
            status = response.status
            return response
        except (DroppedError, ConnectionError):  # by us, by the client
            return web.Response(status=502)  # never arrives: the transport is gone
        finally:
            now, path = self.world.clock.now(), request.raw_path
            self.requests.add(began, now, request.method, path, status, cloud.path[1:] if cloud else "", deed)

    def locate(self, path: str) -> tuple[Cloud | None, str, str]:
        """(cloud, service name, rest of the path) of `/c1/s12/fm/v1/alarms`."""
        parts = path.split("/", 4)
        if len(parts) < 3 or parts[1][:1] != "c" or not parts[1][1:].isascii() or not parts[1][1:].isdigit():
            return None, "", ""
        controller, second = int(parts[1][1:]), parts[2]
        if second == "scentral" or (second[:1] == "s" and second[1:].isascii() and second[1:].isdigit()):
            identifier = None if second == "scentral" else int(second[1:])
            name, rest = parts[3] if len(parts) > 3 else "", parts[4] if len(parts) > 4 else ""
        else:
            identifier, name = None, second
            rest = "/".join(parts[3:])
        return self.world.cloud(controller, identifier), name, "/" + rest

    def placed(self, cloud: Cloud | None, name: str, rest: str) -> tuple[Cloud | None, str]:
        service = self.services.get(name)
        if cloud is None or service is None or service.place is None:
            return cloud, rest
        return service.place(self.world, cloud, rest)

    async def respond(self, request: web.Request, cloud: Cloud | None, name: str, rest: str) -> web.StreamResponse:
        service = self.services.get(name)
        if cloud is None or service is None or not service.on(cloud):
            return web.Response(status=404, text="no such cloud or service in this simulator")
        faults = faults_for(self.world, cloud, name)
        refused = away(self.world, cloud, request) or await before(
            request, service.away(self.world, cloud, rest), faults
        )
        if refused is not None:
            return refused
        call = Call(self.world, cloud, service, request, rest, {})
        rejecting = any(fault.kind == "unauthorized" for fault in faults)
        response = service.unauthorized(call) if rejecting else await self.ask(call)
        restarted = away(self.world, cloud, request)  # while a write was waiting
        if restarted is not None:
            return restarted
        lost = self.lose(request, faults)
        if lost is not None:
            return lost
        response = await after(request, response, faults)
        if service.away(self.world, cloud, rest) is not None:  # cut while we were answering
            raise drop(request)
        skew = self.world.skew(cloud)
        if skew and not response.prepared:
            response.headers["Date"] = formatdate(self.world.clock.now() + skew, usegmt=True)
        return response

    def lose(self, request: web.Request, faults: list[Fault]) -> web.Response | None:
        """A write that was done, but whose answer a fault keeps. Raises DroppedError."""
        deed = CURRENT.get()
        if deed is None or not deed.commands:
            return None
        for fault in faults:
            times, part = fault.options.get("times"), fault.options.get("path")
            if fault.kind != "lost-answer" or (times and self._lost[fault.id] >= times):
                continue
            if part is None or part in request.path:
                self._lost[fault.id] += 1
                if fault.options["how"] == "drop":
                    raise drop(request)
                return web.Response(status=int(fault.options["status"]), text="")
        return None

    async def ask(self, call: Call) -> web.StreamResponse:
        """The service's own answer."""
        service = call.service
        found = service.routes.find(call.path)
        handlers, call.params = found if found else ({}, {})
        method = "GET" if call.method == "HEAD" else call.method
        handler, is_public = handlers.get(method, (None, False))
        if not is_public:
            refusal = self.authenticate(call)
            if refusal is not None:
                return refusal
        if handler is None:
            return service.method_not_allowed(call) if handlers else service.not_found(call)
        return await handler(call)

    def authenticate(self, call: Call) -> web.Response | None:
        if call.service.authenticate is not None:
            return call.service.authenticate(call)
        call.token = self.world.tokens.check(call.cloud, call.request.headers.get("X-Auth-Token"))
        return call.service.unauthorized(call) if call.token is None else None


def settling(world: World) -> Middleware:
    """Whoever asks finds a world in which everything that was due has happened."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        world.settle()
        return await handler(request)

    return middleware


def alarm_model() -> Callable[[World], AlarmModel] | None:
    """What makes the alarm model; taken before anything imports a submodule of the same name."""
    if find_spec("simulator.alarms") is None:
        return None
    made_by: Callable[[World], AlarmModel] | None = getattr(import_module("simulator.alarms"), "model", None)
    return made_by


def build_app(world: World) -> web.Application:
    """The whole simulator as an aiohttp application; replays the journal."""
    model = alarm_model()
    front = Front(world)
    office = Office(Register(world))
    front.register(keystone.service(world))
    deployments = Deployments(world)
    office.controllers.sources.append(deployments.under_way)
    strikes = Strikes(world)
    vim = Vim(world, deployments, strikes)
    vim.effects.mended.append(office.register.mend)
    options = Options(office.register)
    orchestrator = Orchestrator(Tools(office.register, vim, deployments, strikes, options.of))
    front.register(dcmanager.service(office, orchestrator, options))
    front.register(usm.service(deployments))
    front.register(nfv.service(vim, deployments))
    for name in SITE_PACKAGES:
        if find_spec(f"simulator.{name}"):
            plug_in = getattr(import_module(f"simulator.{name}"), "service", None)
            if plug_in is not None:
                front.register(plug_in(world))
    if model is not None:
        world.alarms = model(world)
    world.replay()
    app = web.Application(client_max_size=MAX_BODY, middlewares=[settling(world)])
    control.add_routes(app, front, office)
    app.router.add_route("*", "/{tail:.*}", front.handle)
    return app
