"""Before a phase of an existing subcloud: what was sent, else what is stored, checked; and what changes with it."""

from __future__ import annotations

from dataclasses import asdict, astuple
from typing import Any

from simulator.dcmanager import install_values, releases, stored_values
from simulator.dcmanager.bootstrap_values import check_keys
from simulator.dcmanager.deploy_states import ALL_PHASES, REMAINING
from simulator.dcmanager.forms import Form
from simulator.dcmanager.new_subcloud import (
    check_configuration,
    check_enrollment,
    check_kubernetes,
    payload_of,
    payload_without_secrets,
)
from simulator.dcmanager.office import Office
from simulator.dcmanager.refusals import Refused
from simulator.dcmanager.yaml_values import Values, checked_secret
from simulator.fleet import Cloud, Software

FILES = {"install": "install_values", "bootstrap": "bootstrap_values", "configure": "deploy_config"}


class Preparation:
    """Collects the arguments of the command `subcloud.deploy`, and what the reply predicts. All raise Refused."""

    def __init__(self, office: Office, cloud: Cloud, form: Form) -> None:
        self._office = office
        self._cloud = cloud
        self._form = form
        self._record = office.register.records[cloud.key]
        self._own = office.central(cloud.controller).software
        self._software: Software = cloud.software
        self._payload: Values = {}
        self.changes: dict[str, Any] = {}
        self.arguments: dict[str, Any] = {"changes": self.changes}
        self.predicted: dict[str, Any] = {}

    def release(self, asked: str | None) -> None:
        """The release that is installed; the subcloud's own if none is asked for."""
        self._software = releases.asked_for(asked, self._own, self._cloud.software.version)
        self.arguments["software"] = list(astuple(self._software))
        self.predicted["software-version"] = self._software.version

    def password(self) -> None:
        checked_secret(self._form.fields.get("sysadmin_password"), "sysadmin_password")

    def install(self) -> None:
        """The install values, with the image of the release."""
        given = self._form.values("install_values")
        version, stored = self._software.version, self._stored_install()
        if given:
            given = install_values.checked(
                given, self._form.fields.get("bmc_password"), version, self._own, existing=stored
            )
        elif stored is None:
            raise Refused(400, "Failed to read data install from db")
        else:
            install_values.require_mandatory(stored)
            given = {**stored, "software_version": version, "image": releases.image(version, self._own)}
        self.changes["install_values"] = given

    def enrollment(self) -> None:
        """What enrolling needs of the install values."""
        given = self._form.values("install_values") or self._stored_install()
        if not given:
            raise Refused(400, "Install values is necessary for subcloud enrollment")
        self.changes["install_values"] = check_enrollment(self._form, given, self._software.version)
        if "cloud_init_config" in self._form:
            self.changes["enrolled"] = True

    def bootstrap(self) -> None:
        """The bootstrap values: new ones are checked whole, stored ones are taken as they are."""
        given = self._form.values("bootstrap_values")
        stored = stored_values.bootstrap_values(self._cloud, self._record)
        self._payload = payload_of(self._form) if given is not None else {**(stored or {}), **self._form.fields}
        if not self._payload.get("name"):
            raise Refused(400, "Required bootstrap-values file was not provided and it was not previously available")
        self.password()
        self.bootstrap_address()
        if given is not None:
            self._check_new_values()
        self._office.controllers.require_not_deploying(self._cloud.controller, "bootstrap")
        check_kubernetes(self._payload, self._software, self._own)

    def bootstrap_address(self) -> None:
        """From the request, the install values or what was stored; it has to be somewhere."""
        install = self.changes.get("install_values") or self._stored_install() or {}
        known = (
            self._form.fields.get("bootstrap-address")
            or install.get("bootstrap_address")
            or self._record.bootstrap_address
            or self._payload.get("bootstrap-address")
        )
        if not known:
            raise Refused(400, "The bootstrap-address was not provided and it was not previously available")
        self.changes["bootstrap_address"] = str(known)

    def configure(self) -> None:
        """The deploy config, whose content dcmanager does not look at."""
        if "deploy_config" in self._form:
            if "deploy_config" not in self._form.files:
                raise Refused(400, "No deploy_config file uploaded")
            self.changes["deploy_config"] = True
        elif not self._record.deploy_config:
            raise Refused(400, "Required deploy_config file was not provided and it was not previously available.")
        self.password()
        self.bootstrap_address()

    def _check_new_values(self) -> None:
        name = str(self._payload["name"])
        if name != self._record.name:
            raise Refused(
                400,
                f"The bootstrap-values 'name' value ({name}) must match the current subcloud name "
                f"({self._record.name})",
            )
        check_keys(self._payload)
        plan = check_configuration(self._office, self._cloud.controller, self._payload, self._cloud)
        network = asdict(plan)
        gateway = str(self._payload["systemcontroller_gateway_address"]).split(",")[0].strip()
        self.arguments["network"] = {**network, "controller_gateway": gateway}
        self.changes["bootstrap_values"] = payload_without_secrets(self._payload)
        texts = {key: str(self._payload[key]) for key in ("description", "location") if self._payload.get(key)}
        self.changes.update(texts)
        self.predicted |= {
            **texts,
            "management-subnet": plan.subnet,
            "management-gateway-ip": plan.gateway,
            "management-start-ip": plan.start,
            "management-end-ip": plan.end,
            "systemcontroller-gateway-ip": gateway,
        }

    def _stored_install(self) -> Values | None:
        return stored_values.install_values(self._cloud, self._record)


def phases_left(office: Office, cloud: Cloud, form: Form, status: str) -> list[str]:
    """What a resumed deployment runs: install only with install values, configure only with a deploy config."""
    record = office.register.records[cloud.key]
    has_install = "install_values" in form or stored_values.install_values(cloud, record) is not None
    has_config = "deploy_config" in form or record.deploy_config
    remaining = REMAINING[status]
    if remaining == ("configure",) and not has_config:
        raise Refused(
            400,
            "Only deploy phase left is deploy config. Required deploy_config file was not provided and it was not "
            "previously available. Complete the deployment if the subcloud was configured by hand.",
        )
    absent = {"install": not has_install, "configure": not has_config}
    return [phase for phase in remaining if not absent.get(phase)]


def check_files(form: Form, status: str) -> None:
    """Raises Refused (400) for the file of a phase that is behind already."""
    for phase in ALL_PHASES:
        if phase not in REMAINING[status] and FILES[phase] in form:
            raise Refused(
                400, f"{phase.title()} was already executed and {FILES[phase].replace('_', '-')} is not required"
            )
