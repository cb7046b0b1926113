"""What a failed request means: it was refused, it was never sent, or nobody knows."""

from operations.choices import Outcome
from starlingx.errors import BadPattern, BadValue, MissingService, Refused, StarlingXError


def never_sent(outcome: str, status: int | None) -> bool:
    """Whether a request that counts as refused was refused by ourselves: whoever is asked answers with a status."""
    return outcome == Outcome.REFUSED and status is None


def outcome_of(problem: StarlingXError) -> Outcome:
    if problem.outcome_unknown:
        return Outcome.UNKNOWN
    said_no = isinstance(problem, (Refused, BadValue, BadPattern, MissingService))
    return Outcome.REFUSED if said_no else Outcome.UNSENT
