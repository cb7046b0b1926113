"""What a request for a strategy says, checked by the API before the orchestrator hears of it. All refusals are 400."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.dcmanager.office import Office
from simulator.dcmanager.prestages import deployable
from simulator.dcmanager.refusals import Refused
from simulator.dcmanager.register import Register
from simulator.dcmanager.releases import VERSION
from simulator.dcmanager.yaml_values import checked_secret
from simulator.releases import release_of
from simulator.sysinv.platform import KUBERNETES

KINDS = ("sw-deploy", "kubernetes", "kube-rootca-update", "firmware", "prestage")
MAX_PARALLEL, MAX_PRESTAGING, DEFAULT_PARALLEL = 5000, 250, 2
FLAGS = ("snapshot", "rollback", "with_delete", "delete_only", "with_prestage", "cleanup", "delete")
OLDEST_SNAPSHOT, OLDEST_CLEANUP, OLDEST_PRESTAGE = "25.09", "26.09", "24.09"
Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """`group` is an id, `cloud` a name; neither means every subcloud. `extra` is what GET returns later."""

    kind: str
    cloud: str | None
    group: int | None
    apply_type: str | None
    parallel: int
    stop_on_failure: bool
    force: bool
    extra: dict[str, Any] | None


class Requests:
    def __init__(self, office: Office) -> None:
        self._office = office
        self._register = office.register

    def read(self, controller: int, body: Body) -> Asked:
        """In dcmanager's order. Raises Refused (400)."""
        check_flag(body, "force")
        group, apply_type, parallel = self._target(controller, body)
        kind = body.get("type")
        if not kind:
            raise Refused(400, "type required")
        if kind not in KINDS:
            raise Refused(400, "type invalid")
        extra = self._extra(controller, str(kind), body)
        if body.get("stop-on-failure") not in (None, "true", "false"):
            raise Refused(400, "stop-on-failure invalid")
        return Asked(
            str(kind),
            text_or_none(body, "cloud_name"),
            group,
            apply_type,
            parallel,
            body.get("stop-on-failure") == "true",
            body.get("force") == "true",
            extra,
        )

    def _target(self, controller: int, body: Body) -> tuple[int | None, str | None, int]:
        """(group, apply type, how many at once): a group brings its own."""
        apply_type, wanted = body.get("subcloud-apply-type"), body.get("max-parallel-subclouds")
        if apply_type and apply_type not in ("parallel", "serial"):
            raise Refused(400, "subcloud-apply-type invalid")
        reference = body.get("subcloud_group")
        group_id = None
        if reference:
            if body.get("cloud_name"):
                raise Refused(400, "cloud_name and subcloud_group are mutually exclusive")
            if apply_type or wanted:
                raise Refused(
                    400,
                    "subcloud-apply-type and max-parallel-subclouds are not allowed when subcloud_group is provided",
                )
            group = self._register.group(controller, str(reference))
            if group is None:
                raise Refused(400, "Invalid group_id")
            group_id, apply_type, parallel = group.id, group.apply_type, group.max_parallel
        else:
            parallel = number(wanted)
        parallel = 1 if apply_type == "serial" else parallel
        prestaging = body.get("type") == "prestage" or bool(body.get("with_prestage"))
        limit = MAX_PRESTAGING if prestaging else MAX_PARALLEL
        if not 1 <= parallel <= limit:
            raise Refused(400, f"Invalid max-parallel-subclouds value: {parallel}. It must be between 1 and {limit}.")
        return group_id, apply_type, parallel

    def _extra(self, controller: int, kind: str, body: Body) -> dict[str, Any] | None:
        if kind == "sw-deploy":
            return self._software(controller, body)
        if kind == "prestage":
            return self._prestage(controller, body)
        if kind == "kubernetes":
            version = text_or_none(body, "to-version")
            version = f"v{version}" if version and not version.startswith("v") else version
            if version is not None and version not in KUBERNETES:
                raise Refused(400, f"to-version {version} is not a known version")
            return {"to-version": version}
        if kind == "kube-rootca-update":
            return {name: text_or_none(body, name) for name in ("expiry-date", "subject")}
        return None

    def _software(self, controller: int, body: Body) -> dict[str, Any]:
        for name in FLAGS:
            check_flag(body, name)
        flags = {name: body.get(name) for name in FLAGS}  # any text counts as true, "false" too
        delete, cleanup = flags["delete"] or flags["with_delete"], flags["cleanup"] or flags["delete_only"]
        rollback, prestage = flags["rollback"], flags["with_prestage"]
        release, kubernetes = text_or_none(body, "release_id"), body.get("kube_upgrade")
        if body.get("sysadmin_password") and not prestage:
            raise Refused(400, "The with_prestage option is required when using sysadmin_password")
        if not (rollback or cleanup):
            self._check_release(controller, release)
        check_combinations(flags, bool(delete), bool(cleanup), release, kubernetes)
        if flags["snapshot"] and release is not None and release_of(release).version < OLDEST_SNAPSHOT:
            raise Refused(400, f"Option snapshot needs release {OLDEST_SNAPSHOT} or later.")
        central = self._register.world.clouds[controller, None].software.version
        if cleanup and central < OLDEST_CLEANUP:
            raise Refused(400, f"Option cleanup needs release {OLDEST_CLEANUP} or later.")
        extra: dict[str, Any] = {
            "cleanup": cleanup or False,
            "kube_upgrade": kubernetes,
            "release_id": release,
            "snapshot": flags["snapshot"] or False,
            "rollback": rollback or False,
            "sysadmin_password": body.get("sysadmin_password"),
            "with_prestage": prestage or False,
            "delete": delete or False,
        }
        if prestage:
            self._check_prestage(controller, body)
            version = release_of(str(release)).version
            extra |= {"for_sw_deploy": True, "force": False, "prestage-software-version": version}
        return extra

    def _check_release(self, controller: int, text: str | None) -> None:
        if not text:
            raise Refused(400, "Release ID is required for strategy type: sw-deploy.")
        if not is_deployed(self._register, controller, text):
            raise Refused(400, f"Release ID: {text} not found or not deployed in the SystemController")

    def _prestage(self, controller: int, body: Body) -> dict[str, Any]:
        for name in ("for_install", "for_sw_deploy"):
            if body.get(name) not in (None, "true", "false"):
                raise Refused(400, f"{name} invalid")
        deploy = body.get("for_sw_deploy") == "true"
        if deploy and body.get("for_install") == "true":
            raise Refused(400, "Only one of for_install and for_sw_deploy can be chosen")
        central = self._register.world.clouds[controller, None]
        version = text_or_none(body, "release") or central.software.version
        if not VERSION.fullmatch(version):
            raise Refused(400, "Specified release format is not supported. Version format must be MM.mm.")
        if deploy and (version < OLDEST_PRESTAGE or not deployable(self._register, central, version)):
            raise Refused(400, f"Release {version} is not deployed on the system controller.")
        self._check_prestage(controller, body)
        return {
            "sysadmin_password": body.get("sysadmin_password"),
            "force": body.get("force") == "true",
            "prestage-software-version": version,
            "for_sw_deploy": deploy,
        }

    def _check_prestage(self, controller: int, body: Body) -> None:
        if self._office.controllers.deploying(controller):
            raise Refused(
                400, "Prestage is not allowed while the system controller has a software deployment in progress."
            )
        secret = body.get("sysadmin_password")
        checked_secret(secret if isinstance(secret, str) else None, "sysadmin_password")


def is_deployed(register: Register, controller: int, text: str) -> bool:
    """Whether that release is deployed on the controller."""
    try:
        release = release_of(text)
    except ValueError:
        return False
    central = release_of(register.world.clouds[controller, None].software.release_id)
    return release in central.up_to_here()


def check_flag(body: Body, name: str) -> None:
    value = body.get(name)
    if value not in (None, True, False, "true", "false") or (isinstance(value, int) and not isinstance(value, bool)):
        raise Refused(400, f"Invalid value of {name}: true or false is expected")


def check_combinations(flags: Body, delete: bool, cleanup: bool, release: str | None, kubernetes: Any) -> None:
    """Options that exclude each other. Raises Refused (400)."""
    snapshot, rollback, prestage = flags["snapshot"], flags["rollback"], flags["with_prestage"]
    for option, given in (("snapshot", snapshot), ("delete", delete)):
        if given and (rollback or cleanup):
            raise Refused(400, f"Option {option} cannot be used with rollback or cleanup.")
    if rollback and (release or cleanup or kubernetes or prestage):
        raise Refused(400, "Option rollback cannot be used with release_id, cleanup, kube_upgrade or with_prestage.")
    if cleanup and (release or prestage or kubernetes):
        raise Refused(400, "Option cleanup cannot be used with release_id, with_prestage or kube_upgrade.")


def text_or_none(body: Body, name: str) -> str | None:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise Refused(400, f"{name} invalid")
    return value or None


def number(value: Any) -> int:
    """How many at once; a number or its text."""
    if not value:
        return DEFAULT_PARALLEL
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise Refused(400, f"max-parallel-subclouds invalid value. Value: {value}") from error
