"""/v1.0/subcloud-deploy: the deployment manager's playbook, chart and overrides for a release (multipart)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from simulator.dcmanager import policy, releases
from simulator.dcmanager.forms import read_form
from simulator.dcmanager.office import Office
from simulator.dcmanager.refusals import Refused
from simulator.routing import Call, answer

REQUIRED = ("deploy_playbook", "deploy_chart")
KINDS = ("deploy_playbook", "deploy_overrides", "deploy_chart", "prestage_images")
FLAGS = ("true", "false")
FLAG_OF = {"prestage_images": "prestage_images"}  # all others go with deployment_files


class DeployFiles:
    """File names by controller, release and kind; the bundled copies that serve without an upload are not listed."""

    def __init__(self, office: Office) -> None:
        self._world = office.register.world
        self._names: dict[tuple[int, str], dict[str, str]] = {}
        self._world.command("deploy-files.upload", self._upload)
        self._world.command("deploy-files.delete", self._delete)

    async def show(self, call: Call) -> web.Response:
        policy.require(call, policy.READ)
        version = releases.asked_for(call.params.get("release"), call.cloud.software).version
        names = self._names.get((call.cloud.controller, version), {})
        return answer({"subcloud_deploy": {"software_version": version, **{kind: names.get(kind) for kind in KINDS}}})

    async def upload(self, call: Call) -> web.Response:
        policy.require(call, policy.WRITE)
        form = await read_form(call)
        sent = {kind: form.files[kind].filename for kind in KINDS if kind in form.files}
        if set(sent) != {"prestage_images"}:
            missing = [kind for kind in REQUIRED if kind not in sent]
            if missing:
                raise Refused(400, f"argument --{missing[0].replace('_', '-')} is required")
        version = releases.asked_for(form.fields.get("release"), call.cloud.software).version
        self._world.do("deploy-files.upload", controller=call.cloud.controller, release=version, names=sent)
        return answer({**sent, "software_version": version})

    async def delete(self, call: Call) -> web.Response:
        policy.require(call, policy.WRITE)
        version = releases.asked_for(call.params.get("release"), call.cloud.software).version
        flags = {name: call.query.get(name, "false").lower() for name in ("deployment_files", "prestage_images")}
        wrong = [name for name, value in flags.items() if value not in FLAGS]
        if wrong:
            raise Refused(400, f"Invalid value of {wrong[0]}: {flags[wrong[0]]}. Valid options are true and false.")
        if (call.cloud.controller, version) not in self._names:
            raise Refused(404, f"No deployment files of release {version}")
        every = "true" not in flags.values()
        kinds = [kind for kind in KINDS if every or flags[FLAG_OF.get(kind, "deployment_files")] == "true"]
        self._world.do("deploy-files.delete", controller=call.cloud.controller, release=version, kinds=kinds)
        return answer(None)

    def _upload(self, at: float, arguments: Mapping[str, Any]) -> None:
        key = (arguments["controller"], arguments["release"])
        self._names.setdefault(key, {}).update(arguments["names"])

    def _delete(self, at: float, arguments: Mapping[str, Any]) -> None:
        names = self._names.get((arguments["controller"], arguments["release"]), {})
        for kind in arguments["kinds"]:
            names.pop(kind, None)
