"""A strategy to be created: its scope, its arguments, and what excludes what (starlingx-dcmanager.md 2.7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from starlingx.dcmanager_writes.groups import APPLY_TYPES
from starlingx.dcmanager_writes.orders import flags, numbered
from starlingx.errors import BadValue
from starlingx.secret import Secret

MOST_PARALLEL = 5000
MOST_PRESTAGED = 250

# What each type takes besides its scope.
ARGUMENTS: dict[str, frozenset[str]] = {
    type_: frozenset(names.split())
    for type_, names in {
        "sw-deploy": "release_id snapshot rollback delete cleanup kube_upgrade with_prestage sysadmin_password",
        "kubernetes": "to-version",
        "kube-rootca-update": "subject expiry-date force",
        "firmware": "",
        "prestage": "sysadmin_password release for_install for_sw_deploy force",
    }.items()
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStrategy:
    """A strategy to create: over one subcloud (by name), one group, or all that want it.

    `kube_upgrade` is the Kubernetes version to go to after the software. `stop_on_failure` lets running subclouds
    finish and starts no other.
    """

    type: str
    cloud_name: str = ""
    group_id: int | None = None
    apply_type: str = ""
    max_parallel: int | None = None
    stop_on_failure: bool = False
    force: bool = False
    release_id: str = ""
    snapshot: bool = False
    rollback: bool = False
    delete: bool = False
    cleanup: bool = False
    kube_upgrade: str = ""
    with_prestage: bool = False
    sysadmin_password: Secret | None = None
    to_version: str = ""
    subject: str = ""
    expiry_date: date | None = None
    release: str = ""
    for_install: bool = False
    for_sw_deploy: bool = False

    def body(self) -> dict[str, object]:
        """dcmanager's JSON. Raises BadValue for what it would refuse, or take and ignore."""
        if self.type not in ARGUMENTS:
            raise BadValue(f"the type of a strategy is one of {', '.join(ARGUMENTS)}")
        arguments = self._arguments()
        if surplus := arguments.keys() - ARGUMENTS[self.type]:
            raise BadValue(f"a strategy of type {self.type} does not take {', '.join(sorted(surplus))}")
        self._check()
        stop = "true" if self.stop_on_failure else "false"
        return {"type": self.type, "stop-on-failure": stop, **self._scope(), **arguments}

    def _scope(self) -> dict[str, object]:
        if self.cloud_name and self.group_id is not None:
            raise BadValue("a strategy is for one subcloud or one group, not both")
        if self.group_id is not None:
            if self.apply_type or self.max_parallel is not None:
                raise BadValue("a strategy over a group takes the group's apply type and parallelism")
            return {"subcloud_group": numbered("group_id", self.group_id)}
        scope: dict[str, object] = {"cloud_name": self.cloud_name} if self.cloud_name else {}
        if self.apply_type:
            if self.apply_type not in APPLY_TYPES:
                raise BadValue(f"apply_type is one of {', '.join(APPLY_TYPES)}")
            scope["subcloud-apply-type"] = self.apply_type
        if self.max_parallel is not None:
            most = MOST_PRESTAGED if self.type == "prestage" or self.with_prestage else MOST_PARALLEL
            if not 1 <= self.max_parallel <= most:
                raise BadValue(f"max_parallel is between 1 and {most}")
            scope["max-parallel-subclouds"] = self.max_parallel
        return scope

    def _arguments(self) -> dict[str, object]:
        """What is set. `force` must be a text, any false value must be left out (traps 25 and 26)."""
        given: dict[str, object] = {
            "release_id": self.release_id,
            "kube_upgrade": self.kube_upgrade,
            "sysadmin_password": self.sysadmin_password.base64() if self.sysadmin_password else None,
            "to-version": self.to_version,
            "subject": self.subject,
            "expiry-date": self.expiry_date.isoformat() if self.expiry_date else None,
            "release": self.release,
            **flags(force=self.force, for_install=self.for_install, for_sw_deploy=self.for_sw_deploy),
        }
        deploying = ("snapshot", "rollback", "delete", "cleanup", "with_prestage")
        return {key: value for key, value in given.items() if value} | {
            name: True for name in deploying if getattr(self, name)
        }

    def _check(self) -> None:
        """What excludes or needs what."""
        ends = self.rollback or self.cleanup
        refusals = {
            "rollback and cleanup exclude each other": self.rollback and self.cleanup,
            "a rollback or cleanup takes no release, Kubernetes version, prestage, snapshot or delete": ends
            and bool(self.release_id or self.kube_upgrade or self.with_prestage or self.snapshot or self.delete),
            "a software deployment needs a release_id": self.type == "sw-deploy" and not ends and not self.release_id,
            "with_prestage and sysadmin_password belong together": self.type == "sw-deploy"
            and self.with_prestage != (self.sysadmin_password is not None),
            "a prestage strategy needs sysadmin_password": self.type == "prestage" and not self.sysadmin_password,
            "a prestage strategy is either for install or for software deployment": self.type == "prestage"
            and self.for_install == self.for_sw_deploy,
        }
        for sentence, is_so in refusals.items():
            if is_so:
                raise BadValue(sentence)
