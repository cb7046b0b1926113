"""Finds who else holds addresses of a range, in logarithmic time: ten thousand rows are not compared in pairs."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from operations.planning.addresses import Range


@dataclass(frozen=True, slots=True)
class Held:
    """A range and who holds it."""

    range: Range
    owner: Hashable


class RangeIndex:
    """Ranges sorted by their beginning. Beside each stand the two owners that reach furthest so far: whoever begins
    no later than a range ends and reaches its beginning overlaps it, and of two different owners one is another."""

    def __init__(self, held: Iterable[Held]) -> None:
        self._lows: dict[int, list[int]] = {4: [], 6: []}
        self._furthest: dict[int, list[tuple[Held, Held | None]]] = {4: [], 6: []}
        for each in sorted(held, key=lambda held: int(held.range.low)):
            version = each.range.low.version
            self._lows[version].append(int(each.range.low))
            pairs = self._furthest[version]
            pairs.append(_furthest(pairs[-1] if pairs else None, each))

    def overlapping(self, wanted: Range, but_not: Hashable = None) -> Held | None:
        """A range of another owner than `but_not` that shares an address with `wanted`, None when there is none."""
        version = wanted.low.version
        position = bisect_right(self._lows[version], int(wanted.high)) - 1
        if position < 0:
            return None
        for held in self._furthest[version][position]:
            if held is not None and held.owner != but_not and int(held.range.high) >= int(wanted.low):
                return held
        return None


def _furthest(before: tuple[Held, Held | None] | None, new: Held) -> tuple[Held, Held | None]:
    if before is None:
        return new, None
    first, second = before
    if _reaches(new, first):
        return new, first if first.owner != new.owner else second
    if new.owner != first.owner and (second is None or _reaches(new, second)):
        return first, new
    return first, second


def _reaches(one: Held, other: Held) -> bool:
    return int(one.range.high) > int(other.range.high)
