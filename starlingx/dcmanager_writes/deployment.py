"""Bringing up a subcloud: at once, phase by phase, or again (starlingx-dcmanager.md 2.2.1, 2.2.4, 2.4)."""

from __future__ import annotations

from starlingx.dcmanager_writes.deploy_inputs import DeployInputs, form_for
from starlingx.dcmanager_writes.orders import Orders, flags, numbered
from starlingx.errors import BadValue
from starlingx.records import Subcloud
from starlingx.session import WRITE_TIMEOUT


class DeployWrites(Orders):
    """All but `deploy_create`, `complete` and a secondary add return at once and work on in the background."""

    async def add_subcloud(
        self,
        inputs: DeployInputs,
        *,
        enroll: bool = False,
        on_site: bool = False,
        secondary: bool = False,
        migrate_name: str = "",
        timeout: float = WRITE_TIMEOUT,
    ) -> Subcloud:
        """Add and deploy to the end. `enroll` adopts an installed system, `migrate_name` one of another controller.

        That name is the one in the bootstrap values. With install values there must be a BMC password, here or in them.
        """
        form = form_for("add", inputs)
        if not secondary and "sysadmin_password" not in form:
            raise BadValue("add needs sysadmin_password")
        if not enroll and ("cloud_init_config" in form or on_site):
            raise BadValue("cloud_init_config and on_site are for enrolling only")
        if sum((enroll, secondary, bool(migrate_name))) > 1:
            raise BadValue("enroll, secondary and migrate exclude each other")
        if (secondary or migrate_name) and "deploy_config" in form:
            raise BadValue("a secondary or migrated subcloud takes no deploy_config")
        form |= flags(enroll=enroll, on_site=on_site, secondary=secondary, migrate=bool(migrate_name))
        form |= {"name": migrate_name} if migrate_name else {}
        return await self._form("POST", "/subclouds", form, timeout)

    async def deploy_create(self, inputs: DeployInputs, *, timeout: float = WRITE_TIMEOUT) -> Subcloud:
        """The first phase alone; takes up to minutes, so the outcome is often unknown first."""
        return await self._form("POST", "/phased-subcloud-deploy", form_for("create", inputs), timeout)

    async def deploy_install(
        self, subcloud_id: int, inputs: DeployInputs, *, timeout: float = WRITE_TIMEOUT
    ) -> Subcloud:
        """Install the operating system through the BMC."""
        return await self._phase(subcloud_id, "install", inputs, timeout)

    async def deploy_bootstrap(
        self, subcloud_id: int, inputs: DeployInputs, *, timeout: float = WRITE_TIMEOUT
    ) -> Subcloud:
        """Bootstrap the installed system."""
        return await self._phase(subcloud_id, "bootstrap", inputs, timeout)

    async def deploy_configure(
        self, subcloud_id: int, inputs: DeployInputs, *, timeout: float = WRITE_TIMEOUT
    ) -> Subcloud:
        """Apply the Deployment Manager's configuration."""
        return await self._phase(subcloud_id, "configure", inputs, timeout)

    async def deploy_resume(
        self, subcloud_id: int, inputs: DeployInputs, *, timeout: float = WRITE_TIMEOUT
    ) -> Subcloud:
        """Run the remaining phases of a first deployment. A file of a phase that is over is refused."""
        return await self._phase(subcloud_id, "resume", inputs, timeout)

    async def deploy_enroll(
        self, subcloud_id: int, inputs: DeployInputs, *, timeout: float = WRITE_TIMEOUT
    ) -> Subcloud:
        """Adopt an installed system, or try so again."""
        return await self._phase(subcloud_id, "enroll", inputs, timeout)

    async def deploy_complete(self, subcloud_id: int, *, timeout: float = WRITE_TIMEOUT) -> Subcloud:
        """Say that it was configured by hand."""
        return await self._form("PATCH", _phase_path(subcloud_id, "complete"), {}, timeout)

    async def deploy_abort(self, subcloud_id: int, *, timeout: float = WRITE_TIMEOUT) -> Subcloud:
        """Stop the phase that runs; waits in the background for the playbook to come to where it may be stopped."""
        return await self._form("PATCH", _phase_path(subcloud_id, "abort"), {}, timeout)

    async def redeploy(self, subcloud_id: int, inputs: DeployInputs, *, timeout: float = WRITE_TIMEOUT) -> Subcloud:
        """Install, bootstrap and configure again. Needs it unmanaged and offline, its BMC answering."""
        path = f"/subclouds/{numbered('subcloud_id', subcloud_id)}/redeploy"
        return await self._form("PATCH", path, form_for("redeploy", inputs), timeout)

    async def _phase(self, subcloud_id: int, verb: str, inputs: DeployInputs, timeout: float) -> Subcloud:
        return await self._form("PATCH", _phase_path(subcloud_id, verb), form_for(verb, inputs), timeout)


def _phase_path(subcloud_id: int, verb: str) -> str:
    return f"/phased-subcloud-deploy/{numbered('subcloud_id', subcloud_id)}/{verb}"
