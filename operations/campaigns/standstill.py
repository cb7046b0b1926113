"""A strategy of ours at which nothing happens any more, as when dcmanager's orchestrator is dead: a person is told."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

from operations.campaigns.actions import AskPerson
from operations.campaigns.turn import Turn
from starlingx.records import Strategy

# A step tells of each of its parts, and of percents while a site works; it is deleted in minutes.
LONGEST = {"deleting": timedelta(minutes=30), "deleted": timedelta(minutes=30)}
LONGEST_AT_WORK = timedelta(hours=2)


def with_what_shows(turn: Turn, mine: Strategy) -> Turn:
    """The turn that remembers since when strategy and steps are as they are."""
    steps = sorted((step.id, step.state, step.details) for step in turn.seen.steps)
    shown = sha256(repr((mine.id, mine.state, steps)).encode()).hexdigest()[:16]
    return turn if shown == turn.memory.shown else turn.remember(shown=shown, shown_at=turn.seen.at)


def standstill(turn: Turn, mine: Strategy) -> AskPerson | None:
    """None while something happens, or may."""
    since = turn.memory.shown_at or turn.seen.at
    if turn.seen.at - since < LONGEST.get(mine.state, LONGEST_AT_WORK):
        return None
    return AskPerson(
        f"Nothing has changed at strategy {mine.id}, {mine.state}, since {since:%Y-%m-%d %H:%M} UTC: see whether"
        " dcmanager's orchestrator runs on the System Controller.",
        turn.pace.poll,
    )
