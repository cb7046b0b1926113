"""Software releases and their deployment as USM tells, and what the VIM is at (starlingx-platform.md 3, 5.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from starlingx.rows import Row

FREE_TEXT_LENGTH = 2048


@dataclass(frozen=True, slots=True)
class Release:
    """A software release on one cloud. States: available, unavailable, deploying, deployed, removing, committed …"""

    release_id: str
    state: str
    sw_version: str
    component: str
    status: str
    summary: str
    description: str
    warnings: str
    unremovable: bool | None
    reboot_required: bool | None
    requires: tuple[str, ...]

    @classmethod
    def read(cls, row: Row) -> Self:
        """Identity: release_id."""
        return cls(
            release_id=row.identity("release_id"),
            state=row.text("state"),
            sw_version=row.text("sw_version"),
            component=row.text("component"),
            status=row.text("status"),
            summary=row.text("summary", FREE_TEXT_LENGTH),
            description=row.text("description", FREE_TEXT_LENGTH),
            warnings=row.text("warnings", FREE_TEXT_LENGTH),
            unremovable=row.flag("unremovable"),
            reboot_required=row.flag("reboot_required"),
            requires=row.texts("requires"),
        )


@dataclass(frozen=True, slots=True)
class Deploy:
    """The one deployment a cloud may have under way. `to_release` is a version (25.09.1), not a release id."""

    from_release: str
    to_release: str
    state: str
    reboot_required: bool | None

    @classmethod
    def read(cls, row: Row) -> Self:
        """Identity: to_release, state."""
        return cls(
            from_release=row.text("from_release"),
            to_release=row.identity("to_release"),
            state=row.identity("state"),
            reboot_required=row.flag("reboot_required"),
        )


@dataclass(frozen=True, slots=True)
class DeployHost:
    """How far the deployment is on one host: pending, deploying, deployed, failed, rollback-…"""

    hostname: str
    software_release: str
    target_release: str
    host_state: str
    reboot_required: bool | None

    @classmethod
    def read(cls, row: Row) -> Self:
        """Identity: hostname."""
        return cls(
            hostname=row.identity("hostname"),
            software_release=row.text("software_release"),
            target_release=row.text("target_release"),
            host_state=row.text("host_state"),
            reboot_required=row.flag("reboot_required"),
        )


@dataclass(frozen=True, slots=True)
class VimStrategy:
    """The orchestration a cloud is running: its kind (sw-upgrade, kube-upgrade …) and state."""

    name: str
    state: str

    @classmethod
    def read(cls, row: Row) -> Self:
        """Identity: name."""
        return cls(name=row.identity("name"), state=row.text("state"))
