"""The control API below `/_control`: faults, single alarms, churn, the request log. JSON in and out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from simulator import fault_kinds
from simulator.dcmanager.deploy_states import STATES
from simulator.dcmanager.office import Office
from simulator.faults import Fault
from simulator.fleet import Cloud
from simulator.releases import release_of
from simulator.targets import TargetError, chosen, of_work, one, whole

if TYPE_CHECKING:
    from simulator.app import Front

ControlHandler = Callable[[web.Request], Awaitable[web.Response]]


def add_routes(app: web.Application, front: Front, office: Office) -> None:
    control = Control(front, office)
    for method, path, handler in (
        ("GET", "health", control.health),
        ("GET", "clouds", control.clouds),
        ("GET", "clouds/{controller}/{id}/alarms", control.alarms),
        ("GET", "fault-kinds", control.fault_kinds),
        ("GET", "faults", control.faults),
        ("POST", "faults", control.inject),
        ("DELETE", "faults/{id}", control.end_fault),
        ("POST", "alarms", control.raise_alarm),
        ("DELETE", "alarms", control.clear_alarm),
        ("POST", "churn", control.churn),
        ("POST", "deploy-status", control.write_deploy_status),
        ("POST", "controller-release", control.controller_release),
        ("GET", "requests", control.requests),
        ("DELETE", "requests", control.forget_requests),
    ):
        app.router.add_route(method, f"/_control/{path}", explained(handler))


def explained(handler: ControlHandler) -> ControlHandler:
    """Turns what a person got wrong into 400 with a reason."""

    async def call(request: web.Request) -> web.Response:
        try:
            return await handler(request)
        except (ValueError, KeyError, TypeError) as error:
            return web.json_response({"error": f"{error}"}, status=404 if isinstance(error, TargetError) else 400)

    return call


async def body_of(request: web.Request) -> dict[str, Any]:
    """Raises ValueError."""
    body = await request.json()
    if not isinstance(body, dict):
        raise ValueError("a JSON object is needed")
    return body


def shown(fault: Fault) -> dict[str, Any]:
    return {
        "id": fault.id,
        "kind": fault.kind,
        "since": fault.since,
        "until": fault.until,
        "options": dict(fault.options),
        "clouds": [{"controller": controller, "id": identifier} for controller, identifier in fault.clouds],
        "controller": fault.controller,
        "names": sorted(fault.names),
    }


class Control:
    def __init__(self, front: Front, office: Office) -> None:
        self._front = front
        self._office = office
        self._register = office.register
        self._world = front.world

    async def health(self, request: web.Request) -> web.Response:
        return web.json_response({"ready": True})

    async def clouds(self, request: web.Request) -> web.Response:
        return web.json_response({"clouds": [self._cloud(cloud) for cloud in self._world.clouds.values()]})

    def _cloud(self, cloud: Cloud) -> dict[str, Any]:
        now = self._world.clock.now()
        record = self._register.records.get(cloud.key)
        group = self._register.groups[cloud.controller].get(record.group) if record else None
        return {
            "controller": cloud.controller,
            "id": cloud.id,
            "name": self._world.names[cloud.key],
            "region_name": cloud.region_name,
            "group": group.name if group else None,
            "region": cloud.region,
            "reachable": self._world.reachable(cloud, now),
            "availability": self._register.seen(cloud, now).word if record else "online",
            "alarms_active": sum(self._world.alarms.counts(cloud, now)),
        }

    async def alarms(self, request: web.Request) -> web.Response:
        number = whole(request.match_info, "controller", 1)
        cloud = one(self._world, number, request.match_info["id"])
        return web.json_response({"alarms": self._world.alarms.standing(cloud, self._world.clock.now())})

    async def fault_kinds(self, request: web.Request) -> web.Response:
        return web.json_response(
            {
                "fault_kinds": [
                    {
                        "kind": kind.name,
                        "text": kind.text,
                        "options": dict(kind.options),
                        "seconds": kind.seconds,
                        "choices": {name: list(values) for name, values in kind.choices.items()},
                    }
                    for kind in fault_kinds.KINDS.values()
                ]
            }
        )

    async def faults(self, request: web.Request) -> web.Response:
        active = self._world.faults.active(self._world.clock.now())
        return web.json_response({"faults": [shown(fault) for fault in active]})

    async def inject(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        seconds = body.get("seconds")
        options = body.get("options") or {}
        if not isinstance(options, dict):
            raise ValueError("options must be an object")
        kind = fault_kinds.kind_named(body["kind"])
        number: int | None = None
        names: list[str] = []
        if kind.target == "work":
            number, clouds, names = of_work(self._world, body)
        else:
            clouds = chosen(self._world, {**body, "subcloud": "central"} if kind.target == "central" else body)
        fault = self._world.inject(
            kind.name, clouds, None if seconds is None else float(seconds), options, names, number
        )
        return web.json_response(shown(fault), status=201)

    async def end_fault(self, request: web.Request) -> web.Response:
        if not self._world.end_fault(whole(request.match_info, "id", 0)):
            raise TargetError("no such active fault")
        return web.json_response({"ended": True})

    async def raise_alarm(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        cloud = one(self._world, whole(body, "controller", 1), body.get("subcloud"))
        self._world.alarms.raise_alarm(cloud, body)
        return web.json_response({"raised": True}, status=201)

    async def clear_alarm(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        cloud = one(self._world, whole(body, "controller", 1), body.get("subcloud"))
        cleared = self._world.alarms.clear_alarm(cloud, str(body["alarm_id"]), str(body["entity_instance_id"]))
        return web.json_response({"cleared": cleared}, status=200 if cleared else 404)

    async def churn(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        self._world.alarms.set_churn(body["on"] is True, float(body.get("per_minute", 60)))
        return web.json_response({"on": body["on"] is True})

    async def write_deploy_status(self, request: web.Request) -> web.Response:
        """Puts a subcloud into any deploy state, as if its work had got there; `initial`: of a first deployment."""
        body = await body_of(request)
        cloud = one(self._world, whole(body, "controller", 1), str(body["subcloud"]))
        status, initial = str(body["status"]), str(body.get("initial", True)).lower() == "true"
        if cloud.kind == "central" or status not in STATES:
            raise ValueError("a subcloud and one of the deploy states are needed: " + ", ".join(sorted(STATES)))
        self._office.deployments.write_status(cloud, status, initial_deployment=initial)
        return web.json_response({"deploy-status": status}, status=201)

    async def controller_release(self, request: web.Request) -> web.Response:
        """`{"controller": 1, "release": "starlingx-26.09.2"}`: the controller runs it from now on."""
        body = await body_of(request)
        release = release_of(str(body["release"]))
        cloud = one(self._world, whole(body, "controller", 1), "central")
        self._world.do("software.set", cloud=list(cloud.key), release=release.id)
        return web.json_response({"controller": cloud.controller, "release": release.id})

    async def requests(self, request: web.Request) -> web.Response:
        number, rows = self._front.requests.since(whole(request.query, "since", 0))
        return web.json_response({"next": number, "requests": rows})

    async def forget_requests(self, request: web.Request) -> web.Response:
        self._front.requests.clear()
        return web.json_response({"forgotten": True})
