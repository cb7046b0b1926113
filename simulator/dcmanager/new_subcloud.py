"""What adding and phased creation of a subcloud check alike, in dcmanager's order (starlingx-dcmanager.md 2.2.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, astuple
from functools import lru_cache
from typing import Any

from simulator.dcmanager import address_plan, addresses, bootstrap_values, install_values, releases
from simulator.dcmanager.address_plan import Neighbour, Plan, Pool
from simulator.dcmanager.addresses import Address, Network
from simulator.dcmanager.forms import Form
from simulator.dcmanager.office import Office
from simulator.dcmanager.refusals import Crashed, Refused
from simulator.dcmanager.yaml_values import Values
from simulator.fleet import Cloud, Software

# the System Controller's own management networks, one of each family
POOLS = tuple(
    Pool(addresses.network(subnet), addresses.address(start), addresses.address(end))
    for subnet, start, end in (
        ("192.168.204.0/24", "192.168.204.2", "192.168.204.50"),
        ("fd01:1::/64", "fd01:1::2", "fd01:1::50"),
    )
)
DEFAULT_GROUP = 1
MAX_TEXT = 255
MINIMAL_ENROLL = ("bootstrap_interface",)
ENROLL = ("bootstrap_interface", "bmc_address", "bmc_username")


def payload_of(form: Form) -> Values:
    """The bootstrap values with the form's text fields laid over them. Raises Refused, Crashed."""
    return {**(form.values("bootstrap_values") or {}), **form.fields}


def check_new(office: Office, controller: int, form: Form, payload: Values) -> dict[str, Any]:
    """The arguments of the command `subcloud.add` that follow from the values. Raises Refused, Crashed."""
    if not payload:
        raise Refused(400, "Body required")
    bootstrap_values.check_keys(payload)
    own = office.central(controller).software
    software = releases.asked_for(form.fields.get("release"), own)
    if office.register.named(controller, str(payload["name"])) is not None:
        raise Refused(409, f"Subcloud with name={payload['name']} already exists")
    office.controllers.require_not_deploying(controller, "create")
    plan = check_configuration(office, controller, payload)
    install = check_install(form, payload, software.version, own)
    check_kubernetes(payload, software, own)
    if "deploy_config" in form and "deploy_config" not in form.files:
        raise Refused(400, "No deploy_config file uploaded")
    return {
        "bootstrap": payload_without_secrets(payload),
        "install": install,
        "network": asdict(plan),
        "software": list(astuple(software)),
        "deploy_config": "deploy_config" in form,
        "bootstrap_address": payload.get("bootstrap-address"),
        "columns": columns_of(payload),
    }


def check_configuration(office: Office, controller: int, payload: Mapping[str, Any], own: Cloud | None = None) -> Plan:
    """Name, address plan and group; `own` may overlap with itself. Raises Refused (400)."""
    bootstrap_values.check_name(payload["name"])
    plan = address_plan.check(payload, neighbours(office, controller, own), POOLS)
    group_id(office, controller, payload)
    return plan


def neighbours(office: Office, controller: int, own: Cloud | None = None) -> Iterable[Neighbour]:
    for cloud in office.register.world.subclouds(controller):
        if cloud is not own:
            place = cloud.addressing
            yield Neighbour(office.register.records[cloud.key].name, *parsed(place.subnet, place.start, place.end))


@lru_cache(maxsize=50_000)
def parsed(subnet: str, start: str, end: str) -> tuple[Network, Address, Address]:
    return addresses.network(subnet), addresses.address(start), addresses.address(end)


def group_id(office: Office, controller: int, payload: Mapping[str, Any]) -> int:
    """The group's id, which has to be a number here. Raises Refused (400)."""
    text = str(payload.get("group_id", DEFAULT_GROUP))
    group = office.register.group(controller, text) if text.isascii() and text.isdigit() else None
    if group is None:
        raise Refused(400, "Invalid group_id")
    return group.id


def check_install(form: Form, payload: Mapping[str, Any], version: str, own: Software) -> Values | None:
    """The install values as they are stored. Raises Refused."""
    given = form.values("install_values")
    if given is None:
        return None
    if form.fields.get("enroll") == "true":
        return check_enrollment(form, given, version)
    oam = addresses.network(str(payload["external_oam_subnet"]).split(",")[0]).version
    return install_values.checked(given, form.fields.get("bmc_password"), version, own, oam)


def check_enrollment(form: Form, given: Mapping[str, Any], version: str) -> Values:
    """Enrolling needs less of the install values, and no BMC where the media are on site. Raises Refused (400)."""
    on_site = form.fields.get("on_site") == "true"
    for key in MINIMAL_ENROLL if on_site else ENROLL:
        if key not in given:
            raise Refused(400, f"Mandatory install value {key} not present")
    password = form.fields.get("bmc_password") or given.get("bmc_password")
    if not password and not on_site:
        raise Refused(400, "subcloud bmc_password required")
    return {**given, "software_version": version, **({"bmc_password": password} if password else {})}


def check_kubernetes(payload: Mapping[str, Any], software: Software, own: Software) -> None:
    """Of a release that is not the controller's, a subcloud can only get the Kubernetes it comes with."""
    wanted = payload.get("kubernetes_version")
    if software.version != own.version and wanted and str(wanted) != software.kubernetes:
        raise Refused(
            400,
            f"The kubernetes_version {wanted} in the bootstrap values is not the fresh_install_k8s_version "
            f"{software.kubernetes} of release {software.version}",
        )


def columns_of(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Description, location and group of a new row. Raises Crashed for texts the database cannot hold."""
    texts = {name: payload.get(name) for name in ("description", "location")}
    if any(text is not None and len(str(text)) > MAX_TEXT for text in (*texts.values(), payload["name"])):
        raise Crashed
    shown = {name: None if text is None else str(text) for name, text in texts.items()}
    return {**shown, "group": int(payload.get("group_id", DEFAULT_GROUP))}


def payload_without_secrets(payload: Mapping[str, Any]) -> Values:
    """What is kept of the bootstrap values: not the passwords of the form."""
    return {key: value for key, value in payload.items() if key not in ("sysadmin_password", "bmc_password")}
