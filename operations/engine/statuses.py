"""Steps that show in dcmanager's deploy-status: which words mean under way, done, failed.

Source: starlingx-dcmanager.md 3.3 and 8.1.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from operations.engine.failures import ended
from operations.engine.seen import Progress, Seen, Sent
from operations.engine.signs import network_changed, other_error, same_word
from starlingx.deploy_states import DeployState, Kind, Phase, deploy_state, stopped_badly, stops, works
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


def deploy_progress(path: DeployPath, seen: Seen, sent: Sent, last_status: str, facts: Mapping[str, Any]) -> Progress:
    """By deploy-status. The reply to a request is a prediction: the old word may show for a while after it."""
    subcloud = seen.subcloud
    if subcloud is None:
        return Progress("untouched") if not sent.before.get("exists") else Progress("foreign", "The subcloud is gone.")
    word, known = subcloud.deploy_status, deploy_state(subcloud.deploy_status)
    other = word != sent.before.get("deploy_status") or sent.effective
    if works(known):
        if known.phase in path.phases:
            return Progress("underway", word)
        return Progress("foreign", f"dcmanager is busy with {word}, which this operation did not ask for.")
    if word in path.done:
        sign = sent.verb == "reconfigure_network" and network_changed(subcloud, sent, facts)
        return Progress("done") if other else same_word(subcloud, sent, Progress("done"), sign=sign)
    if stopped_badly(known):
        return _bad_end(path, known, seen, sent, last_status)
    if known.kind is Kind.UNKNOWN:
        return Progress("unknown", f"unknown state {word}: this portal does not know whether work goes on")
    return Progress("between", word) if other and known.phase in path.phases else Progress("untouched", word)


def abort_progress(subcloud: Subcloud, sent: Sent) -> Progress:
    """Of an abort that is all that was asked for. Work ends as aborted, or as it would have without (3.3)."""
    word, known = subcloud.deploy_status, deploy_state(subcloud.deploy_status)
    before = str(sent.before.get("deploy_status") or "what ran")
    if known.kind is Kind.UNKNOWN:
        return Progress("unknown", f"unknown state {word}: this portal does not know whether work goes on")
    if stops(known):
        return Progress("underway", word)
    if word == before:
        return Progress("untouched", word)
    if works(known):
        went_on = f"The abort came too late for {before}, and dcmanager went on to {word}: ask for it again."
        return Progress("missed", word, went_on, "too-late")
    if sent.effective:
        return Progress("over", f"It was being aborted, and ended otherwise: dcmanager says {word}.")
    return Progress("over", f"{before} had ended before it was aborted: dcmanager says {word}.")


def _bad_end(path: DeployPath, known: DeployState, seen: Seen, sent: Sent, last_status: str) -> Progress:
    """A word that was there before is no failure of ours, and neither is one of a phase that we did not ask for."""
    if (subcloud := seen.subcloud) is None:
        return Progress("untouched")
    told = ended(subcloud, known.kind, seen, last_status)
    if known.word == sent.before.get("deploy_status") and not sent.effective:
        return same_word(subcloud, sent, told, sign=other_error(subcloud, sent))
    if known.phase not in path.phases:
        return Progress("foreign", f"dcmanager says {known.word}, which this operation did not ask for.")
    return told
