"""Steps that show in backup-status or prestage-status: which words mean under way, done, failed.

Source: starlingx-dcmanager.md 2.0, 2.2.5, 2.6, 3.4, 3.5.
"""

from operations.choices import Outcome
from operations.engine.failures import ended_lane
from operations.engine.seen import Progress, Sent
from operations.engine.signs import other_error, same_word
from starlingx.records import Subcloud

BACKUP_UNDERWAY = ("validating", "pre-backup", "backing-up")
BACKUP_FAILED = ("validate-failed", "backup-prep-failed", "failed")
GONE = ("", "unknown")  # unknown: deleted, or there was none


def backup_progress(subcloud: Subcloud, sent: Sent, restarted: str) -> Progress:
    """By backup-status, whose date moves with each success."""
    word = subcloud.backup_status
    if word in BACKUP_UNDERWAY:
        return Progress("underway", word)
    if word.startswith("complete") and _date(subcloud) != sent.before.get("backup_datetime"):
        return Progress("done")
    if word in BACKUP_FAILED and _failed_since(subcloud, word, sent):
        return ended_lane(subcloud, word, "backup-failed", restarted)
    return Progress("untouched", word)


def deletion_progress(subcloud: Subcloud, sent: Sent, restarted: str) -> Progress:
    """dcmanager answers when the backup is gone (204; 207 where it is not): accepted is done. Without an answer, one
    that is gone proves nothing where there was none before."""
    word = subcloud.backup_status
    if word == "deleting-backup":
        return Progress("underway", word)
    if word == "delete-failed" and _failed_since(subcloud, word, sent):
        return ended_lane(subcloud, word, "backup-failed", restarted)
    if word not in GONE or subcloud.backup_datetime:
        return Progress("untouched", word)
    was_gone = sent.before.get("backup_status") in GONE and not sent.before.get("backup_datetime")
    proved = sent.outcome in (Outcome.ACCEPTED, Outcome.EFFECTIVE) or not was_gone
    return Progress("done" if proved else "untouched", word)


def prestage_progress(subcloud: Subcloud, sent: Sent, restarted: str) -> Progress:
    """By prestage-status, which has no date. dcmanager writes `prestaging` before it answers
    (dc:dcmanager/common/prestage.py), so that one that was accepted has begun."""
    word = subcloud.prestage_status
    if word == "prestaging":
        return Progress("underway", word)
    if word not in ("complete", "failed"):
        return Progress("untouched", word)
    ended = Progress("done") if word == "complete" else ended_lane(subcloud, word, "prestage-failed", restarted)
    if sent.effective or word != sent.before.get("prestage_status"):
        return ended
    versions = sent.before.get("prestage_versions", subcloud.prestage_versions)
    sign = sent.outcome == Outcome.ACCEPTED or versions != subcloud.prestage_versions
    return same_word(subcloud, sent, ended, sign=sign or (word == "failed" and other_error(subcloud, sent)))


def _date(subcloud: Subcloud) -> str | None:
    return subcloud.backup_datetime.isoformat() if subcloud.backup_datetime else None


def _failed_since(subcloud: Subcloud, word: str, sent: Sent) -> bool:
    return sent.effective or word != sent.before.get("backup_status") or other_error(subcloud, sent)
