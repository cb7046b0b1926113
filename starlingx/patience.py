"""When refused credentials may be tried again: a Keystone locks accounts that knock too often, for everybody."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

FIRST_PAUSE = 60.0
LONGEST_PAUSE = 1800.0
JITTER = 0.1


class Patience:
    """Pauses after refusals in a row, doubling. Pure: `now` is `time.monotonic()`, in seconds."""

    def __init__(self, *, first: float = FIRST_PAUSE, longest: float = LONGEST_PAUSE) -> None:
        self._first = first
        self._longest = longest
        self._refusals = 0
        self._until: float | None = None
        self._told = ""

    def refused(self, now: float) -> None:
        """The credentials were refused just now."""
        self._refusals += 1
        pause = min(self._longest, self._first * 2.0 ** min(self._refusals - 1, 16))
        pause *= random.uniform(1 - JITTER, 1 + JITTER)  # sites whose accounts were locked together drift apart
        self._until = now + pause
        # said once, so that all who must wait say the same
        self._told = f"{datetime.now(UTC) + timedelta(seconds=pause):%H:%M:%S} UTC"

    def accepted(self) -> None:
        self._refusals, self._until = 0, None

    def until(self, now: float) -> str:
        """When the next try is due, for people; empty where it is due now."""
        return self._told if self._until is not None and now < self._until else ""
