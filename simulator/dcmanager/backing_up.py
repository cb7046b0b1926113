"""POST /v1.0/subcloud-backup, PATCH .../delete/{release} and .../restore (starlingx-dcmanager.md 2.6)."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

from aiohttp import web

from simulator.dcmanager import deploy_states, policy, releases, transient
from simulator.dcmanager.backup_requests import Asked, about, flag, payload
from simulator.dcmanager.backups import Backups, Restore
from simulator.dcmanager.office import Office
from simulator.dcmanager.refusals import Refused
from simulator.dcmanager.rows import columns
from simulator.dcmanager.site_health import affecting_alarms, bmc_answers
from simulator.dcmanager.stored_values import install_values
from simulator.dcmanager.yaml_values import checked_secret
from simulator.fleet import Cloud
from simulator.releases import Release
from simulator.routing import Call, answer

COMMON = ("subcloud", "group", "sysadmin_password", "local_only")
CREATE = (*COMMON, "registry_images", "backup_values")
DELETE = (*COMMON, "release")
RESTORE = (
    *COMMON,
    "with_install",
    "release",
    "registry_images",
    "restore_values",
    "auto",
    "factory",
    "on_site",
)
DELETE_SECONDS, ON_SITE_SECONDS = 120.0, 500.0
OLDEST_AUTO = Release("26.03", 0)


class BackingUp:
    def __init__(self, office: Office) -> None:
        self._office = office
        self._register = office.register
        self._backups = Backups(office.register)

    async def create(self, call: Call) -> web.Response:
        policy.require(call, policy.MANAGE)
        given = await payload(call, CREATE)
        checked_secret(given.get("sysadmin_password"), "sysadmin_password")
        local, images = flag(given, "local_only"), flag(given, "registry_images")
        if images and not local:
            raise Refused(400, "Option registry_images can not be used without local_only option.")
        asked = about(self._register, call.cloud.controller, given)
        clouds = self._valid(asked, "create", self._creatable)
        if asked.group is None and affecting_alarms(call.world, clouds[0]):
            raise Refused(400, f"Subcloud {self._name(clouds[0])} must be healthy for subcloud-backup create.")
        self._backups.create(clouds, local=local, images=images)
        return self._rows(clouds)

    async def change(self, call: Call) -> web.Response:
        """`delete` or `restore`, as the path says."""
        verb = call.params["verb"]
        if verb == "delete":
            return await self._delete(call)
        if verb == "restore":
            return await self._restore(call)
        raise Refused(400, "Unexpected verb received")

    async def _delete(self, call: Call) -> web.Response:
        """204 when all are deleted, 207 with the names of the others."""
        policy.require(call, policy.MANAGE)
        given = await payload(call, DELETE)
        release = call.params.get("release")
        if not release:
            raise Refused(400, "Release version required")
        local = flag(given, "local_only")
        if local:
            checked_secret(given.get("sysadmin_password"), "sysadmin_password")
        asked = about(self._register, call.cloud.controller, given)
        reachable = self._manageable if local else self._nothing
        clouds = self._valid(asked, "delete", reachable)
        await self._office.manager.ask(
            call.cloud.controller,
            "Unable to delete subcloud backups",
            lambda: self._backups.delete(clouds, release, local=local),
            self._backups.seconds_left,
            DELETE_SECONDS,
        )
        failed = [cloud for cloud in clouds if self._register.seen(cloud).backup.status != "unknown"]
        if not failed:
            return web.Response(status=204)
        return answer(f"Backup of these subclouds was not deleted: {', '.join(map(self._name, failed))}", 207)

    async def _restore(self, call: Call) -> web.Response:
        policy.require(call, policy.WRITE)
        given = await payload(call, RESTORE)
        checked_secret(given.get("sysadmin_password"), "sysadmin_password")
        wanted = checked_restore(given)
        asked = about(self._register, call.cloud.controller, given)
        addresses = bootstrap_addresses(given)
        installing = wanted.with_install or flag(given, "auto")
        self._check_install_data(asked, wanted, installing)
        single = "auto" if flag(given, "auto") else "factory" if wanted.factory else ""
        clouds = self._valid(
            asked,
            "restore",
            lambda cloud: self._not_restorable(cloud, addresses, single, installing and not wanted.on_site),
        )
        start: Callable[[], None] = lambda: self._backups.restore(clouds, wanted)  # noqa: E731
        if wanted.on_site:
            message = "Unable to restore subcloud"
            await self._office.manager.ask(call.cloud.controller, message, start, seconds=ON_SITE_SECONDS)
        else:
            start()
        return self._rows(clouds)

    def _check_install_data(self, asked: Asked, wanted: Restore, installing: bool) -> None:
        """What an installation needs before anything is looked at. Raises Refused (400)."""
        if not installing:
            return
        records = self._register.records
        without = [cloud for cloud in asked.clouds if install_values(cloud, records[cloud.key]) is None]
        if without:
            names = ", ".join(map(self._name, without))
            raise Refused(400, f"Restore with install needs install values, which are missing for: {names}")
        own = self._office.central(asked.clouds[0].controller).software
        releases.image(releases.asked_for(wanted.release, own).version, own)

    # Which subclouds may

    def _valid(self, asked: Asked, operation: str, reason: Callable[[Cloud], str | None]) -> list[Cloud]:
        """Those nothing speaks against; of a group the others are left out. Raises Refused (400) if none is left."""
        reasons = {cloud: reason(cloud) or self._busy(cloud) for cloud in asked.clouds}
        valid = [cloud for cloud, why in reasons.items() if why is None]
        if valid:
            return valid
        if asked.group is None:
            raise Refused(400, next(why for why in reasons.values() if why is not None))
        raise Refused(400, f"None of the subclouds in group {asked.group} are in a valid state for backup {operation}.")

    def _busy(self, cloud: Cloud) -> str | None:
        try:
            transient.require_none(self._name(cloud), self._register.seen(cloud))
        except Refused as refusal:
            return refusal.description
        return None

    def _nothing(self, cloud: Cloud) -> str | None:
        return None

    def _manageable(self, cloud: Cloud) -> str | None:
        record, seen = self._register.records[cloud.key], self._register.seen(cloud)
        if record.management == "managed" and seen.availability.online:
            return None
        return f"Subcloud {record.name} must be online and managed for this operation."

    def _creatable(self, cloud: Cloud) -> str | None:
        if self._manageable(cloud) is None and self._register.seen(cloud).deploy.status == "complete":
            return None
        return (
            f"Subcloud {self._name(cloud)} must be deployed, online and managed for the subcloud-backup create "
            "operation."
        )

    def _not_restorable(self, cloud: Cloud, addresses: dict[str, Any], single: str, bmc: bool) -> str | None:
        record, seen = self._register.records[cloud.key], self._register.seen(cloud)
        name, given = record.name, addresses.get(record.name)
        if bmc and not bmc_answers(self._register.world, cloud):
            return f"The BMC of subcloud {name} does not answer; it cannot be restored with install."
        if bmc and not single and record.enrolled:
            return f"Subcloud {name} was enrolled with cloud-init; it cannot be restored with install."
        if record.management != "unmanaged" or seen.deploy.status in deploy_states.NO_RESTORE:
            return (
                f"Subcloud {name} must be unmanaged and in a valid deploy state for the subcloud-backup restore "
                "operation."
            )
        if given is not None and not is_address(given):
            return f"Subcloud {name} must have a valid bootstrap address: {given}"
        if single and cloud.system_mode != "simplex":
            return f"{name} is a {cloud.system_mode} subcloud: {single} restore is for simplex subclouds only."
        return None

    def _name(self, cloud: Cloud) -> str:
        return self._register.records[cloud.key].name

    def _rows(self, clouds: list[Cloud]) -> web.Response:
        return answer({"subclouds": [columns(self._register, cloud, self._register.seen(cloud)) for cloud in clouds]})


def checked_restore(given: dict[str, Any]) -> Restore:
    """The combinations that make sense. Raises Refused (400)."""
    names = ("with_install", "local_only", "registry_images", "auto", "factory", "on_site")
    with_install, local, images, auto, factory, on_site = (flag(given, name) for name in names)
    release = given.get("release")
    if images and not local:
        raise Refused(400, "Option registry_images cannot be used without local_only option.")
    if release and not (with_install or factory):
        raise Refused(400, "Option release cannot be used without one of the with_install and factory options.")
    if release and (auto or factory) and release < OLDEST_AUTO.version:
        raise Refused(400, f"Auto and factory restore need release {OLDEST_AUTO.version} or later.")
    if on_site and (with_install or factory or auto or given.get("group")):
        raise Refused(400, "Option on_site cannot be used with with_install, factory, auto or group.")
    return Restore(release, with_install or factory or auto, local or factory, factory, on_site)


def bootstrap_addresses(given: dict[str, Any]) -> dict[str, Any]:
    """Name -> address, as the restore values have it. Raises Refused (400)."""
    addresses = given.get("restore_values", {}).get("bootstrap_address", {})
    if not isinstance(addresses, dict):
        raise Refused(400, "The bootstrap_address of the restore values must map subcloud names to addresses.")
    return addresses


def is_address(text: Any) -> bool:
    try:
        ip_address(str(text))
    except ValueError:
        return False
    return True
