"""How work that ended badly is told: stopped by somebody, cut off by a restart of the controller, or failed."""

from operations.engine.seen import Progress, Seen
from operations.planning.error_causes import NO_ERROR, cause_of
from operations.planning.legality import SubcloudState, next_verbs
from operations.planning.subcloud_state import knows_backup
from starlingx.deploy_states import INTERRUPTED, Kind
from starlingx.records import Subcloud

LOG = "/var/log/dcmanager/dcmanager.log"  # starlingx-dcmanager.md 7.5
MOST_VERBS = 4


def state_of(subcloud: Subcloud) -> SubcloudState:
    """For the table of legal verbs."""
    return SubcloudState(
        deploy_status=subcloud.deploy_status,
        management_state=subcloud.management_state,
        availability_status=subcloud.availability_status,
        backup_status=subcloud.backup_status,
        has_backup=knows_backup(subcloud.backup_status, subcloud.backup_datetime),
        prestage_status=subcloud.prestage_status,
        peer_group=subcloud.peer_group_id is not None,
    )


def ended(subcloud: Subcloud, kind: Kind, seen: Seen, last_status: str) -> Progress:
    """Of a deploy status that is aborted or failed."""
    word, error = subcloud.deploy_status, subcloud.error_description
    if kind is Kind.ABORTED:
        return Progress("failed", word, error or f"The deployment was stopped: {word}.", "aborted")
    if no_reason(error):
        return _cut_off(subcloud, word, word, seen.restarted if word in INTERRUPTED else "", last_status)
    cause = cause_of(word, error, last_status)
    return Progress("failed", word, error, cause.key if cause else word)


def ended_lane(subcloud: Subcloud, word: str, key: str, restarted: str) -> Progress:
    """Of a backup or prestage status that is failed."""
    if no_reason(subcloud.error_description):
        return _cut_off(subcloud, word, key, restarted, "")
    return Progress("failed", word, subcloud.error_description, key)


def _cut_off(subcloud: Subcloud, word: str, key: str, restarted: str, last_status: str) -> Progress:
    """`restarted`: what says that the controller restarted (restarts.py)."""
    if restarted:
        during = last_status or "it"
        told = f"The System Controller restarted during {during}: {restarted}."
        return Progress("interrupted", word, told, "interrupted")
    verbs = ", ".join(verb.value.replace("_", " ") for verb in next_verbs(state_of(subcloud))[:MOST_VERBS])
    told = f"dcmanager says {word} and gives no reason, and nothing says that it restarted: see {LOG} there."
    return Progress("failed", word, f"{told} It allows next: {verbs or 'nothing'}.", key)


def no_reason(error: str) -> bool:
    """dcmanager may append a hint to the words for "none" (3.8)."""
    return not error or error.startswith(NO_ERROR)
