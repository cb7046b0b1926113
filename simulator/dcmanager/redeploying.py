"""PATCH /v1.0/subclouds/{ref}/redeploy: install, bootstrap and configure an existing subcloud anew."""

from __future__ import annotations

import asyncio

from aiohttp import web

from simulator.bmc import places
from simulator.clock import stamp_database
from simulator.dcmanager import policy
from simulator.dcmanager.deploy_states import SECONDARY
from simulator.dcmanager.forms import read_form
from simulator.dcmanager.office import Office
from simulator.dcmanager.preparation import Preparation
from simulator.dcmanager.refusals import Refused
from simulator.dcmanager.rows import columns
from simulator.fleet import Cloud
from simulator.routing import Call, answer

BMC_SECONDS = 3.0


class Redeploying:
    def __init__(self, office: Office) -> None:
        self._office = office

    async def redeploy(self, call: Call) -> web.Response:
        """Order of checks: starlingx-dcmanager.md 2.2.4."""
        policy.require(call, policy.WRITE)
        office = self._office
        cloud = office.find(call)
        status = office.deploy_status(cloud)
        if status in SECONDARY:
            raise Refused(500, f"Cannot perform on {status} state subcloud")
        office.controllers.require_idle(cloud.controller)
        form = await read_form(call)
        record = office.register.records[cloud.key]
        if record.management == "managed" or office.register.seen(cloud).availability.online:
            raise Refused(400, "Cannot re-deploy an online and/or managed subcloud")
        if record.enrolled:
            raise Refused(400, "Cannot re-deploy a subcloud that was enrolled with cloud-init")
        configured = record.deploy_config or "deploy_config" in form
        preparation = Preparation(office, cloud, form)
        preparation.release(form.fields.get("release", office.central(cloud.controller).software.version))
        preparation.install()
        preparation.password()
        await self._require_bmc(cloud, str(preparation.changes["install_values"]["bmc_address"]))
        preparation.bootstrap()
        if configured:
            preparation.configure()
        preparation.changes["initial_deployment"] = False
        office.deployments.deploy(
            cloud,
            ["install", "bootstrap", *(["configure"] if configured else [])],
            ends_as="complete",
            queued=False,
            **preparation.arguments,
        )
        cloud = office.register.world.clouds[cloud.key]
        return answer(columns(office.register, cloud, office.register.seen(cloud), stamp_database))

    async def _require_bmc(self, cloud: Cloud, address: str) -> None:
        """dcmanager asks the BMC for its service root and waits for three seconds. Raises Refused (422)."""
        world = self._office.register.world
        central = self._office.central(cloud.controller)
        if places.away(world, *places.place(world, central, f"/{address}/redfish/v1/")) is not None:
            await asyncio.sleep(world.clock.scaled(BMC_SECONDS))
            raise Refused(422, f"The BMC of subcloud {self._office.register.records[cloud.key].name} does not answer")
