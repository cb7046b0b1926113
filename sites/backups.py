"""What dcmanager says of a subcloud's backup, in classes that people ask for. Its words are open: a new one is none
of these, and shows as itself.

Source: starlingx-dcmanager.md 3.4. After a deletion the word is `unknown`, without a date: as if there never was one.
"""

from datetime import datetime, timedelta

from django.db.models import Q, TextChoices

RUNNING_WORDS = ("validating", "pre-backup", "backing-up", "deleting-backup")
FAILED_WORDS = ("validate-failed", "backup-prep-failed", "failed", "delete-failed")
NEVER_WORDS = ("", "unknown")


class BackupState(TextChoices):
    NEVER = "never", "never, or deleted"
    FAILED = "failed", "last try failed"
    RUNNING = "running", "running"
    CENTRAL = "central", "on the System Controller"
    LOCAL = "local", "on the subcloud"


CONDITIONS: dict[str, Q] = {
    BackupState.NEVER: Q(backup_status__in=NEVER_WORDS, backup_at=None),
    BackupState.FAILED: Q(backup_status__in=FAILED_WORDS),
    BackupState.RUNNING: Q(backup_status__in=RUNNING_WORDS),
    BackupState.CENTRAL: Q(backup_status__in=("complete-central", "complete")),
    BackupState.LOCAL: Q(backup_status="complete-local"),
}
MARKS = {
    BackupState.NEVER: "warn", BackupState.FAILED: "failed", BackupState.RUNNING: "busy", BackupState.CENTRAL: "ok",
    BackupState.LOCAL: "ok",
}  # fmt: skip


def older_than(days: int, now: datetime) -> Q:
    """The last good backup is older, or there is none."""
    return Q(backup_at=None) | Q(backup_at__lt=now - timedelta(days=days))


def state_of(status: str, at: datetime | None) -> BackupState | None:
    """None for a word that is not known here."""
    if status in NEVER_WORDS:
        return BackupState.NEVER if at is None else None
    for state, words in (
        (BackupState.FAILED, FAILED_WORDS), (BackupState.RUNNING, RUNNING_WORDS),
        (BackupState.CENTRAL, ("complete-central", "complete")), (BackupState.LOCAL, ("complete-local",)),
    ):  # fmt: skip
        if status in words:
            return state
    return None
