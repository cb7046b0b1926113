"""When to try again, how often at most, and when to leave somebody alone. Pure: time is an argument, in seconds."""

import random

JITTER = 0.1
FASTEST_RETRY = 1.5


def jittered(seconds: float, part: float = JITTER) -> float:
    """`seconds`, give or take a part: looks that began together drift apart."""
    return seconds * random.uniform(1 - part, 1 + part)


def retry_after(failures: int, longest: float) -> float:
    """Seconds until the next try after so many failures in a row: doubling, with jitter, at most `longest`."""
    return jittered(min(longest, FASTEST_RETRY * 2.0 ** min(failures - 1, 16)), 0.25)


class TokenBucket:
    """At most `burst` at once and `rate` per second: hundreds that come back together are met one after the other."""

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self._rate = rate
        self._burst = burst
        self._tokens = burst
        self._at = now

    def take(self, now: float) -> float:
        """0.0 and a token is taken, or the seconds until one is there."""
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at = now
        if self._tokens >= 1:
            self._tokens -= 1
            return 0.0
        return (1 - self._tokens) / self._rate


class Breaker:
    """Opens after `threshold` failures in a row; then one try at a time, ever more seldom, until one succeeds."""

    def __init__(self, threshold: int, longest: float) -> None:
        self._threshold = threshold
        self._longest = longest
        self._failures = 0
        self.open_until: float | None = None

    def allows(self, now: float) -> bool:
        """Whether a try is due: always while closed; while open only when its time is over."""
        return self.open_until is None or now >= self.open_until

    def succeeded(self) -> None:
        self._failures = 0
        self.open_until = None

    def failed(self, now: float) -> None:
        self._failures += 1
        if self._failures >= self._threshold:
            self.open_until = now + retry_after(self._failures - self._threshold + 2, self._longest)
