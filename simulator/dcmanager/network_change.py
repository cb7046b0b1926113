"""Moving a subcloud to another management network, a part of its update (starlingx-dcmanager.md 2.2.2)."""

from __future__ import annotations

from simulator.dcmanager import address_plan, transient
from simulator.dcmanager.deploy_states import SECONDARY
from simulator.dcmanager.new_subcloud import neighbours
from simulator.dcmanager.office import Office
from simulator.dcmanager.refusals import Refused
from simulator.dcmanager.yaml_values import checked_secret
from simulator.fleet import Cloud

# form field: what the address plan calls it
NETWORK_FIELDS = {
    "management_subnet": "admin_subnet",
    "management_gateway_ip": "admin_gateway_address",
    "management_start_ip": "admin_start_address",
    "management_end_ip": "admin_end_address",
}


class NetworkChange:
    def __init__(self, office: Office) -> None:
        self._office = office

    def checked(self, cloud: Cloud, fields: dict[str, str]) -> dict[str, str]:
        """The new network. Raises Refused: 422 for what is missing or does not fit, 409, 400, 500 when secondary."""
        record, seen = self._office.register.records[cloud.key], self._office.register.seen(cloud)
        if seen.deploy.status in SECONDARY:
            raise Refused(500, f"Cannot perform on {seen.deploy.status} state subcloud")
        if fields.get("management-state"):
            raise Refused(422, "Management state and network reconfiguration must be updated separately")
        if record.management != "unmanaged":
            raise Refused(422, "A subcloud must be unmanaged to perform network reconfiguration")
        transient.require_none(record.name, seen)
        if not fields.get("bootstrap_address"):
            raise Refused(422, "The bootstrap_address parameter is required for network reconfiguration")
        missing = [name for name in NETWORK_FIELDS if not fields.get(name)]
        if missing:
            raise Refused(422, f"Subcloud network reconfiguration needs all of {', '.join(NETWORK_FIELDS)}")
        self._check_new(cloud, fields)
        checked_secret(fields.get("sysadmin_password"), "sysadmin_password")
        plan = address_plan.check_network(
            {name: fields[field] for field, name in NETWORK_FIELDS.items()},
            "admin",
            cloud.system_mode,
            neighbours(self._office, cloud.controller, cloud),
        )
        return {"subnet": plan.subnet, "start": plan.start, "end": plan.end, "gateway": plan.gateway}

    def _check_new(self, cloud: Cloud, fields: dict[str, str]) -> None:
        place = cloud.addressing
        present = dict(zip(NETWORK_FIELDS, (place.subnet, place.gateway, place.start, place.end), strict=True))
        for name, value in present.items():
            if fields[name] == value:
                raise Refused(422, f"{name} already in use by the subcloud.")
