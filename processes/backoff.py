"""How long to wait before starting again what has died."""

from dataclasses import dataclass


@dataclass(slots=True)
class Backoff:
    """Doubles from `first` to `longest` seconds; forgets failures after the child has lived `settled` seconds."""

    first: float = 0.5
    longest: float = 30.0
    settled: float = 30.0
    failures: int = 0

    def after(self, lived: float) -> float:
        """Seconds to wait, given how long the child that has just died had lived."""
        if lived >= self.settled:
            self.failures = 0
        delay = min(self.longest, self.first * 2.0**self.failures)
        self.failures += 1
        return delay
