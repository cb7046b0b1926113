"""PATCH /v1.0/subclouds/{ref}: manage and unmanage, rename, describe, move, values, migrate (multipart form).

The order of checks is dcmanager's. A rename is done before what comes after it is checked: it stays when that is
refused.
"""

from __future__ import annotations

import re
from typing import Any

from aiohttp import web

from simulator.clock import stamp_database, stamp_rpc
from simulator.dcmanager import install_values, policy, stored_values, transient, yaml_values
from simulator.dcmanager.associations import COMMAND, INFO
from simulator.dcmanager.forms import form_fields
from simulator.dcmanager.network_change import NETWORK_FIELDS, NetworkChange
from simulator.dcmanager.office import Office
from simulator.dcmanager.peer_membership import PeerMembership
from simulator.dcmanager.refusals import Refused
from simulator.dcmanager.rows import columns
from simulator.fleet import CENTRAL_REGION, SYSTEM_CONTROLLER_REGION, Cloud
from simulator.routing import Call, answer

NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
KNOWN_FIELDS = frozenset(
    {
        "name",
        "description",
        "location",
        "group_id",
        "management-state",
        "force",
        "migrate",
        "peer_group",
        "bootstrap_values",
        "bootstrap_address",
        "install_values",
        *NETWORK_FIELDS,
    }
)
FORBIDDEN_NAMES = (CENTRAL_REGION, SYSTEM_CONTROLLER_REGION)
MANAGEABLE = ("complete", "rehome-pending")
Fields = dict[str, str]
Changes = dict[str, Any]


class Updating:
    def __init__(self, office: Office) -> None:
        self._office = office
        self._register = office.register
        self._network = NetworkChange(office)
        self._peers = PeerMembership(office)

    async def update(self, call: Call) -> web.Response:
        fields = await form_fields(call)
        policy.require(call, policy.MANAGE if fields.get("management-state") else policy.WRITE)
        cloud = self._office.find(call)
        if not fields:
            raise Refused(400, "Body required")
        changes = self._peers.change(cloud, fields)
        around = (self._register.records[cloud.key].peer_group, changes.get("peer_group"))
        outdated = {group for group in around if group is not None}
        if "name" in fields:
            await self._rename(cloud, fields["name"])
        if any(name in fields for name in NETWORK_FIELDS):
            network = self._network.checked(cloud, fields)
            row = columns(self._register, cloud, self._register.seen(cloud), stamp_database)
            self._office.deployments.reconfigure_network(cloud, network)
            return answer(row)
        pending = self._migrate(cloud, fields)
        changes |= self._simple(cloud, fields) | self._values(cloud, fields)
        await self._office.manager.ask(
            cloud.controller, "Unable to update subcloud", lambda: self._apply(cloud, fields, changes, pending)
        )
        row = columns(self._register, cloud, self._register.seen(cloud), stamp_rpc)
        return answer(row | self._outdate(cloud, sorted(outdated)))

    def _outdate(self, cloud: Cloud, groups: list[int]) -> dict[str, str]:
        """The associations of these peer groups are out of sync; what dcmanager says of it in its answer."""
        if not groups:
            return {}
        self._register.world.do("association.outdate", controller=cloud.controller, groups=groups)
        return {"info_message": INFO + "".join(COMMAND.format(group=group) for group in groups)}

    async def _rename(self, cloud: Cloud, name: str) -> None:
        """Raises Refused."""
        record, seen = self._register.records[cloud.key], self._register.seen(cloud)
        if record.management != "unmanaged" or seen.deploy.status != "complete":
            raise Refused(400, f"Subcloud {record.name} must be unmanaged and deployed before it is renamed")
        transient.require_none(record.name, seen)
        if len(name) > 255 or not NAME.fullmatch(name) or name.isdigit() or name in FORBIDDEN_NAMES:
            raise Refused(400, "new name is invalid")
        if name == record.name:
            raise Refused(
                400,
                f"Provided subcloud name '{name}' is the same as the current subcloud '{name}'. "
                "A different name is required to rename the subcloud",
            )
        if self._register.named(cloud.controller, name) is not None:
            raise Refused(409, f"Subcloud with name {name} already exists")
        await self._office.manager.ask(
            cloud.controller, "Unable to rename subcloud", lambda: self._write(cloud, {"name": name})
        )

    def _migrate(self, cloud: Cloud, fields: Fields) -> bool:
        """Whether the subcloud is to wait for another System Controller to take it over. Raises Refused (400)."""
        status = self._office.deploy_status(cloud)
        if fields.get("migrate") != "true" or status == "rehome-pending":
            return False
        state = fields.get("management-state") or self._register.records[cloud.key].management
        if state != "unmanaged":
            raise Refused(400, "Subcloud must be unmanaged for its deploy status to be updated to 'rehome-pending'")
        if status != "complete":
            raise Refused(
                400,
                "The deploy status can only be updated to 'rehome-pending' if the current deploy status is 'complete'",
            )
        return True

    def _simple(self, cloud: Cloud, fields: Fields) -> Changes:
        """Management state, force, group and texts: syntax only. Raises Refused (400)."""
        state = fields.get("management-state")
        if state and state not in ("managed", "unmanaged"):
            raise Refused(400, "Invalid management-state")
        if state and self._register.records[cloud.key].peer_group is not None:
            raise Refused(400, "Cannot update the management state of a subcloud that is associated with a peer group.")
        if "force" in fields and (fields["force"].lower() not in ("true", "false") or state != "managed"):
            raise Refused(400, "Invalid option: force")
        changes: Changes = {name: fields[name] for name in ("description", "location") if name in fields}
        if "group_id" in fields:
            group = self._register.group(cloud.controller, fields["group_id"])
            if group is None:
                raise Refused(400, "Invalid group")
            changes["group"] = group.id
        return changes

    def _values(self, cloud: Cloud, fields: Fields) -> Changes:
        """Install values for the next deployment, bootstrap values for a later rehoming. Raises Refused (400)."""
        record, changes = self._register.records[cloud.key], Changes()
        if "install_values" in fields:
            given = yaml_values.mapping(
                yaml_values.document(fields["install_values"], "install_values"), "install_values"
            )
            stored = stored_values.install_values(cloud, record)
            version = str(fields.get("release") or cloud.software.version)
            own = self._office.central(cloud.controller).software
            changes["install_values"] = install_values.checked(
                given, fields.get("bmc_password"), version, own, None, stored
            )
        return changes

    def _apply(self, cloud: Cloud, fields: Fields, changes: Changes, pending: bool) -> None:
        """What the manager does, with its own checks. Raises Refused (422)."""
        if cloud.key not in self._register.records:
            raise Refused(422, f"Subcloud with id {cloud.id} doesn't exist.")
        if not KNOWN_FIELDS.intersection(fields):
            raise Refused(422, "nothing to update")
        changes = changes | self._rehome_values(cloud, fields)
        state = fields.get("management-state")
        if state:
            self._check_management(cloud, state, fields.get("force", "").lower() == "true")
            changes["management"] = state
        if changes:
            self._write(cloud, changes)
        if state == "managed" and self._office.deploy_status(cloud) == "rehome-pending":
            self._office.deployments.write_status(cloud, "complete")  # it stays here after all
        if pending:
            self._office.deployments.write_status(cloud, "rehome-pending")

    def _rehome_values(self, cloud: Cloud, fields: Fields) -> Changes:
        if not {"bootstrap_values", "bootstrap_address"} & fields.keys():
            return {}
        record = self._register.records[cloud.key]
        known = dict(record.rehome_values or {})
        if "bootstrap_values" in fields:
            document = yaml_values.document(fields["bootstrap_values"], "bootstrap_values")
            known |= yaml_values.mapping(document, "bootstrap_values")
        elif not known and not cloud.initial.rehome_data:
            raise Refused(422, "Bad subcloud request: bootstrap_values and bootstrap_address are both needed at first")
        if "bootstrap_address" in fields:
            known["bootstrap-address"] = fields["bootstrap_address"]
        elif "bootstrap-address" not in known:
            raise Refused(422, "Bad subcloud request: bootstrap_values and bootstrap_address are both needed at first")
        return {"rehome_values": known}

    def _write(self, cloud: Cloud, changes: Changes) -> None:
        self._register.world.do("subcloud.update", controller=cloud.controller, id=cloud.id, changes=changes)

    def _check_management(self, cloud: Cloud, state: str, force: bool) -> None:
        record, seen = self._register.records[cloud.key], self._register.seen(cloud)
        if record.management == state:
            raise Refused(422, f"Bad subcloud request: Subcloud {record.name} already {state}")
        if state == "unmanaged":
            return
        if seen.deploy.status not in MANAGEABLE:
            raise Refused(
                422,
                f"Bad subcloud request: Unable to manage {record.name}: its deploy_status must be "
                "either 'complete' or 'rehome-pending'",
            )
        if not force and not seen.availability.online:
            raise Refused(422, f"Bad subcloud request: Unable to manage {record.name}: it is not online")
