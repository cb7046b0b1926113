"""The one strategy of a System Controller, its steps, and how VIMs go about them (starlingx-dcmanager.md 2.7, 2.8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from starlingx.errors import Unexpected
from starlingx.redaction import redact
from starlingx.rows import Row

DETAILS_LENGTH = 1024
# `extra-args` has the sysadmin password too: only these leave it.
ARGUMENTS = (
    "cleanup",
    "delete",
    "expiry-date",
    "for_install",
    "for_sw_deploy",
    "force",
    "kube_upgrade",
    "prestage-software-version",
    "release_id",
    "rollback",
    "snapshot",
    "subject",
    "to-version",
    "with_prestage",
)


@dataclass(frozen=True, slots=True)
class Strategy:
    """A strategy. States: initial, applying, "abort requested", aborting, complete, aborted, failed, deleting.

    `arguments` are name and text of those that are set, by name; a flag's text is "true".
    `subcloud_apply_type` is empty when neither it nor a group was chosen.
    """

    id: int
    type: str
    subcloud_apply_type: str
    max_parallel_subclouds: int | None
    stop_on_failure: bool | None
    state: str
    arguments: tuple[tuple[str, str], ...]
    created_at: datetime | None
    updated_at: datetime | None

    @classmethod
    def read(cls, row: Row) -> Self:
        """Identity: id, type, state."""
        extra = row.inner("extra-args")
        return cls(
            id=row.identity_number("id"),
            type=row.identity("type"),
            subcloud_apply_type=row.text("subcloud-apply-type"),
            max_parallel_subclouds=row.count("max-parallel-subclouds"),
            stop_on_failure=row.flag("stop-on-failure"),
            state=row.identity("state"),
            arguments=tuple((name, text) for name in ARGUMENTS if (text := _argument(extra, name))),
            created_at=row.moment("created-at"),
            updated_at=row.moment("updated-at"),
        )


@dataclass(frozen=True, slots=True)
class StrategyStep:
    """One subcloud's part in it. `cloud` is its name; `state` may hold spaces; `details` say how far the VIM is."""

    id: int
    cloud: str
    stage: str
    state: str
    details: str
    started_at: datetime | None
    finished_at: datetime | None
    created_at: datetime | None
    updated_at: datetime | None

    @classmethod
    def read(cls, row: Row) -> Self:
        """Identity: id, state."""
        return cls(
            id=row.identity_number("id"),
            cloud=row.name("cloud"),
            stage=row.text("stage"),
            state=row.identity("state"),
            details=redact(row.text("details", DETAILS_LENGTH)),
            started_at=row.moment("started-at"),
            finished_at=row.moment("finished-at"),
            created_at=row.moment("created-at"),
            updated_at=row.moment("updated-at"),
        )


@dataclass(frozen=True, slots=True)
class SwUpdateOptions:
    """How a subcloud's VIM is to go about a strategy. `subcloud_id` is None for the default of all others.

    The default and a subcloud's may have the same `id`: they are numbered apart.
    """

    id: int | None
    name: str
    subcloud_id: int | None
    storage_apply_type: str
    worker_apply_type: str
    max_parallel_workers: int | None
    alarm_restriction_type: str
    default_instance_action: str
    created_at: datetime | None
    updated_at: datetime | None

    @classmethod
    def read(cls, row: Row) -> Self:
        """Identity: name, which says whose they are: a subcloud's, or the default of all. Raises Unexpected."""
        name = row.name("name")
        if not name:
            raise Unexpected(f"{row.place} has no usable name")
        return cls(
            id=row.count("id"),
            name=name,
            subcloud_id=row.count("subcloud-id"),
            storage_apply_type=row.text("storage-apply-type"),
            worker_apply_type=row.text("worker-apply-type"),
            max_parallel_workers=row.count("max-parallel-workers"),
            alarm_restriction_type=row.text("alarm-restriction-type"),
            default_instance_action=row.text("default-instance-action"),
            created_at=row.moment("created-at"),
            updated_at=row.moment("updated-at"),
        )


def _argument(extra: Row, name: str) -> str:
    """The text of an argument; empty when it is not set."""
    value = extra.raw(name)
    if isinstance(value, bool):
        return "true" if value else ""
    text = redact(extra.text(name))
    return "" if text.lower() == "false" else "true" if text.lower() == "true" else text
