"""The group, release and coordinates that a row asks for.

dcmanager takes a group by id only when adding (starlingx-dcmanager.md trap 32) and knows no coordinates: those are the
portal's own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from operations.planning.fleet import FleetPlan
from operations.planning.problems import Problem, shown
from operations.planning.releases import misrelease

DEFAULT_GROUP = 1


def group_of(cells: Mapping[str, str], fleet: FleetPlan) -> tuple[int | None, list[Problem]]:
    """The id of the group, asked for by id or name; dcmanager's default group when none is."""
    asked = cells.get("group", "")
    if not asked:
        return DEFAULT_GROUP, []
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else None
    if fleet.groups is None:
        if number is not None:
            return number, []
        return None, [Problem("group", "The groups have not been read yet: give the group's number, or try again.")]
    if number in fleet.groups:
        return number, []
    names = fleet.group_names
    if asked in names.by_name:
        return names.by_name[asked], []
    where = " in your scope" if fleet.scoped else ""
    return None, [Problem("group", f"There is no group {shown(asked)}{where}; {names.hint(asked)}")]


def release_of(cells: Mapping[str, str], fleet: FleetPlan) -> tuple[str, list[Problem]]:
    """The release asked for, else the System Controller's own; "" when that is not known."""
    asked = cells.get("release", "")
    if not asked:
        return fleet.active_release, []
    wrong = misrelease(asked, fleet)
    return asked, [Problem("release", wrong)] if wrong else []


def position_of(cells: Mapping[str, str]) -> tuple[tuple[float, float] | None, list[Problem]]:
    """Latitude and longitude in degrees; None when the row has none."""
    problems: list[Problem] = []
    latitude = _degrees(cells, "latitude", 90, problems)
    longitude = _degrees(cells, "longitude", 180, problems)
    given = [bool(cells.get(column)) for column in ("latitude", "longitude")]
    if any(given) and not all(given):
        problems.append(Problem("longitude" if given[0] else "latitude", "Give both latitude and longitude, or none."))
    if latitude is None or longitude is None:
        return None, problems
    return (latitude, longitude), problems


def _degrees(cells: Mapping[str, str], column: str, most: int, problems: list[Problem]) -> float | None:
    text = cells.get(column, "")
    if not text:
        return None
    try:
        degrees = float(text)
    except ValueError:
        degrees = math.nan
    if not -most <= degrees <= most:
        problems.append(
            Problem(column, f"{shown(text)} is no {column}; give degrees from -{most} to {most}, like 41.15.")
        )
        return None
    return degrees
