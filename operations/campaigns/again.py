"""Requests that must have their effect in the end: sent again ever more rarely, never given up; a person is told."""

from __future__ import annotations

from datetime import datetime

from operations.campaigns.actions import AskPerson, Wait
from operations.campaigns.batch import Verb
from operations.campaigns.turn import Turn

MOST_DOUBLINGS = 20  # far beyond any pause


def due(turn: Turn, verb: Verb, subject: int | None = None) -> datetime:
    """When it may be sent: now, or after a pause that doubles with every request in vain."""
    vain = turn.in_vain(verb, subject)
    if not vain:
        return turn.now
    doublings = min(len(vain) - 1, MOST_DOUBLINGS)
    return vain[0].at + min(turn.pace.poll * (1 << doublings), turn.pace.longest)


def put_off(turn: Turn, what: str, verb: Verb, subject: int | None = None) -> Wait | AskPerson | None:
    """While the next request is not due; None once it is. `what` cannot be done, as a sentence without its end."""
    at = due(turn, verb, subject)
    if at <= turn.now:
        return None
    why = f"{what}: {turn.refusal(verb, subject) or 'the requests had no effect'}"
    after = min(at - turn.now, turn.pace.poll)
    if turn.hopeless(verb, subject):
        return AskPerson(f"{why}. It is tried again at {at:%H:%M} UTC.", after)
    return Wait(after, "again", why)
