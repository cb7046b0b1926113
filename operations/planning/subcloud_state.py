"""What must be known of a subcloud to say which verbs are legal for it, and the verbs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verb(StrEnum):
    """What can be asked for one existing subcloud."""

    INSTALL = "install"
    BOOTSTRAP = "bootstrap"
    CONFIGURE = "configure"
    COMPLETE = "complete"
    ABORT = "abort"
    RESUME = "resume"
    ENROLL = "enroll"
    MANAGE = "manage"
    UNMANAGE = "unmanage"
    RENAME = "rename"
    EDIT = "edit"
    MOVE_GROUP = "move_group"
    REDEPLOY = "redeploy"
    PRESTAGE = "prestage"
    DELETE = "delete"
    BACKUP_CREATE = "backup_create"
    BACKUP_DELETE_CENTRAL = "backup_delete_central"
    BACKUP_DELETE_LOCAL = "backup_delete_local"
    RESTORE = "restore"
    RECONFIGURE_NETWORK = "reconfigure_network"


@dataclass(frozen=True, slots=True, kw_only=True)
class SubcloudState:
    """A subcloud as last read, in dcmanager's words. None, and "" of a status, mean "not known".

    `backup_status` and `prestage_status` are "" when there never was one. `has_backup`: does dcmanager tell of one.
    `has_install_values` and `has_deploy_config`: stored by dcmanager, or given with the request. `peer_group`: is it a
    member of one; `primary_site`: is this System Controller the primary one of it. `controller_deploying`: the System
    Controller has a software deployment of its own open.
    """

    deploy_status: str
    management_state: str = ""
    availability_status: str = ""
    backup_status: str = ""
    has_backup: bool | None = None
    prestage_status: str = ""
    peer_group: bool = False
    primary_site: bool | None = None
    has_install_values: bool | None = None
    has_deploy_config: bool | None = None
    initial_deployment: bool | None = None
    enrolled_with_vcsr: bool | None = None
    controller_deploying: bool | None = None
    system_mode: str = ""


def knows_backup(backup_status: str, backup_at: object) -> bool:
    """Whether dcmanager tells of a backup: there is no list of them, only the word and date of the last (2.6).

    A try that failed leaves the date of the good one before it.
    """
    return backup_at is not None or backup_status.startswith("complete")
