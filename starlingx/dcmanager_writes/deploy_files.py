"""The Deployment Manager's files, kept for each release on the System Controller (starlingx-dcmanager.md 2.5)."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from starlingx.bodies import Fields, File
from starlingx.dcmanager_writes.orders import Orders, as_told
from starlingx.errors import BadValue
from starlingx.records import DeployFiles
from starlingx.rows import Row
from starlingx.session import WRITE_TIMEOUT


class DeployFileWrites(Orders):
    """Done when the call returns."""

    async def upload_deploy_files(
        self,
        *,
        playbook: File | None = None,
        chart: File | None = None,
        overrides: File | None = None,
        prestage_images: File | None = None,
        release: str = "",
        timeout: float = WRITE_TIMEOUT,
    ) -> DeployFiles:
        """Replace files of a release (the controller's own when not told); they keep their names.

        Playbook and chart belong together; a list of images to prestage may come alone. A playbook with roles is a ZIP.
        """
        chosen = {
            "deploy_playbook": playbook,
            "deploy_chart": chart,
            "deploy_overrides": overrides,
            "prestage_images": prestage_images,
        }
        form: Fields = {name: file for name, file in chosen.items() if file is not None}
        if form.keys() != {"prestage_images"} and not {"deploy_playbook", "deploy_chart"} <= form.keys():
            raise BadValue("give playbook and chart, or a list of images to prestage alone")
        form |= {"release": release} if release else {}
        body = await self._send("POST", "/subcloud-deploy", form=form, timeout=timeout)
        return as_told(lambda told: DeployFiles.read(Row(told, "subcloud deploy")), body)

    async def delete_deploy_files(
        self,
        *,
        release: str = "",
        deployment_files: bool = False,
        prestage_images: bool = False,
        timeout: float = WRITE_TIMEOUT,
    ) -> None:
        """Delete playbook, chart and overrides, or the list of images, or both. NotFound when there are none."""
        if not (deployment_files or prestage_images):
            raise BadValue("which files to delete must be told")  # dcmanager would delete all
        chosen = {"deployment_files": deployment_files, "prestage_images": prestage_images}
        query = urlencode({name: str(is_set).lower() for name, is_set in chosen.items()})
        path = f"/subcloud-deploy/{quote(release, safe='')}" if release else "/subcloud-deploy"
        await self._send("DELETE", f"{path}?{query}", timeout=timeout)
