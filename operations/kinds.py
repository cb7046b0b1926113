"""Each kind of operation: who may ask for it, which steps it takes, which secrets a run of it needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from operations.choices import Kind
from operations.planning.phases import documents_of_verb

SYSADMIN = "sysadmin_password"
BMC = "bmc_password"


@dataclass(frozen=True, slots=True)
class KindSpec:
    """`verb` is the legality of its first step (operations/planning/legality.py). `options` may be given by people.

    `risk`: 0 none, 1 confirm, 2 type the name or the count: an outage, or something that cannot be taken back.
    """

    kind: Kind
    verb: str
    steps: tuple[str, ...]
    permission: str
    secrets: tuple[str, ...] = ()
    may_have: tuple[str, ...] = ()  # secrets that may be given
    options: tuple[str, ...] = ()
    risk: int = 1
    planned: bool = False  # made with a plan of its own (deploys.py, campaigns.py), not asked for on chosen subclouds

    @property
    def documents(self) -> tuple[str, ...]:
        """Those that may be given with it, for one subcloud."""
        return () if self.planned else documents_of_verb(self.verb)

    def needs(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        """The secrets that a run with these options cannot do without: what a subcloud keeps itself only it deletes."""
        local = self.kind == Kind.DELETE_BACKUP and options.get("local_only")
        return (*self.secrets, SYSADMIN) if local else self.secrets


_DEPLOY, _DECOMMISSION = "operations.run_deploy", "operations.run_decommission"
_ROWS = (
    KindSpec(
        Kind.DEPLOY, "add", ("add", "online", "manage"), _DEPLOY, (SYSADMIN,), (BMC,), ("manage", "release"), risk=2,
        planned=True,
    ),
    KindSpec(Kind.INSTALL, "install", ("install",), _DEPLOY, (SYSADMIN,), (BMC,), ("release",)),
    KindSpec(Kind.BOOTSTRAP, "bootstrap", ("bootstrap",), _DEPLOY, (SYSADMIN,)),
    KindSpec(Kind.CONFIGURE, "configure", ("configure",), _DEPLOY, (SYSADMIN,)),
    KindSpec(Kind.COMPLETE, "complete", ("complete",), _DEPLOY),
    KindSpec(Kind.ABORT, "abort", ("abort",), _DEPLOY),
    KindSpec(Kind.RESUME, "resume", ("resume",), _DEPLOY, (SYSADMIN,), (BMC,)),
    KindSpec(Kind.ENROLL, "enroll", ("enroll",), _DEPLOY, (SYSADMIN,), (BMC,)),
    KindSpec(Kind.MANAGE, "manage", ("manage",), "operations.run_manage", options=("force",)),
    KindSpec(Kind.UNMANAGE, "unmanage", ("unmanage",), "operations.run_manage"),
    KindSpec(Kind.EDIT, "edit", ("edit",), _DEPLOY, options=("description", "location"), risk=0),
    KindSpec(Kind.RENAME, "rename", ("rename",), _DEPLOY, options=("name",)),
    KindSpec(Kind.MOVE_GROUP, "move_group", ("move_group",), _DEPLOY, options=("group",)),
    KindSpec(Kind.REDEPLOY, "redeploy", ("redeploy",), _DEPLOY, (SYSADMIN,), (BMC,), ("release",), risk=2),
    KindSpec(
        Kind.PRESTAGE, "prestage", ("prestage",), _DEPLOY, (SYSADMIN,), (), ("release", "for_install", "force")
    ),
    KindSpec(
        Kind.BACKUP, "backup_create", ("backup",), "operations.run_backup", (SYSADMIN,), (),
        ("local_only", "registry_images"),
    ),
    KindSpec(
        Kind.DELETE_BACKUP, "backup_delete", ("delete_backup",), "operations.run_backup", (), (SYSADMIN,),
        ("release", "local_only"),
    ),
    KindSpec(
        Kind.RESTORE, "restore", ("restore",), _DEPLOY, (SYSADMIN,), (),
        ("with_install", "release", "local_only", "registry_images", "without_known_backup"), risk=2,
    ),
    KindSpec(
        Kind.RECONFIGURE_NETWORK, "reconfigure_network", ("reconfigure_network",), _DEPLOY, (SYSADMIN,), (),
        ("management_subnet", "management_gateway_ip", "management_start_ip", "management_end_ip",
         "bootstrap_address"), risk=2,
    ),
    KindSpec(
        Kind.DECOMMISSION, "decommission", ("unmanage", "power_off", "offline", "delete"), _DECOMMISSION, (), (BMC,),
        ("bmc_username",), risk=2,
    ),
    KindSpec(
        Kind.CAMPAIGN, "campaign", ("campaign",), "operations.run_campaign", (), (SYSADMIN,), risk=2, planned=True
    ),
    KindSpec(Kind.GROUP_CREATE, "group_create", ("group_create",), _DEPLOY, planned=True),
    KindSpec(Kind.GROUP_UPDATE, "group_update", ("group_update",), _DEPLOY, planned=True),
    KindSpec(Kind.GROUP_DELETE, "group_delete", ("group_delete",), _DEPLOY, planned=True),
    KindSpec(Kind.OPTIONS_SET, "options_set", ("options_set",), _DEPLOY, planned=True),
    KindSpec(Kind.OPTIONS_DELETE, "options_delete", ("options_delete",), _DEPLOY, planned=True),
)  # fmt: skip
KINDS: dict[str, KindSpec] = {row.kind.value: row for row in _ROWS}
ON_SUBCLOUDS = tuple(name for name, spec in KINDS.items() if not spec.planned)
