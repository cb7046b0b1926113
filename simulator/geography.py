"""Where sites can stand: a table of real cities with coordinates and time zones."""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

REGIONS = ("North America", "Europe", "Brazil")
TABLE = Path(__file__).with_name("cities.csv")


@dataclass(frozen=True, slots=True)
class City:
    """A city; latitude and longitude in degrees, timezone an IANA name."""

    region: str
    country: str
    name: str
    latitude: float
    longitude: float
    timezone: str

    @property
    def slug(self) -> str:
        """The name as a DNS label, because subcloud names follow RFC 1123."""
        return slug(self.name)


def slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


@lru_cache(maxsize=1)
def cities() -> dict[str, tuple[City, ...]]:
    """The table by region, in file order, so that the same seed draws the same city."""
    found: dict[str, list[City]] = {region: [] for region in REGIONS}
    with TABLE.open(encoding="utf-8", newline="") as lines:
        for region, country, name, latitude, longitude, timezone in csv.reader(lines):
            city = City(region, country, name, float(latitude), float(longitude), timezone)
            found[region].append(city)
    return {region: tuple(rows) for region, rows in found.items()}


def city_named(name: str) -> City:
    """The city of that name. Raises KeyError."""
    for rows in cities().values():
        for city in rows:
            if city.name == name:
                return city
    raise KeyError(name)


def city_in(text: str) -> City | None:
    """The city a text speaks of, the longest name first; None if it names none."""
    words = f"-{slug(text)}-"
    named = [city for rows in cities().values() for city in rows if f"-{city.slug}-" in words]
    return max(named, key=lambda city: len(city.slug), default=None)
