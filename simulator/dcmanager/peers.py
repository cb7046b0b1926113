"""System peers, subcloud peer groups and their associations: GET, and sync of an association.

The last controller of a fleet has a peer and groups, which may be without members; the others have none.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from aiohttp import web

from simulator.clock import stamp_database
from simulator.dcmanager import policy
from simulator.dcmanager.refusals import Refused
from simulator.dcmanager.register import Register
from simulator.dcmanager.rows import columns
from simulator.fleet import Cloud, PeerGroup
from simulator.routing import Call, answer


class Peers:
    def __init__(self, register: Register) -> None:
        self._register = register
        self._world = register.world
        self._owner = register.world.fleet.controllers[-1].central
        self._created = stamp_database(register.clock.epoch - 90 * 86400.0)

    async def peers(self, call: Call) -> web.Response:
        policy.require(call, policy.READ)
        return answer({"system_peers": self._peers(call)})

    async def peer(self, call: Call) -> web.Response:
        policy.require(call, policy.READ)
        return answer(self._found(call, self._peers(call), "id", "peer-uuid", "peer-name", what="System Peer"))

    async def peer_groups_of(self, call: Call) -> web.Response:
        policy.require(call, policy.READ)
        self._found(call, self._peers(call), "id", "peer-uuid", "peer-name", what="System Peer")
        return answer({"subcloud_peer_groups": self._groups(call)})

    async def groups(self, call: Call) -> web.Response:
        policy.require(call, policy.WRITE)
        return answer({"subcloud_peer_groups": self._groups(call)})

    async def group(self, call: Call) -> web.Response:
        policy.require(call, policy.WRITE)
        return answer(self._group(call))

    async def group_members(self, call: Call) -> web.Response:
        policy.require(call, policy.WRITE)
        group, register = self._group(call), self._register
        members = self._members(call.cloud.controller, group["id"])
        rows = [columns(register, cloud, register.seen(cloud)) for cloud in members]
        return answer({"subclouds": rows})

    async def group_status(self, call: Call) -> web.Response:
        policy.require(call, policy.WRITE)
        group = self._group(call)
        members = self._members(call.cloud.controller, group["id"])
        states = Counter(self._register.seen(cloud).deploy.status for cloud in members)
        managed = sum(self._register.records[cloud.key].management == "managed" for cloud in members)
        return answer(
            {
                "peer_group_id": group["id"],
                "peer_group_name": group["peer_group_name"],
                "total_subclouds": len(members),
                "complete": states["complete"],
                "waiting_for_migrate": states["secondary"],
                "rehoming": states["rehoming"] + states["pre-rehome"],
                "rehome_failed": states["rehome-failed"],
                "managed": managed,
                "unmanaged": len(members) - managed,
            }
        )

    def _members(self, controller: int, group: int) -> list[Cloud]:
        records = self._register.records
        return [cloud for cloud in self._world.subclouds(controller) if records[cloud.key].peer_group == group]

    async def associations(self, call: Call) -> web.Response:
        policy.require(call, policy.WRITE)
        return answer({"peer_group_associations": self._associations(call)})

    async def association(self, call: Call) -> web.Response:
        """A single one also says why it is out of sync; the list does not."""
        policy.require(call, policy.WRITE)
        return answer(self._association(call))

    async def sync(self, call: Call) -> web.Response:
        """The answer is already the new state; a sync takes a while."""
        policy.require(call, policy.WRITE)
        group = self._association(call)["peer-group-id"]
        self._world.do("association.sync", controller=call.cloud.controller, group=group)
        return answer(self._association(call))

    def _association(self, call: Call) -> dict[str, Any]:
        found = self._found(call, self._associations(call), "id", what="Peer Group Association")
        created = {"created-at": found.pop("created-at"), "updated-at": found.pop("updated-at")}
        return {**found, "sync-message": None, **created}

    def _here(self, call: Call) -> bool:
        return call.cloud.controller == self._owner.controller

    def _peers(self, call: Call) -> list[dict[str, Any]]:
        return (
            [
                {
                    "id": 1,
                    "peer-uuid": self._owner.uuid("peer"),
                    "peer-name": "dc-standby",
                    "manager-endpoint": "https://192.0.2.10:5000/v3",
                    "manager-username": "admin",
                    "peer-controller-gateway-address": "192.168.205.1",
                    "administrative-state": "enabled",
                    "heartbeat-interval": 60,
                    "heartbeat-failure-threshold": 3,
                    "heartbeat-failure-policy": "alarm",
                    "heartbeat-maintenance-timeout": 600,
                    "availability-state": "available",
                    "created-at": self._created,
                    "updated-at": None,
                }
            ]
            if self._here(call)
            else []
        )

    def _groups(self, call: Call) -> list[dict[str, Any]]:
        return [
            {
                "id": group.id,
                "peer_group_name": group.name,
                "group_priority": 0,
                "group_state": "enabled",
                "max_subcloud_rehoming": 10,
                "system_leader_id": self._owner.uuid("system"),
                "system_leader_name": self._owner.name,
                "migration_status": None,
                "created-at": self._created,
                "updated-at": None,
            }
            for group in self._known(call)
        ]

    def _associations(self, call: Call) -> list[dict[str, Any]]:
        controller, states = call.cloud.controller, self._register.associations
        return [
            {
                "id": group.id,
                "peer-group-id": group.id,
                "system-peer-id": 1,
                "peer-group-priority": 1,
                "association-type": "primary",
                "sync-status": states.status(controller, group.id),
                "created-at": self._created,
                "updated-at": stamp_or_none(states.changed_at(controller, group.id)),
            }
            for group in self._known(call)
        ]

    def _known(self, call: Call) -> tuple[PeerGroup, ...]:
        return self._world.fleet.controllers[call.cloud.controller - 1].peer_groups

    def _group(self, call: Call) -> dict[str, Any]:
        return self._found(call, self._groups(call), "id", "peer_group_name", what="Subcloud Peer Group")

    @staticmethod
    def _found(call: Call, rows: list[dict[str, Any]], *keys: str, what: str) -> dict[str, Any]:
        for row in rows:
            if call.params["ref"] in [str(row[key]) for key in keys]:
                return row
        raise Refused(404, f"{what} not found")


def stamp_or_none(at: float | None) -> str | None:
    return None if at is None else stamp_database(at)
