"""The way of one attempt as the flight recorder draws it: what was seen, what passed unseen, what is still to come.

Only what was seen has times. A phase that came and went between two looks is said to have passed, never given a length.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from operations.choices import TargetState
from operations.engine.usual import Usual
from operations.words import step as step_word
from starlingx.deploy_states import Phase

WORDS_OF = {  # the words of dcmanager that each of its phases goes through
    Phase.CREATE: ("creating",),
    Phase.INSTALL: ("pre-install", "installing"),
    Phase.BOOTSTRAP: ("pre-bootstrap", "bootstrapping"),
    Phase.CONFIGURE: ("pre-config", "configuring"),
    Phase.ENROLL: ("pre-init-enroll", "initiating-enroll", "pre-enroll", "enrolling"),
    Phase.RESTORE: ("pre-restore", "restoring"),
    Phase.NETWORK: ("reconfiguring-network",),
}
BUILD = (Phase.INSTALL, Phase.BOOTSTRAP, Phase.CONFIGURE)
PHASES_OF = {  # those of each step of ours
    "add": (Phase.CREATE, *BUILD),
    "redeploy": BUILD,
    "install": (Phase.INSTALL,),
    "bootstrap": (Phase.BOOTSTRAP,),
    "configure": (Phase.CONFIGURE,),
    "enroll": (Phase.ENROLL,),
    "reconfigure_network": (Phase.NETWORK,),
}
LABELS = {
    "creating": "Create", "pre-install": "Prepare install", "installing": "Install",
    "pre-bootstrap": "Prepare bootstrap", "bootstrapping": "Bootstrap", "pre-config": "Prepare configuration",
    "configuring": "Configure", "pre-restore": "Prepare restore", "restoring": "Restore",
    "reconfiguring-network": "Reconfigure network", "pre-init-enroll": "Prepare enrolment",
    "initiating-enroll": "Begin enrolment", "pre-enroll": "Check enrolment", "enrolling": "Enroll",
    "aborting-install": "Abort install", "aborting-bootstrap": "Abort bootstrap",
    "aborting-config": "Abort configuration", "online": "Come online", "offline": "Go offline",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PhaseRow:
    """`state`: done, current, failed, held (a person must decide), passed (not seen), todo, or not reached. Seconds so
    far, or altogether."""

    phase: str
    state: str
    began_at: datetime | None = None
    ended_at: datetime | None = None
    seconds: float | None = None
    usual: Usual | None = None

    @property
    def label(self) -> str:
        return LABELS.get(self.phase) or step_word(self.phase).capitalize()

    @property
    def over(self) -> bool:
        """Longer than nine of ten."""
        return self.seconds is not None and self.usual is not None and self.seconds > self.usual.p90


def phase_rows(
    target: Mapping[str, Any], spans: Sequence[Mapping[str, Any]], known: Mapping[tuple[str, str], Usual]
) -> list[PhaseRow]:
    """`target`: state, steps, step, facts, profile. `spans`: of its attempt, as operations/recorder.py gives them."""
    way = list(_way(target, bool(spans)))
    rows: list[PhaseRow] = []
    at = 0
    for span in spans:
        ahead = [phase for _, phase in way[at:]]
        if span["phase"] in ahead:  # else it is one nobody planned: an abort, or a phase that was taken up again
            found = at + ahead.index(span["phase"])
            rows += [PhaseRow(phase, "passed") for _, phase in way[at:found]]
            at = found + 1
        rows.append(_seen(span, target, last=span is spans[-1]))
    marked = any(row.state in ("current", "failed", "held") for row in rows)
    for step, phase in way[at:]:
        state = _ahead(target, step, marked=marked)
        rows.append(PhaseRow(phase, state, usual=known.get((phase, target["profile"]))))
        marked = marked or state in ("current", "failed")
    return rows


def _way(target: Mapping[str, Any], seen: bool) -> Iterator[tuple[int, str]]:
    """(number of the step, phase): what this attempt goes through as far as it can be foretold."""
    for number, name in enumerate(target["steps"]):
        if number < target["step"] and not seen and target["state"] != TargetState.COMPLETED:
            continue  # of an earlier attempt
        phases = _phases(name, target["facts"])
        words = [word for phase in phases for word in WORDS_OF.get(phase, ())]
        yield from ((number, word) for word in words or [name])


def _phases(step: str, facts: Mapping[str, Any]) -> tuple[Phase, ...]:
    """A deployment's own plan says which phases it has: dcmanager skips those it was given no values for."""
    planned = tuple(Phase(name) for name in facts.get("phases", ()))
    if step == "restore":
        return (Phase.RESTORE, Phase.INSTALL) if facts.get("with_install") else (Phase.RESTORE,)
    if step == "add" and planned:
        return planned
    if step == "resume":
        return tuple(phase for phase in BUILD if not planned or phase in planned)
    return PHASES_OF.get(step, ())


def _seen(span: Mapping[str, Any], target: Mapping[str, Any], *, last: bool) -> PhaseRow:
    ended = span["ended_at"] is not None
    stopped = target["state"] in (TargetState.FAILED, TargetState.CANCELLED)
    state = "done" if span["completed"] else "failed" if ended or stopped else "current"
    if last and state == "failed" and target["state"] == TargetState.HELD:
        state = "held"  # what became of it nobody knows
    told = span["usual"]
    usual = Usual(told["p50"], told["p90"], told["count"]) if told else None
    return PhaseRow(span["phase"], state, span["began_at"], span["ended_at"], span["seconds"], usual)


def _ahead(target: Mapping[str, Any], step: int, *, marked: bool) -> str:
    """Of what was not seen: behind us, under way or failed (a step without phases), to come, or never reached.

    `marked`: the place where the attempt stands was found already.
    """
    state = target["state"]
    if step < target["step"] or state == TargetState.COMPLETED:
        return "passed"
    here = step == target["step"] and not marked
    if state in (TargetState.FAILED, TargetState.CANCELLED):
        return "failed" if here and state == TargetState.FAILED else "not reached"
    return "current" if here and state in (TargetState.RUNNING, TargetState.HELD) else "todo"
