"""Putting a subcloud into a peer group and taking it out, a part of its update."""

from __future__ import annotations

from typing import Any

from simulator.dcmanager.office import Office
from simulator.dcmanager.refusals import Refused
from simulator.fleet import Cloud


class PeerMembership:
    def __init__(self, office: Office) -> None:
        self._register = office.register

    def change(self, cloud: Cloud, fields: dict[str, str]) -> dict[str, Any]:
        """The changed column; nothing when the field is not there. Raises Refused (400)."""
        wanted = fields.get("peer_group")
        if wanted is None:
            return {}
        if wanted.lower() == "none":
            return {"peer_group": None}
        record, seen = self._register.records[cloud.key], self._register.seen(cloud)
        has_values = record.rehome_values is not None or cloud.initial.rehome_data
        if not has_values and not (fields.get("bootstrap_values") and fields.get("bootstrap_address")):
            raise Refused(
                400,
                "Cannot update the subcloud peer group: must provide both the bootstrap-values and bootstrap-address.",
            )
        groups = self._register.world.fleet.controllers[cloud.controller - 1].peer_groups
        group = next((group.id for group in groups if wanted in (str(group.id), group.name)), None)
        if group is None:
            raise Refused(400, "Invalid peer group")
        if seen.deploy.status != "complete" or record.management != "managed" or not seen.availability.online:
            raise Refused(400, "Only subclouds that are managed and online can be added to a peer group.")
        return {"peer_group": group}
