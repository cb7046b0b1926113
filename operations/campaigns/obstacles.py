"""Why a batch that has begun must not go on: what came up between the choice of its sites and `apply`."""

from __future__ import annotations

from collections.abc import Iterator

from operations.campaigns.turn import Turn


def obstacle(turn: Turn) -> str:
    """The first of them, as a sentence; "" when there is none."""
    return next(_obstacles(turn), "")


def _obstacles(turn: Turn) -> Iterator[str]:
    controls = turn.view.controls
    yield from filter(None, (controls.abort, controls.stop, controls.paused))
    for member in turn.memory.roster:
        placed = turn.seen.subclouds.get(member.dcmanager_id)
        if placed is None or placed.name != member.name:
            yield f"{member.name} is not there any more, or has another name."
        elif member.site in controls.held:
            yield f"{member.name} is on hold: {controls.held[member.site]}"
        elif member.site in controls.skipped:
            yield f"{member.name} was skipped."
    if not controls.opening.is_open:
        yield controls.opening.reason
