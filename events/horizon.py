"""How old is what a reader of the stream can know? The age of the horizon."""

from collections import deque

MOST_MARKS = 4096


class Horizon:
    """Every look at the stream learns two numbers: all transactions below `settled` have ended, and none at or above
    `newest` has. So once `settled` has reached the `newest` of an earlier look, everything that was committed before
    that look has been told, and the stream is complete up to that moment.

    An idle system is complete up to now: age 0, even if a transaction sits open, as nothing is withheld. From the
    first commit behind an open transaction that writes, or when the database cannot be asked, the age grows.
    """

    def __init__(self, now: float) -> None:
        self._complete_to = now
        self._marks: deque[tuple[int, float]] = deque(
            maxlen=MOST_MARKS
        )  # overlong: the age is told too high, not too low

    def mark(self, settled: int, newest: int, asked_at: float) -> None:
        """Enter a look that was begun at `asked_at` (seconds of a monotonic clock)."""
        if self._marks and self._marks[-1][0] == newest:
            self._marks.pop()  # nothing began since: the newer look says the same of a later moment
        self._marks.append((newest, asked_at))
        while self._marks and self._marks[0][0] <= settled:
            self._complete_to = self._marks.popleft()[1]

    def forget(self) -> None:
        """The server may have crashed: numbers it gave before and that left no trace will be given again."""
        self._marks.clear()

    def age(self, now: float) -> float:
        """Seconds."""
        return max(0.0, now - self._complete_to)
