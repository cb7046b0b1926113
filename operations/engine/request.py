"""From a verb to the order that is sent. Secrets are opened here, live as long as the request, and go nowhere else."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import F, Q

from operations.engine.bmc import Bmcs
from operations.engine.central_steps import GROUP_FIELDS, OPTION_FIELDS
from operations.engine.seen import Seen
from operations.kinds import BMC, SYSADMIN
from operations.models import RunSecret, Target
from operations.payloads import SitePlan, site_plan
from operations.planning.phases import DOCUMENTS as FILES
from operations.planning.phases import documents_of_verb
from sites.credentials import unseal
from starlingx.dcmanager_writes import DcManagerWrites, DeployInputs, NewNetwork, NewOptions
from starlingx.errors import BadValue, Refused
from starlingx.secret import Secret
from starlingx.session import CloudSession

VALUES = "values"  # sealed: JSON {place in the template: secret}


@dataclass(frozen=True, slots=True)
class Request:
    """One order, ready to be sent. `number` None: the subcloud is not there yet."""

    verb: str
    number: int | None
    facts: dict[str, Any]
    release: str  # the software version that dcmanager knows of it
    secrets: dict[str, Secret] = field(repr=False)
    values: dict[str, str] = field(default_factory=dict, repr=False)
    payload: dict[str, Any] = field(default_factory=dict, repr=False)  # what SitePlan.files gives
    site: SitePlan | None = None
    bmcs: Bmcs | None = None
    status: str = ""  # the deploy status it was decided on

    @property
    def id(self) -> int:
        """Raises BadValue where dcmanager has not named the subcloud yet."""
        if self.number is None:
            raise BadValue(f"{self.verb} needs a subcloud, and the System Controller knows none of that name")
        return self.number

    def flag(self, name: str) -> bool:
        return bool(self.facts.get(name))

    @property
    def sysadmin(self) -> Secret:
        if SYSADMIN not in self.secrets:
            raise BadValue("the sysadmin password is not there any more: give it again")
        return self.secrets[SYSADMIN]


def load(target: Target, verb: str, seen: Seen, bmcs: Bmcs | None = None) -> Request:
    """Opens the sealed rows of the run. Those of the target go before those of the whole operation."""
    mine = Q(target=None) | Q(target=target)
    rows = RunSecret.objects.filter(mine, operation=target.operation_id).order_by(F("target").asc(nulls_first=True))
    opened: dict[str, str] = {}
    values: dict[str, str] = {}
    for row in rows:
        text = unseal(row.sealed)
        if row.name == VALUES:
            values |= json.loads(text)
        else:
            opened[row.name] = text
    secrets = {name: Secret(text) for name, text in opened.items()}
    number = seen.subcloud.id if seen.subcloud else target.dcmanager_id
    release = seen.subcloud.software_version if seen.subcloud else ""
    site = site_plan(target) if documents_of_verb(verb) else None
    status = seen.subcloud.deploy_status if seen.subcloud else ""
    return Request(verb, number, target.facts, release, secrets, values, {}, site, bmcs, status)


async def send(session: CloudSession, request: Request) -> None:
    """Raises StarlingXError, whose `outcome_unknown` says whether it may have taken effect all the same."""
    await _ORDERS[request.verb](DcManagerWrites(session), request)


def _inputs(request: Request, *names: str) -> DeployInputs:
    """What the verb takes of what was given. Files that dcmanager has stored may be left out."""
    files = (name for name in FILES if name in names and request.payload.get(name))
    given: dict[str, Any] = {name: request.payload[name].encode() for name in files}
    if "bmc_password" in names and BMC in request.secrets:
        given["bmc_password"] = request.secrets[BMC]
    for name in ("bootstrap_address", "group_id"):
        if name in names and request.payload.get(name):
            given[name] = request.payload[name]
    if "release" in names and request.facts.get("release"):
        given["release"] = request.facts["release"]
    return DeployInputs(sysadmin_password=request.sysadmin, **given)


def _with_files(request: Request, names: tuple[str, ...] | None) -> Request:
    """With these documents of the site, their secrets merged; None: all of them. Raises BadValue."""
    if request.site is None:
        return request
    passwords = {name: secret.reveal() for name, secret in request.secrets.items()}
    return replace(request, payload=request.site.files(request.values | passwords, names))


def _corrected(request: Request) -> Request:
    """dcmanager has the documents from the beginning: those that were corrected go with the verb, if it takes them."""
    if request.site is None:
        return request
    names = request.site.sent_with(request.verb, request.status, bmc=BMC in request.secrets)
    return _with_files(request, names) if names else request


async def _add(dcmanager: DcManagerWrites, request: Request) -> None:
    if request.site is None:
        raise BadValue("the values of the site are not there any more: ask for the deployment anew")
    request = _with_files(request, None)
    names = (*FILES, "bmc_password", "bootstrap_address", "group_id", "release")
    await dcmanager.add_subcloud(_inputs(request, *names))


async def _install(dcmanager: DcManagerWrites, request: Request) -> None:
    inputs = _inputs(_corrected(request), "install_values", "bmc_password", "release")
    await dcmanager.deploy_install(request.id, inputs)


async def _bootstrap(dcmanager: DcManagerWrites, request: Request) -> None:
    inputs = _inputs(_corrected(request), "bootstrap_values", "bootstrap_address")
    await dcmanager.deploy_bootstrap(request.id, inputs)


async def _configure(dcmanager: DcManagerWrites, request: Request) -> None:
    await dcmanager.deploy_configure(request.id, _inputs(_corrected(request), "deploy_config"))


async def _resume(dcmanager: DcManagerWrites, request: Request) -> None:
    """A file of a phase that is over would be refused, and so is a password of the BMC without install values."""
    request = _corrected(request)
    bmc = ("bmc_password",) if "install_values" in request.payload else ()
    await dcmanager.deploy_resume(request.id, _inputs(request, *FILES, *bmc, "bootstrap_address"))


async def _enroll(dcmanager: DcManagerWrites, request: Request) -> None:
    inputs = _inputs(_corrected(request), "bootstrap_values", "install_values", "bmc_password")
    await dcmanager.deploy_enroll(request.id, inputs)


async def _redeploy(dcmanager: DcManagerWrites, request: Request) -> None:
    await dcmanager.redeploy(request.id, _inputs(_corrected(request), *FILES, "bmc_password", "release"))


async def _describe(dcmanager: DcManagerWrites, request: Request) -> None:
    given = {name: request.facts[name] for name in ("description", "location") if name in request.facts}
    await dcmanager.describe_subcloud(request.id, **given)


async def _prestage(dcmanager: DcManagerWrites, request: Request) -> None:
    for_install = request.flag("for_install")
    await dcmanager.prestage_subcloud(
        request.id, request.sysadmin, release=request.facts.get("release"), for_install=for_install,
        for_sw_deploy=not for_install, force=request.flag("force"),
    )  # fmt: skip


async def _backup(dcmanager: DcManagerWrites, request: Request) -> None:
    await dcmanager.create_backup(
        request.sysadmin, subcloud_id=request.id, local_only=request.flag("local_only"),
        registry_images=request.flag("registry_images"),
    )  # fmt: skip


async def _delete_backup(dcmanager: DcManagerWrites, request: Request) -> None:
    local = request.sysadmin if request.facts.get("local_only") else None
    release = request.facts.get("release") or request.release
    said = await dcmanager.delete_backup(release, subcloud_id=request.id, local_password=local)
    if said:  # 207: it failed for those that are named, and there is only one
        raise Refused(said, status=207)


async def _restore(dcmanager: DcManagerWrites, request: Request) -> None:
    await dcmanager.restore_backup(
        request.sysadmin, subcloud_id=request.id, with_install=request.flag("with_install"),
        local_only=request.flag("local_only"), registry_images=request.flag("registry_images"),
        release=request.facts.get("release"),
    )  # fmt: skip


async def _network(dcmanager: DcManagerWrites, request: Request) -> None:
    names = NewNetwork.__dataclass_fields__
    network = NewNetwork(**{name: request.facts[name] for name in names})
    await dcmanager.reconfigure_network(request.id, network, request.sysadmin)


async def _create_group(dcmanager: DcManagerWrites, request: Request) -> None:
    given = {name: request.facts[name] for name in GROUP_FIELDS if name != "name"}
    await dcmanager.create_group(request.facts["name"], **given)


async def _update_group(dcmanager: DcManagerWrites, request: Request) -> None:
    given = {name: request.facts[name] for name in GROUP_FIELDS if name in request.facts}
    await dcmanager.update_group(request.facts["group_id"], **given)


async def _set_options(dcmanager: DcManagerWrites, request: Request) -> None:
    given = {name: request.facts[name] for name in OPTION_FIELDS if name in request.facts}
    await dcmanager.set_options(request.number, NewOptions(**given))


Order = Callable[[DcManagerWrites, Request], Awaitable[object]]
_ORDERS: dict[str, Order] = {
    "add": _add,
    "install": _install,
    "bootstrap": _bootstrap,
    "configure": _configure,
    "complete": lambda dcmanager, request: dcmanager.deploy_complete(request.id),
    "abort": lambda dcmanager, request: dcmanager.deploy_abort(request.id),
    "resume": _resume,
    "enroll": _enroll,
    "redeploy": _redeploy,
    "manage": lambda dcmanager, request: dcmanager.manage_subcloud(request.id, force=request.flag("force")),
    "unmanage": lambda dcmanager, request: dcmanager.unmanage_subcloud(request.id),
    "rename": lambda dcmanager, request: dcmanager.rename_subcloud(request.id, request.facts["new_name"]),
    "edit": _describe,
    "move_group": lambda dcmanager, request: dcmanager.describe_subcloud(
        request.id, group_id=request.facts["group_id"]
    ),
    "delete": lambda dcmanager, request: dcmanager.delete_subcloud(request.id),
    "prestage": _prestage,
    "backup": _backup,
    "delete_backup": _delete_backup,
    "restore": _restore,
    "reconfigure_network": _network,
    "group_create": _create_group,
    "group_update": _update_group,
    "group_delete": lambda dcmanager, request: dcmanager.delete_group(request.facts["group_id"]),
    "options_set": _set_options,
    "options_delete": lambda dcmanager, request: dcmanager.delete_options(request.number),
}
