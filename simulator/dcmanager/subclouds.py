"""GET, DELETE and update_status of subclouds."""

from __future__ import annotations

from aiohttp import web

from simulator.dcmanager import deploy_states, policy
from simulator.dcmanager.forms import json_object
from simulator.dcmanager.listing import Listing
from simulator.dcmanager.office import Office
from simulator.dcmanager.refusals import Refused
from simulator.dcmanager.rows import detailed, shown
from simulator.fleet import Cloud
from simulator.routing import Call, answer, encoded

STATUSES = ("in-sync", "out-of-sync", "unknown")


class Subclouds:
    """Handlers below /v1.0/subclouds; adding, updating and redeploying have files of their own."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._register = office.register
        self._listing = Listing(office.register)

    async def list(self, call: Call) -> web.Response:
        policy.require(call, policy.READ)
        return encoded(self._listing.body(call.cloud.controller))

    async def show(self, call: Call) -> web.Response:
        policy.require(call, policy.READ)
        cloud = self._office.find(call)
        return answer(shown(self._register, cloud, self._register.seen(cloud)))

    async def detail(self, call: Call) -> web.Response:
        policy.require(call, policy.READ)
        cloud = self._office.find(call)
        reached = call.world.reachable(cloud)
        return answer(detailed(self._register, cloud, self._register.seen(cloud), reached))

    async def delete(self, call: Call) -> web.Response:
        policy.require(call, policy.WRITE)
        cloud = self._office.find(call)
        record = self._register.records[cloud.key]
        if record.management == "managed":
            raise Refused(400, "Cannot delete a subcloud that is 'managed' status")
        status = self._office.deploy_status(cloud)
        if status in deploy_states.NO_DELETE:
            raise Refused(400, f"Cannot delete a subcloud while its deploy status is {status}")
        if record.peer_group is not None:
            raise Refused(400, "Cannot delete a subcloud that is part of a peer group on this site")
        self._office.controllers.require_not_deploying(cloud.controller, "delete")
        await self._office.manager.ask(cloud.controller, "Unable to delete subcloud", lambda: self._delete(cloud))
        return answer(None)

    def _delete(self, cloud: Cloud) -> None:
        """What the manager does, with its own check. Raises Refused (422)."""
        record = self._register.records.get(cloud.key)
        if record is None:
            raise Refused(422, f"Subcloud with id {cloud.id} doesn't exist.")
        if self._register.seen(cloud).availability.online:
            raise Refused(422, f"Bad subcloud request: Subcloud {record.name} must be powered down first")
        self._register.world.do("subcloud.delete", controller=cloud.controller, id=cloud.id)

    async def update_status(self, call: Call) -> web.Response:
        """For the certificate monitor, which alone knows the state of dc-cert."""
        policy.require(call, policy.WRITE)
        cloud = self._office.find(call)
        body = await json_object(call)
        endpoint, status = body.get("endpoint"), body.get("status")
        if not endpoint:
            raise Refused(400, "endpoint required")
        if endpoint != "dc-cert":
            raise Refused(400, f"updating endpoint {endpoint} status is not allowed")
        if not status:
            raise Refused(400, "status required")
        if status not in STATUSES:
            raise Refused(400, f"status {status} is invalid.")
        self._register.world.do(
            "subcloud.update", controller=cloud.controller, id=cloud.id, changes={"dc_cert": status}
        )
        return answer({"result": "OK"})

    async def gone(self, call: Call) -> web.Response:
        """restore, reinstall and reconfigure were retired."""
        policy.require(call, policy.WRITE)
        raise Refused(410, "This API is deprecated. Use the subcloud-backup or phased-subcloud-deploy API.")
