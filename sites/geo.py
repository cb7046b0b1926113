"""Where a cloud lies: its position as checked numbers, and the region of the world that follows from it."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

Position = tuple[float, float]  # latitude, longitude; degrees


@dataclass(frozen=True, slots=True)
class Box:
    """Degrees, inclusive. `order`: where boxes overlap, the lowest wins."""

    region: str
    order: int
    south: float
    west: float
    north: float
    east: float

    def holds(self, latitude: float, longitude: float) -> bool:
        return self.south <= latitude <= self.north and self.west <= longitude <= self.east


def position(latitude: float | str | None, longitude: float | str | None) -> Position | None:
    """Both as numbers of degrees, or None: half a position, free text or a number off the globe is none."""
    found = _degrees(latitude, 90.0), _degrees(longitude, 180.0)
    return None if found[0] is None or found[1] is None else (found[0], found[1])


def region_of(where: Position | None, boxes: Iterable[Box]) -> str:
    """Name of the region, empty without a position or where no box holds it."""
    if where is None:
        return ""
    holding = [box for box in boxes if box.holds(*where)]
    return min(holding, key=lambda box: (box.order, box.region)).region if holding else ""


def _degrees(value: float | str | None, most: float) -> float | None:
    if value is None or isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and -most <= number <= most else None
