"""sw-update-options: the defaults of all clouds and what some subclouds have of their own."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from simulator.clock import stamp_database
from simulator.dcmanager import policy
from simulator.dcmanager.refusals import Crashed, Refused
from simulator.dcmanager.register import Register
from simulator.fleet import CENTRAL_REGION, SYSTEM_CONTROLLER_REGION, Cloud
from simulator.identity import stable_fraction
from simulator.routing import Call, answer

FIELDS = (
    "storage-apply-type",
    "worker-apply-type",
    "max-parallel-workers",
    "alarm-restriction-type",
    "default-instance-action",
)
DEFAULTS = dict(zip(FIELDS, ("parallel", "parallel", 10, "relaxed", "migrate"), strict=True))
CAREFUL = dict(zip(FIELDS, ("parallel", "serial", 5, "strict", "stop-start"), strict=True))
DEFAULT_NAMES = (CENTRAL_REGION, SYSTEM_CONTROLLER_REGION)


class Options:
    """Handlers below /v1.0/sw-update-options. Key None is the default row."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._rows: dict[int, dict[int | None, dict[str, Any]]] = {}
        self._last: dict[int, int] = {}
        for controller in register.world.fleet.controllers:
            rows: dict[int | None, dict[str, Any]] = {None: self._row(1, None, DEFAULTS, None)}
            for cloud in controller.subclouds:
                if stable_fraction(cloud.seed, "options") < 0.01 or cloud.id == 5:
                    rows[cloud.id] = self._row(len(rows), cloud.id, CAREFUL, register.clock.epoch - 86400.0)
            self._rows[controller.number] = rows
            self._last[controller.number] = len(rows) - 1
        register.world.command("options.set", self._set)
        register.world.command("options.delete", self._delete)

    @staticmethod
    def _row(identifier: int, subcloud: int | None, values: Mapping[str, Any], at: float | None) -> dict[str, Any]:
        return {"id": identifier, "subcloud-id": subcloud, **values, "created-at": at, "updated-at": None}

    async def list(self, call: Call) -> web.Response:
        policy.require(call, policy.READ)
        number = call.cloud.controller
        return answer(
            {
                "sw-update-options": [
                    self._shown(number, key)
                    for key in self._rows[number]
                    if key is None or call.world.cloud(number, key)
                ]
            }
        )

    async def show(self, call: Call) -> web.Response:
        policy.require(call, policy.READ)
        number, key = call.cloud.controller, self._key(call)
        if key not in self._rows[number]:
            raise Refused(404, f"No options found for Subcloud with id {key}, defaults will be used.")
        return answer(self._shown(number, key))

    async def set(self, call: Call) -> web.Response:
        policy.require(call, policy.WRITE)
        number, key = call.cloud.controller, self._key(call)
        values = evaluated(await call.body())
        call.world.do("options.set", controller=number, subcloud=key, values=values)
        return answer(self._shown(number, key))

    async def delete(self, call: Call) -> web.Response:
        policy.require(call, policy.WRITE)
        number, key = call.cloud.controller, self._key(call)
        if key not in self._rows[number]:
            raise Refused(404, f"No options found for Subcloud with id {key}, defaults will be used.")
        call.world.do("options.delete", controller=number, subcloud=key)
        return answer(None)

    def of(self, cloud: Cloud) -> dict[str, Any]:
        """The options that hold for a subcloud: its own, or the default ones."""
        rows = self._rows[cloud.controller]
        row = rows.get(cloud.id) or rows[None]
        return {field: row[field] for field in FIELDS}

    def _key(self, call: Call) -> int | None:
        """The subcloud's id, None for the default row. Raises Refused."""
        reference = call.params["ref"]
        if reference in DEFAULT_NAMES:
            return None
        cloud = self._register.subcloud(call.cloud.controller, reference)
        if cloud is None:
            raise Refused(404, "Subcloud not found")
        return cloud.id

    def _shown(self, number: int, key: int | None) -> dict[str, Any]:
        row = self._rows[number][key]
        name = "all clouds default" if key is None else self._register.records[number, key].name
        return {
            "id": row["id"],
            "name": name,
            "subcloud-id": key,
            **{field: row[field] for field in FIELDS},
            "created-at": stamp_database(row["created-at"]) if row["created-at"] else None,
            "updated-at": stamp_database(row["updated-at"]) if row["updated-at"] else None,
        }

    def _set(self, at: float, arguments: Mapping[str, Any]) -> None:
        number, key = arguments["controller"], arguments["subcloud"]
        row = self._rows[number].get(key)
        if row is not None:
            row.update(arguments["values"], **{"updated-at": at})
        else:
            self._last[number] += 1
            self._rows[number][key] = self._row(self._last[number], key, arguments["values"], at)

    def _delete(self, at: float, arguments: Mapping[str, Any]) -> None:
        number, key = arguments["controller"], arguments["subcloud"]
        if key is None:
            self._rows[number][None] = self._row(1, None, DEFAULTS, None)
        else:
            self._rows[number].pop(key, None)


def evaluated(body: bytes) -> dict[str, str | int]:
    """The body as dcmanager reads it: a Python expression, so JSON's true, false and null make it fall over.

    Values are not checked there, a missing key is a crash. Raises Refused, Crashed.
    """
    try:
        value = ast.literal_eval(body.decode())
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError) as error:
        raise Crashed from error
    if not value:
        raise Refused(400, "Body required")
    if not isinstance(value, dict) or not all(isinstance(value.get(field), str | int) for field in FIELDS):
        raise Crashed
    return {field: value[field] for field in FIELDS}
