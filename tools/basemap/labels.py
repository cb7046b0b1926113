"""Which names stand on the map, and from which zoom. Decided here once, so that browsers need no collision tests.

A label is [longitude * 100, latitude * 100, first zoom, name]. Cities are taken greedily by population (capitals count
fourfold); one is let in at the first zoom where it is big enough and its text touches no label let in before.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

Label = tuple[int, int, int, str]
# inhabitants a city needs to be named at a zoom
LEAST = {2: 6_000_000, 3: 2_500_000, 4: 900_000, 5: 350_000, 6: 120_000, 7: 45_000, 8: 22_000, 9: 15_000}
FIRST_SET = 5  # labels up to this zoom are in the first download
TEXT_HEIGHT = 26  # pixels kept free around a line of text
CHARACTER = 6.6  # pixels of one character, on average
CAPITAL_COUNTS = 4
LONGEST = 40
FARTHEST_COUNTRY = 7  # zoom after which countries are no longer written


def pixel(longitude: float, latitude: float, zoom: int) -> tuple[float, float]:
    """Web-Mercator pixels at a zoom with 256-pixel tiles."""
    size = 256 * 2**zoom
    sine = math.sin(math.radians(max(-85.0, min(85.0, latitude))))
    return (longitude / 360 + 0.5) * size, (0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)) * size


class Sheet:
    """Boxes already taken at one zoom, in cells so that a test looks at neighbours only."""

    CELL = 256

    def __init__(self) -> None:
        self.cells: dict[tuple[int, int], list[tuple[float, float, float]]] = {}

    def free(self, x: float, y: float, width: float) -> bool:
        column, line = int(x // self.CELL), int(y // self.CELL)
        for i in range(column - 1, column + 2):
            for j in range(line - 1, line + 2):
                for other_x, other_y, other_width in self.cells.get((i, j), ()):
                    apart = x + width < other_x or other_x + other_width < x or abs(y - other_y) > TEXT_HEIGHT
                    if not apart:
                        return False
        return True

    def take(self, x: float, y: float, width: float) -> None:
        self.cells.setdefault((int(x // self.CELL), int(y // self.CELL)), []).append((x, y, width))


def width_of(name: str) -> float:
    return 22 + CHARACTER * len(name)


def cities(data: Path, capitals: dict[str, str], taken: dict[int, Sheet]) -> list[Label]:
    """All cities that get a name, in order of weight."""
    rows: dict[str, dict[str, Any]] = json.loads((data / "cities5000.json").read_text(encoding="utf-8"))
    weigh = {True: CAPITAL_COUNTS, False: 1}

    def weight(city: dict[str, Any]) -> int:
        return int(city["population"]) * weigh[capitals.get(city["countrycode"]) == city["name"]]

    found: list[Label] = []
    candidates = [row for row in rows.values() if weight(row) >= LEAST[max(LEAST)]]
    for city in sorted(candidates, key=lambda row: (-weight(row), row["geonameid"])):
        zoom = first_zoom(city, weight(city), taken)
        if zoom is not None:
            found.append((round(city["longitude"] * 100), round(city["latitude"] * 100), zoom, city["name"][:LONGEST]))
    return found


def first_zoom(city: dict[str, Any], weight: int, taken: dict[int, Sheet]) -> int | None:
    """The first zoom at which the city may stand there; takes its room at that zoom and all nearer ones."""
    for zoom in LEAST:
        if weight < LEAST[zoom]:
            continue
        x, y = pixel(city["longitude"], city["latitude"], zoom)
        if not taken[zoom].free(x, y, width_of(city["name"])):
            continue
        for nearer in range(zoom, max(LEAST) + 1):
            taken[nearer].take(*pixel(city["longitude"], city["latitude"], nearer), width_of(city["name"]))
        return zoom
    return None


def countries(data: Path, shapes: Path) -> tuple[list[Label], dict[str, str]]:
    """Country names at the centroids Natural Earth gives, from a zoom that fits their area; and their capitals."""
    rows: dict[str, dict[str, Any]] = json.loads((data / "countries.json").read_text(encoding="utf-8"))
    geometries = json.loads(shapes.read_text(encoding="utf-8"))["objects"]["countries"]["geometries"]
    centre = {shape["id"]: shape["properties"]["ct"] for shape in geometries if "id" in shape}
    labels: list[Label] = []
    for row in rows.values():
        if row["iso3"] not in centre or row["iso3"] == "ATA":
            continue
        longitude, latitude = centre[row["iso3"]]
        area = float(row["areakm2"] or 0)
        zoom = next((z for z, least in ((2, 1_500_000), (3, 400_000), (4, 80_000), (5, 20_000)) if area >= least), 6)
        labels.append((round(longitude * 100), round(latitude * 100), zoom, row["name"][:LONGEST]))
    return labels, {code: row["capital"] for code, row in rows.items()}


def settle(lands: list[Label], taken: dict[int, Sheet]) -> list[Label]:
    """Countries at the first zoom, from their own on, where their names touch no larger country's."""
    settled = []
    for longitude, latitude, zoom, name in sorted(lands, key=lambda label: label[2]):
        width = width_of(name) * 1.15 if len(name) < 14 else width_of(name) * 0.7  # long names are written in two lines
        first = zoom
        while first < FARTHEST_COUNTRY:
            x, y = pixel(longitude / 100, latitude / 100, first)
            if taken[first].free(x - width / 2, y, width):
                break
            first += 1
        for nearer in range(first, FARTHEST_COUNTRY + 1):
            x, y = pixel(longitude / 100, latitude / 100, nearer)
            taken[nearer].take(x - width / 2, y, width)
        settled.append((longitude, latitude, first, name))
    return settled


def names(data: Path, shapes: Path) -> tuple[dict[str, list[Label]], dict[str, list[Label]]]:
    """The two label files: what the first view needs, and the rest."""
    taken = {zoom: Sheet() for zoom in LEAST}
    lands, capitals = countries(data, shapes)
    lands = settle(lands, taken)
    towns = cities(data, capitals, taken)
    first = [town for town in towns if town[2] <= FIRST_SET]
    return {"countries": lands, "cities": first}, {"cities": [town for town in towns if town[2] > FIRST_SET]}
