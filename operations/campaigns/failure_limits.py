"""How many sites may fail before nothing further starts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class FailureLimit:
    """At most `count` sites, and at most `percent` of them, may fail; the next one stops. None: no such limit.

    Raises ValueError for what is no limit.
    """

    count: int | None = None
    percent: float | None = None

    def __post_init__(self) -> None:
        if self.count is not None and self.count < 0:
            raise ValueError("A number of failures that are borne cannot be below 0.")
        if self.percent is not None and not 0 <= self.percent <= 100:
            raise ValueError("A share of failures that are borne must be between 0 and 100 %.")

    def reached(self, failed: int, of: int) -> str:
        """Which limit `failed` of `of` sites is beyond, as words; "" when none."""
        if self.count is not None and failed > self.count:
            return f"the limit is {self.count}"
        if self.percent is not None and failed and failed * 100 > Decimal(str(self.percent)) * of:
            return f"the limit is {self.percent:g} %"
        return ""


NONE_MAY_FAIL = FailureLimit(count=0)
ANY_MAY_FAIL = FailureLimit()


def strictest(limits: Iterable[FailureLimit]) -> FailureLimit:
    """What bears no more than any of them."""
    known = list(limits)
    counts = [limit.count for limit in known if limit.count is not None]
    percents = [limit.percent for limit in known if limit.percent is not None]
    return FailureLimit(min(counts, default=None), min(percents, default=None))
