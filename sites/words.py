"""StarlingX's status words with the mark they wear and what they mean: one table for list, page and export.

The lists are open: a word that is not in them is shown as itself, as unknown, and never as well.
Source: starlingx-dcmanager.md 3.2 to 3.5.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sites.backups import MARKS, BackupState, state_of
from starlingx.deploy_states import STATES, DeployState, Kind, Phase, stopped_badly, stops, works


@dataclass(frozen=True, slots=True)
class Word:
    """`mark`: a state of the design system; `label`: what is said; `means`: a sentence for whoever does not know it."""

    mark: str
    label: str
    means: str


FAILED = "This stage ended with an error, or dcmanager was restarted meanwhile; the subcloud's page says why."
WAITING = (Phase.REHOME, Phase.SECONDARY)


def _deploy(state: DeployState) -> Word:
    """A word of deploy-status, by what dcmanager's own table says of it."""
    if works(state):
        means = "dcmanager is stopping the deployment." if stops(state) else "dcmanager is at work on it."
        return Word("busy", state.word, means)
    if state.kind is Kind.ABORTED:
        return Word("warn", state.word, "Somebody stopped the deployment.")
    if stopped_badly(state):
        return Word("failed", state.word, FAILED)
    if state.phase is Phase.COMPLETE:
        return Word("ok", state.word, "Deployed, and ready for work.")
    if state.phase in WAITING:
        return Word("info", state.word, "Waits to be taken over by another System Controller.")
    return Word("info", state.word, "This stage of the deployment is done; the next has not begun.")


DEPLOY: Mapping[str, Word] = {word: _deploy(state) for word, state in STATES.items()}
AVAILABILITY: Mapping[str, Word] = {
    "online": Word("ok", "online", "dcmanager reaches its services."),
    "offline": Word("error", "offline", "dcmanager does not reach its services."),
}
MANAGEMENT: Mapping[str, Word] = {
    "managed": Word("ok", "managed", "Its System Controller synchronises it and counts its alarms."),
    "unmanaged": Word("none", "unmanaged", "Its System Controller neither synchronises it nor counts its alarms."),
}
SYNC: Mapping[str, Word] = {
    "in-sync": Word("ok", "in-sync", "Every endpoint is as its System Controller wants it."),
    "out-of-sync": Word("warn", "out-of-sync", "An endpoint is not as its System Controller wants it."),
    "unknown": Word("unknown", "unknown", "dcmanager does not know: it does not look at subclouds that are unmanaged."),
}
PRESTAGE: Mapping[str, Word] = {
    "prestaging": Word("busy", "prestaging", "Software is being copied to it ahead of time."),
    "complete": Word("ok", "complete", "Software was copied to it ahead of time."),
    "failed": Word("failed", "failed", "Copying software to it ahead of time failed."),
}
BACKUP_LABELS = {
    BackupState.CENTRAL: "backed up, on the System Controller",
    BackupState.LOCAL: "backed up, on the subcloud",
}
BACKUP_MEANS = {
    BackupState.NEVER: "There is no backup of it, or the last one was deleted.",
    BackupState.FAILED: "The last try failed; an older backup may exist.",
    BackupState.RUNNING: "dcmanager is at work on a backup of it.",
    BackupState.CENTRAL: "The last backup lies on the System Controller.",
    BackupState.LOCAL: "The last backup lies on the subcloud itself, and is lost with it.",
}
TABLES = {
    "deploy": DEPLOY, "availability": AVAILABILITY, "management": MANAGEMENT, "sync": SYNC, "prestage": PRESTAGE,
}  # fmt: skip


def said(kind: str, word: str) -> Word:
    """How `word` of this column is said. One that was never told is "unknown", one that is not known is itself."""
    if kind == "backup":
        return _backup(word)
    found = TABLES[kind].get(word)
    if found is None:
        means = "A word of StarlingX that is not known here." if word else "Nothing was told yet."
        return Word("unknown", word or "unknown", means)
    return found


def _backup(word: str) -> Word:
    state = state_of(word, None)
    if state is None:
        return Word("unknown", word, "A word of StarlingX that is not known here.")
    if state == BackupState.NEVER:
        return Word("none", "none", BACKUP_MEANS[state])
    return Word(MARKS[state], BACKUP_LABELS.get(state, word), BACKUP_MEANS[state])


def known(kind: str) -> Iterable[str]:
    return TABLES[kind].keys()
