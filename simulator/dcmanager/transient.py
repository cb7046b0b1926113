"""Work under way that other work must not meet: refused with 409, naming the column (starlingx-dcmanager.md 2.0)."""

from __future__ import annotations

from simulator.dcmanager import deploy_states
from simulator.dcmanager.refusals import Refused
from simulator.dcmanager.seen import Seen

BACKUP = frozenset({"validating", "pre-backup", "backing-up", "deleting-backup"})
PRESTAGE = frozenset({"prestaging"})


def require_none(name: str, seen: Seen) -> None:
    """Raises Refused (409)."""
    for column, status, moving in (
        ("prestage-status", seen.prestage.status, PRESTAGE),
        ("backup-status", seen.backup.status, BACKUP),
        ("deploy-status", seen.deploy.status, deploy_states.TRANSITIONAL),
    ):
        if status in moving:
            raise Refused(409, f"Subcloud {name} has an operation in progress: its {column} is {status}")
