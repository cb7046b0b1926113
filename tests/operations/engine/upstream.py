"""Orders sent to the simulated System Controller directly, each with everything that it needs."""

from __future__ import annotations

import itertools
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from operations.planning.legality import Verb
from starlingx.dcmanager import DcManager
from starlingx.dcmanager_writes import DcManagerWrites, DeployInputs, NewNetwork
from starlingx.errors import StarlingXError
from starlingx.records import Subcloud
from starlingx.secret import Secret
from starlingx.session import CloudSession
from tests.fixtures.fleet import Simulator
from tests.simulator.new_sites import DEPLOY_CONFIG, bootstrap, install

SYSADMIN, BOARD = Secret("Sysadmin*4"), Secret("Board*4")
PASSWORD = DeployInputs(sysadmin_password=SYSADMIN)
OTHER_GROUP = 2
NUMBERS = itertools.count(1)  # of names and networks that are asked for, each once

Order = Callable[["Upstream", Subcloud], Awaitable[object]]


@dataclass
class Upstream:
    """One session with the write account."""

    fleet: Simulator
    session: CloudSession

    @property
    def writes(self) -> DcManagerWrites:
        return DcManagerWrites(self.session)

    async def subcloud(self, reference: int | str) -> Subcloud:
        return await DcManager(self.session).subcloud(reference)

    async def order(self, verb: Verb, subcloud: Subcloud) -> StarlingXError | None:
        """The refusal; None when it was accepted."""
        try:
            await ORDERS[verb](self, subcloud)
        except StarlingXError as problem:
            return problem
        return None

    def put(self, number: int, status: str, *, initial: bool = True) -> None:
        """Write a deploy status as if the work of a deployment had got there."""
        body = {"controller": 1, "subcloud": number, "status": status, "initial": initial}
        self.fleet.control("deploy-status", body)

    def network(self) -> NewNetwork:
        """One that no subcloud has."""
        at = next(NUMBERS)
        net = f"10.{240 + at // 250}.{at % 250}"
        return NewNetwork(
            management_subnet=f"{net}.0/24", management_gateway_ip=f"{net}.1", management_start_ip=f"{net}.2",
            management_end_ip=f"{net}.50", bootstrap_address="10.220.0.3",
        )  # fmt: skip


def site_inputs(number: int, *, with_password: bool = True) -> DeployInputs:
    """All that is given for a new site."""
    return DeployInputs(
        bootstrap_values=json.dumps(bootstrap(number)).encode(),
        install_values=json.dumps(install(number)).encode(),
        deploy_config=DEPLOY_CONFIG.encode(),
        bootstrap_address=install(number)["bootstrap_address"],
        bmc_password=BOARD,
        sysadmin_password=SYSADMIN if with_password else None,
    )


# dcmanager has the values of these sites from the beginning
ORDERS: dict[Verb, Order] = {
    Verb.INSTALL: lambda up, of: up.writes.deploy_install(of.id, PASSWORD),
    Verb.BOOTSTRAP: lambda up, of: up.writes.deploy_bootstrap(of.id, PASSWORD),
    Verb.CONFIGURE: lambda up, of: up.writes.deploy_configure(of.id, PASSWORD),
    Verb.COMPLETE: lambda up, of: up.writes.deploy_complete(of.id),
    Verb.ABORT: lambda up, of: up.writes.deploy_abort(of.id),
    Verb.RESUME: lambda up, of: up.writes.deploy_resume(of.id, PASSWORD),
    Verb.ENROLL: lambda up, of: up.writes.deploy_enroll(of.id, PASSWORD),
    Verb.MANAGE: lambda up, of: up.writes.manage_subcloud(of.id),
    Verb.UNMANAGE: lambda up, of: up.writes.unmanage_subcloud(of.id),
    Verb.RENAME: lambda up, of: up.writes.rename_subcloud(of.id, f"renamed-{next(NUMBERS)}"),
    Verb.EDIT: lambda up, of: up.writes.describe_subcloud(of.id, description="seen to"),
    Verb.MOVE_GROUP: lambda up, of: up.writes.describe_subcloud(of.id, group_id=OTHER_GROUP),
    Verb.REDEPLOY: lambda up, of: up.writes.redeploy(of.id, PASSWORD),
    Verb.DELETE: lambda up, of: up.writes.delete_subcloud(of.id),
    Verb.PRESTAGE: lambda up, of: up.writes.prestage_subcloud(of.id, SYSADMIN, for_install=True, force=True),
    Verb.BACKUP_CREATE: lambda up, of: up.writes.create_backup(SYSADMIN, subcloud_id=of.id),
    Verb.BACKUP_DELETE_CENTRAL: lambda up, of: up.writes.delete_backup(of.software_version, subcloud_id=of.id),
    Verb.BACKUP_DELETE_LOCAL: lambda up, of: up.writes.delete_backup(
        of.software_version, subcloud_id=of.id, local_password=SYSADMIN
    ),
    Verb.RESTORE: lambda up, of: up.writes.restore_backup(SYSADMIN, subcloud_id=of.id),
    Verb.RECONFIGURE_NETWORK: lambda up, of: up.writes.reconfigure_network(of.id, up.network(), SYSADMIN),
}
