"""GET of the one strategy a System Controller may have, and of its steps.

The last controller of a new fleet has a finished sw-deploy strategy that somebody left behind; the others have
none. Creating, applying and deleting strategies comes with the campaigns.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from simulator.clock import stamp_database, utc
from simulator.dcmanager import policy
from simulator.dcmanager.refusals import Refused
from simulator.dcmanager.register import Register
from simulator.dcmanager.stored_values import encoded_secret
from simulator.fleet import Cloud, Controller
from simulator.identity import stable_fraction
from simulator.routing import Call, answer
from simulator.survey import CURRENT

TYPES = ("sw-deploy", "kubernetes", "kube-rootca-update", "firmware", "prestage")
FAILURE = "apply VIM sw-deploy strategy: Failed to apply the strategy: a host did not come back after its reboot"
LEFT_BEHIND_GROUP = 5
MAX_STEPS = 200


class Strategies:
    """Handlers below /v1.0/sw-update-strategy."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._owner = register.world.fleet.controllers[-1]
        self._created_at = register.clock.epoch - 2 * 86400.0
        self._members = members(self._owner)

    async def show(self, call: Call) -> web.Response:
        policy.require(call, policy.READ)
        self._check(call)
        return answer(
            {
                "id": 1,
                "type": "sw-deploy",
                "subcloud-apply-type": "parallel",
                "max-parallel-subclouds": 10,
                "stop-on-failure": False,
                "state": "failed" if any(map(failed, self._members)) else "complete",
                "created-at": stamp_database(self._created_at),
                "updated-at": stamp_database(self._created_at + 14400.0),
                "extra-args": {
                    "release_id": CURRENT.release_id,
                    "snapshot": False,
                    "rollback": False,
                    "delete": False,
                    "with_prestage": True,
                    "sysadmin_password": encoded_secret(call.cloud, "sysadmin"),
                },
            }
        )

    async def steps(self, call: Call) -> web.Response:
        policy.require(call, policy.READ)
        if call.cloud.controller != self._owner.number:
            return answer({"strategy-steps": []})
        return answer(
            {"strategy-steps": [self._step(number, cloud) for number, cloud in enumerate(self._members, start=1)]}
        )

    async def step(self, call: Call) -> web.Response:
        policy.require(call, policy.READ)
        if call.cloud.controller == self._owner.number:
            for number, cloud in enumerate(self._members, start=1):
                if self._name(cloud) == call.params["cloud"]:
                    return answer(self._step(number, cloud))
        raise Refused(404, "Strategy step not found")

    def _check(self, call: Call) -> None:
        kind = call.query.get("type")
        if kind is not None and kind not in TYPES:
            raise Refused(400, "type invalid")
        if call.cloud.controller != self._owner.number:
            raise Refused(404, f"Strategy of type '{kind}' not found" if kind else "Strategy not found")
        if kind not in (None, "sw-deploy"):
            raise Refused(404, f"Strategy of type '{kind}' not found")

    def _name(self, cloud: Cloud) -> str:
        record = self._register.records.get(cloud.key)
        return record.name if record else cloud.name

    def _step(self, number: int, cloud: Cloud) -> dict[str, Any]:
        """Started and finished times have no fraction, created and updated do (recorded so)."""
        started = self._created_at + 120.0 + (number - 1) // 10 * 2400.0
        finished = started + 1800.0 + 600.0 * stable_fraction(cloud.seed, "step")
        return {
            "id": number,
            "cloud": self._name(cloud),
            "stage": "Complete",
            "state": "failed" if failed(cloud) else "complete",
            "details": FAILURE if failed(cloud) else "",
            "started-at": f"{utc(started):%Y-%m-%d %H:%M:%S}",
            "finished-at": f"{utc(finished):%Y-%m-%d %H:%M:%S}",
            "created-at": stamp_database(self._created_at + number * 0.004),
            "updated-at": stamp_database(finished),
        }


def members(controller: Controller) -> list[Cloud]:
    """The managed sites of the Canary group, or the first ones where it has none."""
    managed = [cloud for cloud in controller.subclouds if cloud.initial.management == "managed" and cloud.powered]
    return ([cloud for cloud in managed if cloud.group == LEFT_BEHIND_GROUP] or managed[:5])[:MAX_STEPS]


def failed(cloud: Cloud) -> bool:
    return stable_fraction(cloud.seed, "step-failed") < 0.06
