"""POST and PATCH of /v1.0/phased-subcloud-deploy: one phase at a time (starlingx-dcmanager.md 2.4)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from simulator.clock import stamp_database, stamp_rpc
from simulator.dcmanager import policy
from simulator.dcmanager.adding import check_cloud_init
from simulator.dcmanager.deploy_states import ALLOWED, REMAINING
from simulator.dcmanager.forms import Form, read_form
from simulator.dcmanager.new_subcloud import check_new, payload_of
from simulator.dcmanager.office import Office
from simulator.dcmanager.phases import ABORTING
from simulator.dcmanager.preparation import Preparation, check_files, phases_left
from simulator.dcmanager.refusals import Refused
from simulator.dcmanager.rows import columns
from simulator.dcmanager.yaml_values import checked_secret
from simulator.fleet import Cloud
from simulator.routing import Call, answer

Verb = Callable[[Call, Cloud], Awaitable[web.Response]]
REQUIRED_ON_CREATE = ("bootstrap_values", "bootstrap-address")


class Phased:
    def __init__(self, office: Office) -> None:
        self._office = office
        self._verbs: dict[str, Verb] = {
            "install": self._install,
            "bootstrap": self._bootstrap,
            "configure": self._configure,
            "complete": self._complete,
            "abort": self._abort,
            "resume": self._resume,
            "enroll": self._enroll,
        }

    async def create(self, call: Call) -> web.Response:
        """Waits until the manager has created it, or 60 s."""
        policy.require(call, policy.WRITE)
        office, number = self._office, call.cloud.controller
        form = await read_form(call)
        missing = [name for name in REQUIRED_ON_CREATE if name not in form]
        if missing:
            raise Refused(400, f"Missing required parameter(s): {', '.join(missing)}")
        office.controllers.require_idle(number)
        arguments = check_new(office, number, form, payload_of(form)) | {
            "status": "creating",
            "phases": ["create"],
            "ends_as": None,
            "last_words": None,
            "original": None,
            "enrolled": False,
            "waits": True,
        }
        cloud = await office.manager.ask(
            number,
            "Unable to create subcloud",
            lambda: office.deployments.add(number, **arguments),
            self._time_left,
        )
        return answer(columns(office.register, cloud, office.register.seen(cloud), stamp_rpc))

    def _time_left(self, cloud: Cloud) -> float:
        """Until the creation is over, as far as that is known now."""
        register = self._office.register
        marks = register.marks(cloud, register.records[cloud.key])
        return max(0.0, marks[-1].at - register.clock.now()) if marks and marks[-1].over else 3600.0

    async def change(self, call: Call) -> web.Response:
        policy.require(call, policy.WRITE)
        cloud = self._office.find(call)
        verb = self._verbs.get(call.params["verb"])
        if verb is None:
            raise Refused(400, "Invalid request")
        return await verb(call, cloud)

    async def _install(self, call: Call, cloud: Cloud) -> web.Response:
        form = await read_form(call)
        self._require_body(form)
        self._office.controllers.require_idle(cloud.controller)
        self._require_state(cloud, "install", "Subcloud deploy status must be either")
        self._require_initial(cloud, "The deploy install command can only be used during initial deployment.")
        preparation = Preparation(self._office, cloud, form)
        preparation.release(form.fields.get("release"))
        preparation.install()
        checked_secret(form.fields.get("sysadmin_password"), "sysadmin_password")
        return self._start(cloud, ["install"], preparation, "pre-install")

    async def _bootstrap(self, call: Call, cloud: Cloud) -> web.Response:
        self._require_state(cloud, "bootstrap", "Subcloud deploy status must be either")
        form = await read_form(call)
        preparation = Preparation(self._office, cloud, form)
        preparation.bootstrap()
        return self._start(cloud, ["bootstrap"], preparation, "pre-bootstrap")

    async def _configure(self, call: Call, cloud: Cloud) -> web.Response:
        form = await read_form(call)
        self._require_body(form)
        self._require_state(cloud, "configure", "Subcloud deploy status must be")
        prestage = self._office.register.seen(cloud).prestage.status
        if prestage == "prestaging":
            raise Refused(400, f"Subcloud prestage is ongoing {prestage}")
        preparation = Preparation(self._office, cloud, form)
        preparation.configure()
        return self._start(cloud, ["configure"], preparation, "pre-config")

    async def _complete(self, call: Call, cloud: Cloud) -> web.Response:
        self._require_state(cloud, "complete", "Subcloud deploy can only be completed when its deploy status is")
        office = self._office
        await office.manager.ask(
            cloud.controller,
            "Unable to complete subcloud deployment",
            lambda: office.deployments.write_status(cloud, "complete"),
        )
        return answer(columns(office.register, cloud, office.register.seen(cloud), stamp_rpc))

    async def _abort(self, call: Call, cloud: Cloud) -> web.Response:
        self._require_state(cloud, "abort", "Subcloud deploy status must be in one of the following states")
        self._require_initial(cloud, "The subcloud can only be aborted during initial deployment.")
        predicted = ABORTING[self._office.deploy_status(cloud)][0]
        row = self._row(cloud)
        self._office.deployments.abort(cloud)
        return answer({**row, "deploy-status": predicted})

    async def _resume(self, call: Call, cloud: Cloud) -> web.Response:
        status = self._office.deploy_status(cloud)
        if status not in REMAINING:
            raise Refused(400, f"Subcloud deploy status must be either: {', '.join(REMAINING)}")
        self._require_initial(cloud, "The subcloud can only be resumed during initial deployment.")
        form = await read_form(call)
        phases = phases_left(self._office, cloud, form, status)
        check_files(form, status)
        preparation = Preparation(self._office, cloud, form)
        if "install" in phases:
            self._office.controllers.require_idle(cloud.controller)
            preparation.release(form.fields.get("release"))
            preparation.install()
        preparation.password()
        if "bootstrap" in phases:
            preparation.bootstrap()
        if "configure" in phases:
            preparation.configure()
        predicted = {"install": "pre-install", "bootstrap": "pre-bootstrap", "configure": "pre-config"}
        # the first phase of the state, even where it is skipped: so does the real server
        return self._start(cloud, phases, preparation, predicted[REMAINING[status][0]], "complete")

    async def _enroll(self, call: Call, cloud: Cloud) -> web.Response:
        self._require_state(cloud, "enroll", "Subcloud deploy status must be either")
        form = await read_form(call)
        preparation = Preparation(self._office, cloud, form)
        preparation.release(form.fields.get("release"))
        preparation.enrollment()
        check_cloud_init(form)
        preparation.bootstrap()
        return self._start(cloud, ["enroll"], preparation, "pre-init-enroll")

    def _start(
        self, cloud: Cloud, phases: list[str], preparation: Preparation, predicted: str, ends_as: str | None = None
    ) -> web.Response:
        """Hand the work to the manager; the reply shows what it will write, before it has."""
        row = {**self._row(cloud), **preparation.predicted, "deploy-status": predicted}
        self._office.deployments.deploy(cloud, phases, ends_as=ends_as, **preparation.arguments)
        return answer(row)

    def _row(self, cloud: Cloud) -> dict[str, Any]:
        return columns(self._office.register, cloud, self._office.register.seen(cloud), stamp_database)

    def _require_body(self, form: Form) -> None:
        if not form.fields and not form.files:
            raise Refused(400, "Body required")

    def _require_state(self, cloud: Cloud, verb: str, text: str) -> None:
        if self._office.deploy_status(cloud) not in ALLOWED[verb]:
            raise Refused(400, f"{text}: {', '.join(ALLOWED[verb])}")

    def _require_initial(self, cloud: Cloud, text: str) -> None:
        if not self._office.register.records[cloud.key].initial_deployment:
            raise Refused(400, text)
