"""PATCH /v1.0/subclouds/{ref}/prestage (starlingx-dcmanager.md 2.2.5)."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from simulator.clock import stamp_rpc
from simulator.dcmanager import policy, releases, transient
from simulator.dcmanager.deploy_states import SECONDARY
from simulator.dcmanager.forms import json_object
from simulator.dcmanager.office import Office
from simulator.dcmanager.prestages import Prestages, deployable
from simulator.dcmanager.refusals import Refused
from simulator.dcmanager.register import Register
from simulator.dcmanager.rows import columns
from simulator.dcmanager.site_health import affecting_alarms
from simulator.dcmanager.yaml_values import boolean, checked_secret
from simulator.fleet import Cloud
from simulator.routing import Call, answer
from simulator.sysinv.activity import active_host

OLDEST = "24.09"
ALLOWED = ("complete", "sw-deploy-apply-strategy-failed")


class Prestaging:
    def __init__(self, office: Office) -> None:
        self._office = office
        self._register = office.register
        self._prestages = Prestages(office.register)

    async def prestage(self, call: Call) -> web.Response:
        """The reply shows what is prestaged, beside the subcloud."""
        policy.require(call, policy.WRITE)
        office, register = self._office, self._register
        body = texts(await json_object(call))
        cloud = office.find(call)
        if office.deploy_status(cloud) in SECONDARY:
            raise Refused(500, f"Cannot perform on {office.deploy_status(cloud)} state subcloud")
        if office.controllers.deploying(cloud.controller):
            raise Refused(
                400, "Prestage is not allowed while the system controller has a software deployment in progress."
            )
        checked_secret(body.get("sysadmin_password"), "sysadmin_password")
        force, deploy = boolean(body.get("force"), "force"), boolean(body.get("for_sw_deploy"), "for_sw_deploy")
        if deploy and boolean(body.get("for_install"), "for_install"):
            raise Refused(400, "Only one of for_install and for_sw_deploy can be chosen")
        version = release_asked(register, cloud, body.get("release"), deploy)
        transient.require_none(register.records[cloud.key].name, register.seen(cloud))
        why = unfit(register, cloud) or self._unfit_now(call, cloud, force, deploy)
        if why:
            raise Refused(400, f"Prestage of subcloud {register.records[cloud.key].name} failed its pre-check: {why}")
        await office.manager.ask(
            cloud.controller,
            "Unable to prestage subcloud",
            lambda: self._prestages.start(cloud, version, deploy=deploy),
        )
        row = columns(register, cloud, register.seen(cloud), stamp_rpc)
        return answer({**row, "prestage-software-version": version})

    def _unfit_now(self, call: Call, cloud: Cloud, force: bool, deploy: bool) -> str | None:
        """What the site itself says against it."""
        if not call.world.reachable(cloud):
            return "the subcloud's system mode and health could not be read."
        if not deploy and cloud.system_mode != "simplex":
            active = active_host(call.world, cloud, call.world.clock.now())
            if active != "controller-0":
                return "prestaging for install of a duplex subcloud needs controller-0 to be active."
        if not force and affecting_alarms(call.world, cloud):
            return "it has management affecting alarm(s). Resolve them or use force."
        return None


def texts(body: dict[str, Any]) -> dict[str, str]:
    """All values are text, flags too. Raises Refused (400)."""
    wrong = sorted(name for name, value in body.items() if not isinstance(value, str))
    if wrong:
        raise Refused(400, f"Invalid value of {', '.join(wrong)}: text is expected")
    return body


def release_asked(register: Register, cloud: Cloud, text: str | None, deploy: bool) -> str:
    """The release as MM.mm. Raises Refused (400)."""
    own = register.world.clouds[cloud.controller, None].software
    version = text or own.version
    if not releases.VERSION.fullmatch(version):
        raise Refused(400, "Specified release format is not supported. Version format must be MM.mm.")
    if not deploy:
        return releases.asked_for(version, own).version
    if version < OLDEST:
        raise Refused(400, "The requested software version cannot be prestaged for software deploy.")
    if not deployable(register, cloud, version):
        raise Refused(400, f"Release {version} is not deployed on the system controller.")
    if version < cloud.software.version:
        raise Refused(400, f"Release {version} is lower than what subcloud {cloud.name} runs.")
    return version


def unfit(register: Register, cloud: Cloud, at: float | None = None) -> str | None:
    """Why dcmanager would not prestage that subcloud, as far as its own rows say; None when it would."""
    record, seen = register.records[cloud.key], register.seen(cloud, at)
    if not seen.availability.online:
        return "Subcloud is offline."
    if record.management != "managed":
        return "Subcloud is not managed."
    if seen.deploy.status not in ALLOWED:
        return "prestaging is not allowed while its deployment is under way."
    if seen.prestage.status not in (None, "failed", "complete"):
        return f"its prestage status is {seen.prestage.status}."
    return None
