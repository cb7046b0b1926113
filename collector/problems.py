"""Which kind of problem an error is, for pages that say what to do about it."""

from sites.choices import Problem
from starlingx.errors import MissingService, StarlingXError, TlsFailed, Unauthorized, Unreachable

KINDS: tuple[tuple[type[StarlingXError], Problem], ...] = (  # the first that fits: TlsFailed is an Unreachable
    (Unauthorized, Problem.CREDENTIALS),
    (TlsFailed, Problem.TLS),
    (Unreachable, Problem.NOT_REACHED),
    (MissingService, Problem.MISSING),
)


def problem_of(error: StarlingXError) -> Problem:
    return next((problem for kind, problem in KINDS if isinstance(error, kind)), Problem.OTHER)
