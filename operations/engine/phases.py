"""Which phases an attempt went through, as far as looks saw them."""

from datetime import datetime, timedelta

from operations.engine.seen import Seen
from operations.models import Attempt, PhaseSpan, Target
from starlingx.deploy_states import DeployState, Kind, deploy_state, stopped_badly, stops


def note_phase(target: Target, seen: Seen, now: datetime) -> PhaseSpan | None:
    """Ends the phase that is over and begins the one that runs; returns the latter. A phase is a deploy status in
    which dcmanager works, or a step of ours that waits. One that came and went between two looks is not invented."""
    if seen.subcloud is None:
        return None
    step = target.steps[target.step] if target.step < len(target.steps) else ""
    word = seen.subcloud.deploy_status
    known = deploy_state(word)
    resting = known.kind is Kind.STABLE or stopped_badly(known)
    phase = word if not resting else step if step in ("online", "offline") else ""
    running = PhaseSpan.objects.filter(attempt__target=target, attempt__number=target.attempt, ended_at=None).first()
    if running is not None and running.phase == phase:
        return running
    began = _moved_at(seen, running.began_at if running else target.started_at, now)
    if running is not None:
        _end(running, began, completed=_went_well(known) and step != "abort")  # an abort saw no phase begin
    if not phase:
        return None
    attempt = Attempt.objects.get(target=target, number=target.attempt)
    return PhaseSpan.objects.create(attempt=attempt, phase=phase, profile=target.profile, began_at=began)


def _went_well(after: DeployState) -> bool:
    """Whether the word after a phase says that it came to its end: what was stopped teaches nothing of its length."""
    cut = stopped_badly(after) or stops(after)
    return not cut and after.kind is not Kind.UNKNOWN


def close_phase(target: Target, now: datetime, *, completed: bool) -> None:
    """The attempt or the step has ended."""
    for span in PhaseSpan.objects.filter(attempt__target=target, attempt__number=target.attempt, ended_at=None):
        _end(span, now, completed=completed)


def _end(span: PhaseSpan, at: datetime, *, completed: bool) -> None:
    span.ended_at, span.completed = max(at, span.began_at), completed
    span.save(update_fields=["ended_at", "completed"])


def _moved_at(seen: Seen, after: datetime | None, now: datetime) -> datetime:
    """When the status changed: dcmanager's own time where it fits between the look before and now, else now."""
    told = seen.subcloud.updated_at if seen.subcloud else None
    if told is None:
        return now
    at = told - timedelta(seconds=seen.skew)
    return at if (after is None or at >= after) and at <= now else now
