"""POST /v1.0/subclouds: a new subcloud, deployed in the background; also migrated, enrolled and secondary ones."""

from __future__ import annotations

import io
import tarfile
from typing import Any

from aiohttp import web

from simulator.clock import stamp_database
from simulator.dcmanager import policy
from simulator.dcmanager.bootstrap_values import require
from simulator.dcmanager.forms import Form, read_form
from simulator.dcmanager.new_subcloud import check_new, payload_of
from simulator.dcmanager.office import Office
from simulator.dcmanager.refusals import Refused
from simulator.dcmanager.rows import columns
from simulator.dcmanager.yaml_values import Values, boolean, checked_secret
from simulator.fleet import Cloud
from simulator.routing import Call, answer


class Adding:
    def __init__(self, office: Office) -> None:
        self._office = office

    async def add(self, call: Call) -> web.Response:
        policy.require(call, policy.WRITE)
        number = call.cloud.controller
        self._office.controllers.require_idle(number)
        form = await read_form(call)
        payload = payload_of(form)
        check_combinations(form)
        if "secondary" not in form:
            checked_secret(form.fields.get("sysadmin_password"), "sysadmin_password")
        arguments = check_new(self._office, number, form, payload)
        original = self._original(number, payload) if form.fields.get("migrate") == "true" else None
        enrolled = check_enroll(form)
        arguments |= plan(form, arguments, original, enrolled)
        cloud = await self._create(number, arguments, "secondary" in form)
        return answer(columns(self._office.register, cloud, self._office.register.seen(cloud), stamp_database))

    async def _create(self, number: int, arguments: dict[str, Any], secondary: bool) -> Cloud:
        if not secondary:
            return self._office.deployments.add(number, **arguments)
        return await self._office.manager.ask(
            number, "Unable to add subcloud", lambda: self._office.deployments.add(number, **arguments)
        )

    def _original(self, number: int, payload: Values) -> Cloud:
        """The site that is to be migrated: dcmanager asks it for its region at its address. Raises Refused (400)."""
        address = str(payload["external_oam_floating_address"]).split(",")[0].strip()
        wanted = {address, str(payload.get("bootstrap-address"))}
        world = self._office.register.world
        for cloud in world.clouds.values():
            if cloud.kind == "subcloud" and cloud.addressing.oam_floating in wanted and world.reachable(cloud):
                if cloud.controller == number:
                    raise Refused(400, f"The region of the subcloud at {address} is known to this System Controller")
                return cloud
        raise Refused(400, f"Unable to reach the subcloud at {address} to ask for its region name")


def check_combinations(form: Form) -> None:
    """Raises Refused (400)."""
    if boolean(form.fields.get("migrate"), "migrate"):
        if boolean(form.fields.get("enroll"), "enroll"):
            raise Refused(400, "migrate with enroll is not allowed")
        if "deploy_config" in form:
            raise Refused(400, "migrate with deploy-config is not allowed")
        if "name" in form.fields and form.fields["name"] != str((form.values("bootstrap_values") or {}).get("name")):
            raise Refused(400, "subcloud name does not match the name defined in bootstrap file")
    if "secondary" in form.fields:
        boolean(form.fields["secondary"], "secondary")
        if "deploy_config" in form:
            raise Refused(400, "secondary with deploy-config is not allowed")
        if "migrate" in form.fields:
            raise Refused(400, "secondary with migrate is not allowed")


def check_enroll(form: Form) -> bool:
    """Whether to adopt a system that was installed at the factory. Raises Refused (400)."""
    enroll = boolean(form.fields.get("enroll"), "enroll")
    if "enroll" in form.fields and not enroll:
        for name in ("cloud_init_config", "on_site"):
            if name in form:
                raise Refused(400, f"{name} is not allowed with enroll=false")
    if enroll:
        require(form.files, "install_values")
        check_cloud_init(form)
    return enroll


def check_cloud_init(form: Form) -> None:
    """Raises Refused (400) for what is no tar archive."""
    if "cloud_init_config" not in form:
        return
    upload = form.files.get("cloud_init_config")
    if upload is None:
        raise Refused(400, "No cloud-init-config file uploaded")
    try:
        with tarfile.open(fileobj=io.BytesIO(upload.data), mode="r:*"):
            return
    except (tarfile.TarError, EOFError, OSError, ValueError) as error:
        raise Refused(400, f"{upload.filename} is not a valid tar archive.") from error


def plan(form: Form, arguments: dict[str, Any], original: Cloud | None, enrolled: bool) -> dict[str, Any]:
    """The phases that follow, and with which status the row begins."""
    status, phases = "not-deployed", ["create"]
    ends_as: str | None = "complete"
    last_words = None
    if "secondary" in form:
        status, phases = "secondary", []
    elif original is not None:
        phases = ["rehome"]
    elif enrolled:
        phases += ["enroll", *(["configure"] if arguments["deploy_config"] else [])]
    elif not arguments["bootstrap_address"] and arguments["install"] is None:
        ends_as, last_words = "create-failed", "Failed to create subcloud: no bootstrap-address was given."
    else:
        phases += ["install"] if arguments["install"] is not None else []
        phases += ["bootstrap", *(["configure"] if arguments["deploy_config"] else [])]
    return {
        "status": status,
        "phases": phases,
        "ends_as": ends_as,
        "last_words": last_words,
        "original": list(original.key) if original else None,
        "enrolled": enrolled and "cloud_init_config" in form,
        "waits": False,
    }
