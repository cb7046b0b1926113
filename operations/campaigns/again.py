"""Requests that must have their effect in the end: sent again ever more rarely, never given up; a person is told."""

from __future__ import annotations

from datetime import datetime, timedelta

from operations.campaigns.actions import AskPerson, Wait
from operations.campaigns.batch import Verb
from operations.campaigns.turn import Turn

MOST_DOUBLINGS = 20  # far beyond any pause
LONGEST_REST = 16  # times the longest pause between requests: between attempts that went wrong, four hours


def due(turn: Turn, verb: Verb, subject: int | None = None) -> datetime:
    """When it may be sent: now, or after a pause that doubles with every request in vain."""
    vain = turn.in_vain(verb, subject)
    if not vain:
        return turn.now
    return vain[0].at + min(_doubled(turn.pace.poll, len(vain) - 1), turn.pace.longest)


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


def after_troubles(turn: Turn) -> AskPerson | None:
    """Before one more attempt, when several have gone wrong: a person is asked, and it is tried again meanwhile."""
    memory, pace = turn.memory, turn.pace
    if memory.troubles < pace.tries or memory.wrong_at is None:
        return None
    at = memory.wrong_at + min(_doubled(pace.longest, memory.troubles - pace.tries), LONGEST_REST * pace.longest)
    if at <= turn.now:
        return None
    tried = f"{memory.troubles} attempts went wrong before anything ran; it is tried again at {at:%Y-%m-%d %H:%M} UTC."
    return AskPerson(f"{tried} The last: {memory.wrong}", min(at - turn.now, pace.poll))


def _doubled(pause: timedelta, times: int) -> timedelta:
    return pause * (1 << min(times, MOST_DOUBLINGS))
