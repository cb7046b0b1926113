"""One BMC as a call finds it: its host, whether that has power, and what its sensors say."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from simulator.alarms.model import StandingAlarms
from simulator.bmc.errors import Refused, missing, refused
from simulator.bmc.places import server
from simulator.fleet import Cloud
from simulator.hardware import HostSpec, in_rack
from simulator.identity import stable_fraction
from simulator.power import HostPower
from simulator.routing import Call, answer
from simulator.sysinv.conditions import bad_sensors

ROOT = "/redfish/v1"
Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Board:
    """`name` is the host's, or the address of a server in the rack; `fed` False: its site has no power."""

    cloud: Cloud
    name: str
    host: HostSpec
    power: HostPower
    fed: bool
    at: float
    bad: Mapping[str, str]

    @property
    def racked(self) -> bool:
        return in_rack(self.name)

    @property
    def on(self) -> bool:
        return self.fed and self.power.on(self.at)

    @property
    def vendor(self) -> str:
        return self.host.product.split(" ", 1)[0]

    @property
    def power_state(self) -> str:
        """Redfish's word; PoweringOff while a graceful shutdown runs."""
        if not self.on:
            return "Off"
        going = any(since > self.at and not on for since, on in self.power.switched)
        return "PoweringOff" if going else "On"

    def fraction(self, *what: object) -> float:
        return stable_fraction(self.host.serial, *what)

    def uuid(self, cloud_wide: str) -> str:
        return self.cloud.uuid(self.name, cloud_wide)


def board_of(call: Call) -> Board:
    """Raises Refused(404)."""
    world, cloud, name = call.world, call.cloud, call.params["host"]
    host = server(cloud, name)
    if host is None:
        raise missing(call)
    now = world.clock.now()
    racked = in_rack(name)
    fed = racked or world.faults.on(cloud.key, "power-loss", now) is None
    power = world.power.host(cloud, name)
    return Board(cloud, name, host, power, fed, now, {} if racked else sensors(call, name, now))


def sensors(call: Call, hostname: str, at: float) -> dict[str, str]:
    """Sensors out of range, as the site's alarms have them: sensor -> severity."""
    model = call.world.alarms
    if not isinstance(model, StandingAlarms):
        return {}
    found = bad_sensors(model.snapshot(call.cloud, at))
    return {sensor: severity for (host, sensor), severity in found.items() if host == hostname}


def shown(build: Callable[[Call, Board], Body]) -> Callable[[Call], Awaitable[web.StreamResponse]]:
    """A handler that answers what `build` makes of the board. `build` may raise Refused."""

    async def handler(call: Call) -> web.StreamResponse:
        try:
            return redfish(build(call, board_of(call)))
        except Refused as refusal:
            return refused(refusal)

    return handler


def redfish(value: Body, status: int = 200) -> web.Response:
    response = answer(value, status)
    response.headers["OData-Version"] = "4.0"
    return response


def collection(path: str, kind: str, members: list[str]) -> Body:
    """A collection of references to `members`, names below `path`."""
    return {
        "@odata.id": ROOT + path,
        "@odata.type": f"#{kind}Collection.{kind}Collection",
        "Name": f"{kind} Collection",
        "Members@odata.count": len(members),
        "Members": [reference(f"{path}/{member}") for member in members],
    }


def reference(path: str) -> Body:
    return {"@odata.id": ROOT + path}


async def json_body(call: Call) -> Body:
    """Raises Refused(400)."""
    try:
        value = await call.json()
    except ValueError as error:
        raise Refused(400, "MalformedJSON", f"The request body could not be parsed as JSON: {error}") from error
    if not isinstance(value, dict):
        raise Refused(400, "MalformedJSON", "The request body must be a JSON object.")
    return value
