"""How work that ended badly is told: stopped by somebody, cut off by a restart of the controller, or failed."""

from operations.engine.seen import Progress
from operations.planning.deploy_states import INTERRUPTED, Kind
from operations.planning.error_causes import NO_ERROR, cause_of
from starlingx.records import Subcloud


def ended(subcloud: Subcloud, kind: Kind, last_status: str) -> Progress:
    """Of a deploy status that is aborted or failed."""
    word, error = subcloud.deploy_status, subcloud.error_description
    if kind is Kind.ABORTED:
        return Progress("failed", word, error or f"The deployment was stopped: {word}.", "aborted")
    if word in INTERRUPTED and no_reason(error):
        during = last_status or "it"
        return Progress("interrupted", word, f"The System Controller restarted during {during}.", "interrupted")
    cause = cause_of(word, error, last_status)
    return Progress("failed", word, error or f"dcmanager says {word}, without a reason.", cause.key if cause else word)


def ended_lane(subcloud: Subcloud, word: str, key: str) -> Progress:
    """Of a backup or prestage status that is failed."""
    error = subcloud.error_description
    state = "interrupted" if no_reason(error) else "failed"
    return Progress(state, word, error or f"dcmanager says {word}, without a reason.", key)


def no_reason(error: str) -> bool:
    """A restart of dcmanager's manager writes the failed word and no reason; a real failure tells one."""
    return not error or error.startswith(NO_ERROR)
