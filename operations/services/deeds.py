"""What holding and cancelling came to, in words: what stops, and above all what does not."""

from collections.abc import Sequence

from django.db.models import Count

from operations import words
from operations.choices import TargetState
from operations.engine.idling import awaits
from operations.models import Operation, Target

NAMED = 5


def cancelled(operation: Operation, never: int, stopped: Sequence[Target]) -> str:
    """`never`: how many had not begun. In the transaction that did it."""
    told = [f"{_many(never)} not begun: will not." if never else "None was left that had not begun."]
    if stopped:
        told.append(f"{_many(len(stopped))} only waited, and stopped: {_names(stopped)}.")
    states = _states(operation)
    if running := states.get(TargetState.RUNNING, 0):
        told.append(f"{_many(running)} at work: what is under way goes on; where it can be aborted, do that there.")
    if held := states.get(TargetState.HELD, 0):
        told.append(f"{_many(held)} in need of a decision: decide there.")
    return " ".join(told)


def on_hold(operation: Operation) -> str:
    """What holding it does not stop."""
    running = list(operation.targets.filter(state=TargetState.RUNNING).order_by("number"))
    if not running:
        return "On hold: no further one starts. None is at work."
    told = [f"On hold: no further one starts. {_many(len(running))} at work: that goes on to its end."]
    if waiting := [target for target in running if awaits(target)]:
        told.append(f"Only waiting for the site, and going on when it comes: {_names(waiting)}. To cancel stops them.")
    return " ".join(told)


def stopped_while(target: Target) -> str:
    """Of one that people stopped while it only waited: where it stood, and what is not done."""
    rest = ", ".join(words.step(name) for name in target.steps[target.step :])
    done = ", ".join(words.step(name) for name in target.steps[: target.step]) or "nothing"
    said = f" It said: {target.message}" if target.message else ""
    return f"Stopped while it only waited. Done before: {done}. Not done: {rest}.{said}"


def _states(operation: Operation) -> dict[str, int]:
    rows = operation.targets.values("state").annotate(count=Count("pk")).order_by()
    return {row["state"]: row["count"] for row in rows}


def _many(number: int) -> str:
    return "1 subcloud" if number == 1 else f"{number:,} subclouds"


def _names(targets: Sequence[Target]) -> str:
    more = f" and {len(targets) - NAMED:,} more" if len(targets) > NAMED else ""
    return ", ".join(target.name for target in targets[:NAMED]) + more
