"""Changing, preparing and removing one subcloud (starlingx-dcmanager.md 2.2.2, 2.2.3, 2.2.5)."""

from __future__ import annotations

from dataclasses import dataclass

from starlingx.bodies import Fields, File, Form
from starlingx.dcmanager_writes.orders import Orders, as_told, flags, numbered, texts
from starlingx.errors import BadValue
from starlingx.records import Subcloud
from starlingx.rows import Row
from starlingx.secret import Secret
from starlingx.session import WRITE_TIMEOUT


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNetwork:
    """The admin network a subcloud is to get: all four values differ from the present ones."""

    management_subnet: str
    management_gateway_ip: str
    management_start_ip: str
    management_end_ip: str
    bootstrap_address: str


class SubcloudWrites(Orders):
    """PATCH and DELETE of /subclouds/{id}. Manage, unmanage, rename and delete are over when the call returns."""

    async def describe_subcloud(
        self,
        subcloud_id: int,
        *,
        description: str | None = None,
        location: str | None = None,
        group_id: int | None = None,
        timeout: float = WRITE_TIMEOUT,
    ) -> Subcloud:
        """Set description, location or group; what is None stays. Raises BadValue when all are."""
        form = texts(description=description, location=location)
        form |= {} if group_id is None else {"group_id": numbered("group_id", group_id)}
        if not form:
            raise BadValue("nothing to change: give a description, a location or a group")
        return await self._patch(subcloud_id, form, timeout)

    async def rename_subcloud(self, subcloud_id: int, name: str, *, timeout: float = WRITE_TIMEOUT) -> Subcloud:
        """Needs it unmanaged and complete. Never together with anything else.

        dcmanager renames first and checks the rest afterwards, so a refusal could follow a rename that was done.
        """
        return await self._patch(subcloud_id, {"name": name}, timeout)

    async def manage_subcloud(
        self, subcloud_id: int, *, force: bool = False, timeout: float = WRITE_TIMEOUT
    ) -> Subcloud:
        """`force` manages it though it is offline. Refused (422) when it is managed already."""
        return await self._patch(subcloud_id, {"management-state": "managed", **flags(force=force)}, timeout)

    async def unmanage_subcloud(
        self, subcloud_id: int, *, migrate: bool = False, timeout: float = WRITE_TIMEOUT
    ) -> Subcloud:
        """`migrate` marks it rehome-pending. Refused (422) when it is unmanaged already."""
        return await self._patch(subcloud_id, {"management-state": "unmanaged", **flags(migrate=migrate)}, timeout)

    async def hand_over_subcloud(self, subcloud_id: int, *, timeout: float = WRITE_TIMEOUT) -> Subcloud:
        """Mark one that is unmanaged and complete as rehome-pending: another controller will take it."""
        return await self._patch(subcloud_id, {"migrate": "true"}, timeout)

    async def replace_install_values(
        self,
        subcloud_id: int,
        install_values: bytes,
        *,
        bmc_password: Secret | None = None,
        release: str | None = None,
        timeout: float = WRITE_TIMEOUT,
    ) -> Subcloud:
        """Install values (YAML) for the next redeploy or restore with install."""
        form: Fields = {"install_values": File(install_values, "install_values.yaml")}
        form |= {} if bmc_password is None else {"bmc_password": bmc_password.base64()}
        return await self._patch(subcloud_id, form | texts(release=release), timeout)

    async def reconfigure_network(
        self, subcloud_id: int, network: NewNetwork, sysadmin_password: Secret, *, timeout: float = WRITE_TIMEOUT
    ) -> Subcloud:
        """Works in the background: reconfiguring-network, then complete. Needs it unmanaged and settled."""
        form: Fields = {
            "management_subnet": network.management_subnet,
            "management_gateway_ip": network.management_gateway_ip,
            "management_start_ip": network.management_start_ip,
            "management_end_ip": network.management_end_ip,
            "bootstrap_address": network.bootstrap_address,
            "sysadmin_password": sysadmin_password.base64(),
        }
        return await self._patch(subcloud_id, form, timeout)

    async def prestage_subcloud(
        self,
        subcloud_id: int,
        sysadmin_password: Secret,
        *,
        release: str | None = None,
        for_install: bool = False,
        for_sw_deploy: bool = False,
        force: bool = False,
        timeout: float = WRITE_TIMEOUT,
    ) -> Subcloud:
        """Bring a release to it in the background (prestage-status). Raises BadValue unless it is for one purpose."""
        if for_install == for_sw_deploy:
            raise BadValue("prestage either for install or for software deployment")
        purposes = flags(for_install=for_install, for_sw_deploy=for_sw_deploy, force=force)
        json = {"sysadmin_password": sysadmin_password.base64(), **purposes, **texts(release=release)}
        path = f"/subclouds/{numbered('subcloud_id', subcloud_id)}/prestage"
        body = await self._send("PATCH", path, json=json, timeout=timeout)
        return as_told(lambda told: Subcloud.read(Row(told, "subcloud")), body)

    async def delete_subcloud(self, subcloud_id: int, *, timeout: float = WRITE_TIMEOUT) -> None:
        """Needs it unmanaged and powered down. Takes its time: often the outcome is unknown first and then done."""
        await self._send("DELETE", f"/subclouds/{numbered('subcloud_id', subcloud_id)}", timeout=timeout)

    async def _patch(self, subcloud_id: int, form: Form, timeout: float) -> Subcloud:
        return await self._form("PATCH", f"/subclouds/{numbered('subcloud_id', subcloud_id)}", form, timeout)
