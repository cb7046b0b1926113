"""GET, PATCH and DELETE of subclouds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from simulator.clock import stamp_rpc
from simulator.dcmanager import deploy_states, policy
from simulator.dcmanager.forms import form_fields
from simulator.dcmanager.listing import Listing
from simulator.dcmanager.record import Record
from simulator.dcmanager.refusals import Refused
from simulator.dcmanager.register import Register
from simulator.dcmanager.rows import columns, detailed, shown
from simulator.fleet import CENTRAL_REGION, SYSTEM_CONTROLLER_REGION, Cloud
from simulator.routing import Call, answer, encoded

NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
KNOWN_FIELDS = frozenset({"name", "description", "location", "group_id", "management-state", "force"})


class Subclouds:
    """Handlers below /v1.0/subclouds."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._listing = Listing(register)

    async def list(self, call: Call) -> web.Response:
        policy.require(call, policy.READ)
        return encoded(self._listing.body(call.cloud.controller))

    async def show(self, call: Call) -> web.Response:
        policy.require(call, policy.READ)
        cloud = self._find(call)
        return answer(shown(self._register, cloud, self._register.seen(cloud)))

    async def detail(self, call: Call) -> web.Response:
        policy.require(call, policy.READ)
        cloud = self._find(call)
        reached = call.world.reachable(cloud)
        return answer(detailed(self._register, cloud, self._register.seen(cloud), reached))

    async def update(self, call: Call) -> web.Response:
        """Manage, unmanage, rename, describe, move to a group (multipart form)."""
        fields = await form_fields(call)
        policy.require(call, policy.MANAGE if "management-state" in fields else policy.WRITE)
        cloud = self._find(call)
        changes = self._changes(cloud, fields)
        if changes:
            call.world.do("subcloud.update", controller=cloud.controller, id=cloud.id, changes=changes)
        return answer(columns(self._register, cloud, self._register.seen(cloud), stamp_rpc))

    async def delete(self, call: Call) -> web.Response:
        policy.require(call, policy.WRITE)
        cloud = self._find(call)
        record = self._register.records[cloud.key]
        if record.management == "managed":
            raise Refused(400, "Cannot delete a subcloud that is 'managed' status")
        seen = self._register.seen(cloud)
        if seen.deploy.status in deploy_states.NO_DELETE:
            raise Refused(400, f"Cannot delete a subcloud while its deploy status is {seen.deploy.status}")
        if seen.availability.online:
            raise Refused(422, f"Bad subcloud request: Subcloud {record.name} must be powered down first")
        call.world.do("subcloud.delete", controller=cloud.controller, id=cloud.id)
        return answer(None)

    async def gone(self, call: Call) -> web.Response:
        """restore, reinstall and reconfigure were retired."""
        policy.require(call, policy.WRITE)
        raise Refused(410, "This API is deprecated. Use the subcloud-backup or phased-subcloud-deploy API.")

    def _find(self, call: Call) -> Cloud:
        cloud = self._register.subcloud(call.cloud.controller, call.params["ref"])
        if cloud is None:
            raise Refused(404, "Subcloud not found")
        return cloud

    def _deploy(self, cloud: Cloud) -> str | None:
        return self._register.seen(cloud).deploy.status

    def _changes(self, cloud: Cloud, fields: Mapping[str, str]) -> dict[str, Any]:
        """What the form changes, checked in dcmanager's order. Raises Refused."""
        if not fields:
            raise Refused(400, "Body required")
        if not KNOWN_FIELDS.intersection(fields):
            raise Refused(422, "nothing to update")
        record = self._register.records[cloud.key]
        state = fields.get("management-state")
        if state is not None and state not in ("managed", "unmanaged"):
            raise Refused(400, "Invalid management-state")
        changes: dict[str, Any] = {name: fields[name] for name in ("description", "location") if name in fields}
        if "group_id" in fields:
            group = self._register.group(cloud.controller, fields["group_id"])
            if group is None:
                raise Refused(400, "Invalid group")
            changes["group"] = group.id
        force = fields.get("force", "").lower() == "true"
        if "force" in fields and (fields["force"].lower() not in ("true", "false") or state != "managed"):
            raise Refused(400, "Invalid option: force")
        if "name" in fields:
            self._check_name(cloud, record, fields["name"])
            changes["name"] = fields["name"]
        if state is not None:
            self._check_management(cloud, record, state, force)
            changes["management"] = state
        return changes

    def _check_name(self, cloud: Cloud, record: Record, name: str) -> None:
        if (
            len(name) > 255
            or not NAME.fullmatch(name)
            or name.isdigit()
            or name in (CENTRAL_REGION, SYSTEM_CONTROLLER_REGION)
        ):
            raise Refused(400, "new name is invalid")
        if name == record.name:
            raise Refused(
                400,
                f"Provided subcloud name '{name}' is the same as the current subcloud '{name}'. "
                "A different name is required to rename the subcloud",
            )
        if record.management != "unmanaged" or self._deploy(cloud) != "complete":
            raise Refused(400, f"Subcloud {record.name} must be unmanaged and deployed before it is renamed")
        if self._register.subcloud(cloud.controller, name) is not None:
            raise Refused(409, f"Subcloud with name {name} already exists")

    def _check_management(self, cloud: Cloud, record: Record, state: str, force: bool) -> None:
        if record.management == state:
            raise Refused(422, f"Bad subcloud request: Subcloud {record.name} already {state}")
        if state == "unmanaged":
            return
        if self._deploy(cloud) not in ("complete", "rehome-pending"):
            raise Refused(
                422,
                f"Bad subcloud request: Unable to manage {record.name}: its deploy_status must be "
                "either 'complete' or 'rehome-pending'",
            )
        if not force and not self._register.seen(cloud).availability.online:
            raise Refused(422, f"Bad subcloud request: Unable to manage {record.name}: it is not online")
