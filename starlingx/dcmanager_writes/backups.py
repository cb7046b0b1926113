"""Backing up subclouds and restoring them (starlingx-dcmanager.md 2.6)."""

from __future__ import annotations

from urllib.parse import quote

from starlingx.bodies import Fields, File
from starlingx.dcmanager_writes.orders import Orders, flags, one_target, texts
from starlingx.error_text import presentable
from starlingx.errors import BadValue
from starlingx.records import Subcloud
from starlingx.secret import Secret
from starlingx.session import WRITE_TIMEOUT


class BackupWrites(Orders):
    """For one subcloud or one group: of a group, members not fit for it are skipped without a word."""

    async def create_backup(
        self,
        sysadmin_password: Secret,
        *,
        subcloud_id: int | None = None,
        group_id: int | None = None,
        local_only: bool = False,
        registry_images: bool = False,
        backup_values: bytes | None = None,
        timeout: float = WRITE_TIMEOUT,
    ) -> list[Subcloud]:
        """Start backing up, to the controller or `local_only`. Needs them online, managed, complete and settled."""
        if registry_images and not local_only:
            raise BadValue("registry images are backed up locally only")
        form: Fields = {
            **one_target(subcloud_id, group_id),
            "sysadmin_password": sysadmin_password.base64(),
            **flags(local_only=local_only, registry_images=registry_images),
        }
        if backup_values is not None:
            form["backup_values"] = File(backup_values, "backup_values.yaml")
        return await self._forms("POST", "/subcloud-backup", form, timeout)

    async def delete_backup(
        self,
        release: str,
        *,
        subcloud_id: int | None = None,
        group_id: int | None = None,
        local_password: Secret | None = None,
        timeout: float = WRITE_TIMEOUT,
    ) -> str:
        """Delete a release's backups from the controller, or with the sysadmin password from the subclouds themselves.

        Returns dcmanager's sentence naming those it failed for; empty when it worked for all.
        """
        if not release:
            raise BadValue("which release's backup to delete must be told")
        form: Fields = {**one_target(subcloud_id, group_id)}
        if local_password is not None:
            form |= {"local_only": "true", "sysadmin_password": local_password.base64()}
        path = f"/subcloud-backup/delete/{quote(release, safe='')}"
        body = await self._send("PATCH", path, form=form, timeout=timeout)
        return presentable(body) if isinstance(body, str) else ""

    async def restore_backup(
        self,
        sysadmin_password: Secret,
        *,
        subcloud_id: int | None = None,
        group_id: int | None = None,
        with_install: bool = False,
        auto: bool = False,
        factory: bool = False,
        on_site: bool = False,
        local_only: bool = False,
        registry_images: bool = False,
        release: str | None = None,
        restore_values: bytes | None = None,
        timeout: float = WRITE_TIMEOUT,
    ) -> list[Subcloud]:
        """Start restoring. Needs them unmanaged. `on_site` is synchronous and long: expect an unknown outcome first."""
        if registry_images and not local_only:
            raise BadValue("registry images are restored from local backups only")
        if release and not (with_install or factory):
            raise BadValue("a release is chosen only together with an installation or a factory restore")
        if on_site and (with_install or auto or factory or group_id is not None):
            raise BadValue("an on-site restore is for one subcloud and takes no other mode")
        form: Fields = {
            **one_target(subcloud_id, group_id),
            "sysadmin_password": sysadmin_password.base64(),
            **flags(with_install=with_install, auto=auto, factory=factory, on_site=on_site),
            **flags(local_only=local_only, registry_images=registry_images),
            **texts(release=release),
        }
        if restore_values is not None:
            form["restore_values"] = File(restore_values, "restore_values.yaml")
        return await self._forms("PATCH", "/subcloud-backup/restore", form, timeout)
