"""A preview whose sites are still being asked for their health: what it says, and when it reads itself again."""

from typing import Any

from operations.services.campaigns import untold
from operations.services.proposals import Proposal

STEPS = (2, 3, 5, 8, 13, 20, 30)  # seconds until it is read again, for each time that it was
MOST = 20  # times; wishes run out before
SITES_IN_A_SECOND = 100  # a preview of thousands costs more: it waits for longer


def told_awaited(proposal: Proposal, again: str) -> dict[str, Any]:
    """`again`: how often it has read itself again, "" where a person asked. `again_in`: seconds, None: not any more."""
    tries = min(int(again), MOST) if again.isascii() and again.isdecimal() and len(again) < 4 else 0
    step = STEPS[min(tries, len(STEPS) - 1)]
    return {
        "pending": proposal.pending, "untold": len(untold(proposal)), "tries": tries,
        "taking_part": sum(each.takes_part for each in proposal.judged),
        "again_in": None if tries >= MOST else max(step, len(proposal.judged) // SITES_IN_A_SECOND),
    }  # fmt: skip
