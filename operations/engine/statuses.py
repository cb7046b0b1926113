"""Steps that show in one of dcmanager's status columns: which words mean under way, done, failed.

Source: starlingx-dcmanager.md 3.3 to 3.5 and 8.1.
"""

from dataclasses import dataclass

from operations.engine.seen import Progress, Seen, Sent
from operations.planning.deploy_states import INTERRUPTED, Kind, Phase, deploy_state
from operations.planning.error_causes import NO_ERROR, cause_of
from starlingx.records import Subcloud

_BUILD = (Phase.CREATE, Phase.INSTALL, Phase.BOOTSTRAP, Phase.CONFIGURE)


@dataclass(frozen=True, slots=True)
class DeployPath:
    """The phases that a verb goes through, and the words it ends with."""

    phases: tuple[Phase, ...]
    done: tuple[str, ...]


PATHS = {
    "add": DeployPath(_BUILD, ("complete",)),
    "resume": DeployPath(_BUILD, ("complete",)),
    "install": DeployPath((Phase.INSTALL,), ("install-complete",)),
    "bootstrap": DeployPath((Phase.BOOTSTRAP,), ("bootstrap-complete",)),
    "configure": DeployPath((Phase.CONFIGURE,), ("complete",)),
    "complete": DeployPath((), ("complete",)),
    "enroll": DeployPath((Phase.ENROLL, Phase.CONFIGURE), ("complete", "enroll-complete")),
    "redeploy": DeployPath(_BUILD, ("complete",)),
    "restore": DeployPath((Phase.RESTORE, Phase.INSTALL), ("complete", "factory-restore-complete")),
    "reconfigure_network": DeployPath((Phase.NETWORK,), ("complete",)),
}
BACKUP_UNDERWAY = ("validating", "pre-backup", "backing-up")
BACKUP_FAILED = ("validate-failed", "backup-prep-failed", "failed")


def deploy_progress(path: DeployPath, seen: Seen, sent: Sent, last_status: str) -> Progress:
    """By deploy-status. The reply to a request is a prediction: the old word may show for a while after it."""
    subcloud = seen.subcloud
    if subcloud is None:
        return Progress("untouched") if not sent.before.get("exists") else Progress("foreign", "The subcloud is gone.")
    word, known = subcloud.deploy_status, deploy_state(subcloud.deploy_status)
    other = word != sent.before.get("deploy_status") or sent.effective
    if known.kind is Kind.TRANSITIONAL:
        if known.phase in path.phases:
            return Progress("underway", word)
        return Progress("foreign", f"dcmanager is busy with {word}, which this operation did not ask for.")
    if word in path.done:
        return Progress("done") if other else _same_word(subcloud, sent, Progress("done"))
    if known.kind in (Kind.FAILED, Kind.ABORTED):
        ended = _ended(subcloud, known.kind, last_status)
        return ended if other else _same_word(subcloud, sent, ended)
    if known.kind is Kind.UNKNOWN:
        return Progress("underway", f"unknown state {word}")
    return Progress("between", word) if other and known.phase in path.phases else Progress("untouched", word)


def _ended(subcloud: Subcloud, kind: Kind, last_status: str) -> Progress:
    word, error = subcloud.deploy_status, subcloud.error_description
    if kind is Kind.ABORTED:
        return Progress("failed", word, error or f"The deployment was stopped: {word}.", "aborted")
    if word in INTERRUPTED and _no_reason(error):
        during = last_status or "it"
        return Progress("interrupted", word, f"The System Controller restarted during {during}.", "interrupted")
    cause = cause_of(word, error, last_status)
    return Progress("failed", word, error or f"dcmanager says {word}, without a reason.", cause.key if cause else word)


def _no_reason(error: str) -> bool:
    """A restart of dcmanager's manager writes the failed word and no reason; a real failure tells one."""
    return not error or error.startswith(NO_ERROR)


def _same_word(subcloud: Subcloud, sent: Sent, ended: Progress) -> Progress:
    """The word is what it was before the request: only a moved row can mean that it came and went meanwhile."""
    told = subcloud.updated_at.isoformat() if subcloud.updated_at else None
    if told == sent.before.get("updated_at"):
        return Progress("untouched", subcloud.deploy_status)
    return Progress(f"perhaps {ended.state}", ended.message, ended.error, ended.cause)


def backup_progress(subcloud: Subcloud, sent: Sent) -> Progress:
    """By backup-status, whose date moves with each success."""
    word = subcloud.backup_status
    at = subcloud.backup_datetime.isoformat() if subcloud.backup_datetime else None
    if word in BACKUP_UNDERWAY:
        return Progress("underway", word)
    if word.startswith("complete") and at != sent.before.get("backup_datetime"):
        return Progress("done")
    if word in BACKUP_FAILED:
        error = subcloud.error_description
        state = "interrupted" if _no_reason(error) else "failed"
        failed = Progress(state, word, error or f"dcmanager says {word}, without a reason.", "backup-failed")
        return failed if sent.effective or word != sent.before.get("backup_status") else Progress("untouched", word)
    return Progress("untouched", word)


def prestage_progress(subcloud: Subcloud, sent: Sent) -> Progress:
    """By prestage-status, which has no date: a word that was there before proves nothing unless work was seen."""
    word = subcloud.prestage_status
    if word == "prestaging":
        return Progress("underway", word)
    error = subcloud.error_description
    state = "interrupted" if _no_reason(error) else "failed"
    ended = {
        "complete": Progress("done"),
        "failed": Progress(state, word, error or "Prestaging failed, without a reason.", "prestage-failed"),
    }.get(word)
    if ended is None:
        return Progress("untouched", word)
    moved = sent.effective or word != sent.before.get("prestage_status")
    return ended if moved else _same_word(subcloud, sent, ended)
