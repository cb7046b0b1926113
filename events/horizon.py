"""How old is what a reader of the stream can know? The age of the horizon."""

from collections import deque

MOST_MARKS = 4096


class Horizon:
    """Every look at the stream learns two numbers: all transactions below `settled` have ended, and none at or above
    `next_xid` had begun. So once `settled` has reached the `next_xid` of an earlier look, the stream is complete up to
    the moment of that look. An idle system is complete up to now: age 0. While a transaction that writes stays open,
    or the database cannot be asked, the age grows: anything may have been committed behind it that is still withheld.
    """

    def __init__(self, now: float) -> None:
        self._complete_to = now
        self._marks: deque[tuple[int, float]] = deque(
            maxlen=MOST_MARKS
        )  # overlong: the age is told too high, not too low

    def mark(self, settled: int, next_xid: int, asked_at: float) -> None:
        """Enter a look that was begun at `asked_at` (seconds of a monotonic clock)."""
        if self._marks and self._marks[-1][0] == next_xid:
            self._marks.pop()  # nothing began since: the newer look says the same of a later moment
        self._marks.append((next_xid, asked_at))
        while self._marks and self._marks[0][0] <= settled:
            self._complete_to = self._marks.popleft()[1]

    def age(self, now: float) -> float:
        """Seconds."""
        return max(0.0, now - self._complete_to)
