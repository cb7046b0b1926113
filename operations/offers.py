"""What may be done to an operation now: which actions it offers, and why one is not to be had."""

from collections.abc import Mapping
from dataclasses import dataclass

from operations.choices import ENDED_OPERATIONS, OperationState, TargetState
from operations.kinds import KINDS
from operations.models import Operation
from sites.standing import Standing

PARTLY_SEEN = "Some of its subclouds are not in your scope: it is not yours to change."


@dataclass(frozen=True, slots=True)
class Offer:
    """`reason` not empty: it is shown, but cannot be had, because of that. `direct`: harmless, no question is asked."""

    action: str
    label: str
    reason: str = ""
    direct: bool = False
    style: str = ""


def offers(operation: Operation, counts: Mapping[str, int], standing: Standing, *, whole: bool) -> list[Offer]:
    """`counts` of its targets by state; `whole`: all of them are in the user's scope."""
    why = _forbidden(operation, standing, whole=whole)
    found = []
    if operation.state == OperationState.PLANNED:
        nothing = "" if counts.get(TargetState.READY) else "None of its subclouds may be acted on."
        found.append(Offer("start", "Start", why or nothing, style="primary"))
    if operation.state == OperationState.PROCESSING:
        more = Offer("hold", "Hold", why, direct=True)
        found.append(Offer("release", "Go on", why, direct=True, style="primary") if operation.held else more)
    if stopped := counts.get(TargetState.FAILED, 0):
        found.append(Offer("retry", f"Try {stopped:,} again", why))
    if operation.state not in ENDED_OPERATIONS:
        found.append(Offer("cancel", "Cancel the rest" if operation.started_at else "Cancel", why, style="danger"))
    return found


def _forbidden(operation: Operation, standing: Standing, *, whole: bool) -> str:
    spec = KINDS[operation.kind]
    if not standing.may(spec.permission):
        return f"Your role may look at this, but not change it: {spec.kind.label.lower()} needs {spec.permission}."
    return "" if whole else PARTLY_SEEN
