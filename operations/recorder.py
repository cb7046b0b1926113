"""The flight recorder: what a target went through, phase by phase against the usual, and every request for it."""

from datetime import datetime
from typing import Any

from operations.engine.usual import Usual, usual
from operations.models import PhaseSpan, Target

INTENT = (
    "number", "attempt", "verb", "step", "before", "outcome", "status", "detail", "created_at", "answered_at",
    "settled_at",
)  # fmt: skip
MOST_INTENTS = 500


def attempts_of(target: Target, now: datetime) -> list[dict[str, Any]]:
    """Oldest first, each with its phases. Three queries."""
    attempts = list(target.attempts.prefetch_related("phases"))
    profiles = {span.profile for attempt in attempts for span in attempt.phases.all()} | {target.profile}
    known = usual(profiles)
    return [
        {
            "number": attempt.number, "verb": attempt.verb, "requester": attempt.requester_name,
            "began_at": attempt.began_at, "ended_at": attempt.ended_at, "outcome": attempt.outcome,
            "error": attempt.error, "cause": attempt.cause,
            "phases": [phase_of(span, known, now) for span in attempt.phases.all()],
        }
        for attempt in attempts
    ]  # fmt: skip


def phase_of(span: PhaseSpan, known: dict[tuple[str, str], Usual], now: datetime) -> dict[str, Any]:
    """One phase with its length so far, and how long it usually takes on such hardware (None: nobody knows)."""
    told = known.get((span.phase, span.profile))
    return {
        "phase": span.phase, "began_at": span.began_at, "ended_at": span.ended_at, "completed": span.completed,
        "seconds": round(((span.ended_at or now) - span.began_at).total_seconds(), 1),
        "usual": told and {"p50": told.p50, "p90": told.p90, "learned": told.count > 0, "count": told.count},
    }  # fmt: skip


def intents_of(target: Target) -> list[dict[str, Any]]:
    """Every request for it, oldest first: names and outcomes, never a secret."""
    return list(target.intents.order_by("number").values(*INTENT)[:MOST_INTENTS])
