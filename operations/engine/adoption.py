"""Which request counts, and whether one that was given up as lost shows all the same: then it is ours again."""

from collections.abc import Iterator

from operations.choices import Outcome
from operations.engine import steps
from operations.engine.seen import Progress, Seen, Sent, View

OVER = (Outcome.LOST, Outcome.UNSENT, Outcome.REFUSED)
SHOWS = ("done", "over", "missed", "underway", "between", "unknown", "failed", "interrupted", "foreign")
CLEARED = "cleared"


def counts(step: str, verb: str) -> bool:
    """Whether a request is what the step is about; an abort of another step is only a wish beside it."""
    return verb != "abort" or step == "abort"


def current(view: View) -> Sent | None:
    """The last request, unless one before it was taken on after that: what came of the last one is told by that."""
    last = next((one for one in reversed(view.sent) if counts(view.step, one.verb)), None)
    if last is not None and last.outcome not in OVER:
        return last
    ours = [one for one in (*view.earlier, *view.sent) if one.effective and one.settled_at is not None]
    if last is None:
        return ours[-1] if ours else None
    return next((one for one in reversed(ours) if one.settled_at and one.settled_at > last.at), last)


def late(view: View, seen: Seen) -> tuple[Sent, Progress] | None:
    """A request without an effect until now, and what shows of it. dcmanager may work on for minutes after it has
    said 500 (trap 14)."""
    for one in _given_up(view):
        if one.verb == "delete" and view.step == "add":  # of a site whose creation was cut off
            told = Progress("untouched" if seen.subcloud else CLEARED)
        else:
            told = steps.progress(view, seen, one)
        if told.state in (*SHOWS, CLEARED):
            return one, told
    return None


def lost(view: View) -> bool:
    """Whether a request of this attempt may still come true."""
    return any(one.outcome == Outcome.LOST for one in view.sent)


def _given_up(view: View) -> Iterator[Sent]:
    """Newest first, and none from before one that took effect."""
    for one in reversed([one for one in view.sent if counts(view.step, one.verb)]):
        if one.outcome not in OVER:
            return
        if one.outcome == Outcome.LOST:
            yield one
    yield from (one for one in reversed(view.earlier) if not one.effective)
