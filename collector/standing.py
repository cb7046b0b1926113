"""Errors that stand: each call of a service has its own, until that same call succeeds.

One row shows a service. Were the last call to decide alone, a list that fails for ever would hide behind the others.
"""

from dataclasses import dataclass
from datetime import datetime

from sites.choices import Problem


@dataclass(frozen=True, slots=True)
class Failing:
    """Why a call fails, and since when it has without a success between."""

    since: datetime
    error: str
    problem: Problem = Problem.OTHER


class Standing:
    """Bounded by what is asked: a handful of calls for each controller."""

    def __init__(self) -> None:
        self._failing: dict[str, dict[str, Failing]] = {}

    def failed(self, service: str, call: str, at: datetime, error: str, problem: Problem = Problem.OTHER) -> None:
        calls = self._failing.setdefault(service, {})
        since = calls[call].since if call in calls else at
        calls[call] = Failing(since, error, problem)

    def succeeded(self, service: str, call: str) -> None:
        self._failing.get(service, {}).pop(call, None)

    def fails(self, service: str, call: str) -> bool:
        return call in self._failing.get(service, {})

    def worst(self, service: str) -> Failing | None:
        """What to show: an error with a remedy before others, else what has failed for longest; None: nothing fails."""
        failing = self._failing.get(service, {}).values()
        return min(failing, key=lambda each: (each.problem == Problem.OTHER, each.since), default=None)
