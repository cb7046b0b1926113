"""Which of the Deployment Manager's files a System Controller has for a release (starlingx-dcmanager.md 2.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from starlingx.rows import Row


@dataclass(frozen=True, slots=True)
class DeployFiles:
    """File names; empty where nothing was uploaded: then what came with the release is used."""

    software_version: str
    deploy_playbook: str
    deploy_chart: str
    deploy_overrides: str
    prestage_images: str

    @classmethod
    def read(cls, row: Row) -> Self:
        """Identity: software_version."""
        return cls(
            software_version=row.identity("software_version"),
            deploy_playbook=row.text("deploy_playbook"),
            deploy_chart=row.text("deploy_chart"),
            deploy_overrides=row.text("deploy_overrides"),
            prestage_images=row.text("prestage_images"),
        )
