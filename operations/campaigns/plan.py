"""A campaign's frozen plan: which sites, in which waves and batches, under which rules; and its hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from operations.campaigns.calendars import Calendar
from operations.campaigns.failure_limits import ANY_MAY_FAIL, NONE_MAY_FAIL, FailureLimit
from operations.campaigns.strategy import StrategySpec
from operations.campaigns.windows import WindowRule


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSite:
    """A site that takes part, as planning sees it. `alone`: as a strategy of its own only. `link`: its WAN link, if
    known. `held`: not eligible yet, by more than that it has to be looked at; it is no canary unless it is chosen by
    name."""

    id: int
    name: str
    controller: str
    dcmanager_id: int
    region: str
    site_type: str
    calendar: Calendar
    link: str = ""
    labels: frozenset[str] = frozenset()
    rings: tuple[str, ...] = ()
    alone: bool = False
    held: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """How many sites may be worked on at once. `per_region` and `per_link` None: as many as `overall`.

    `regions` and `links` are (name, limit) pairs of those that differ. Raises ValueError for a limit below 1.
    """

    overall: int = 10
    per_region: int | None = None
    per_link: int | None = None
    regions: tuple[tuple[str, int], ...] = ()
    links: tuple[tuple[str, int], ...] = ()

    def __post_init__(self) -> None:
        given = [self.overall, self.per_region, self.per_link, *dict(self.regions).values(), *dict(self.links).values()]
        if any(limit is not None and limit < 1 for limit in given):
            raise ValueError("A limit of sites at once must be at least 1; to leave sites out, exclude them.")

    def region(self, name: str) -> int | None:
        return dict(self.regions).get(name, self.per_region)

    def link(self, name: str) -> int | None:
        return dict(self.links).get(name, self.per_link)


@dataclass(frozen=True, slots=True)
class CanaryRule:
    """Who goes first: the `chosen` sites by id, and `each` of every site type in every region."""

    chosen: tuple[int, ...] = ()
    each: int = 0
    soak: timedelta = timedelta(hours=1)
    failures: FailureLimit = NONE_MAY_FAIL


ANY_TEN = Limits()
NO_CANARIES = CanaryRule()


@dataclass(frozen=True, slots=True)
class WaveRule:
    """Who is in a wave: sites with one of each that is named. Of these `size`, or `percent`, rounded up; else all.

    Percents are of all sites that match, so that 10, 30 and 60 are everyone. Raises ValueError for what takes nobody.
    """

    name: str
    labels: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    site_types: frozenset[str] = frozenset()
    size: int | None = None
    percent: float | None = None
    soak: timedelta = timedelta(0)
    failures: FailureLimit = ANY_MAY_FAIL

    def __post_init__(self) -> None:
        if self.size is not None and self.percent is not None:
            raise ValueError(f"Wave {self.name}: give its size or its percentage, not both.")
        if (self.size is not None and self.size < 1) or (self.percent is not None and not 0 < self.percent <= 100):
            raise ValueError(f"Wave {self.name}: its size must be at least 1, its percentage above 0 and at most 100.")

    def matches(self, site: PlanSite) -> bool:
        return (
            (not self.labels or bool(self.labels & site.labels))
            and (not self.regions or site.region in self.regions)
            and (not self.site_types or site.site_type in self.site_types)
        )


@dataclass(frozen=True, slots=True)
class Batch:
    """Sites that one strategy works on at once. `number` counts through the plan. `alone`: no temporary group."""

    number: int
    controller: str
    sites: tuple[int, ...]
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Wave:
    """`number` 0 are the canaries. After the last batch the wave soaks; then the next one may begin."""

    number: int
    name: str
    batches: tuple[Batch, ...]
    soak: timedelta = timedelta(0)
    failures: FailureLimit = ANY_MAY_FAIL

    @property
    def sites(self) -> tuple[int, ...]:
        return tuple(site for batch in self.batches for site in batch.sites)


@dataclass(frozen=True, slots=True)
class RosterRow:
    """Who is meant by a site's id, and what limits hold for it. A subcloud's number is guarded by its name."""

    id: int
    name: str
    controller: str
    dcmanager_id: int
    region: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is approved, and nothing else runs. `warnings` are for people and not part of the hash."""

    spec: StrategySpec
    limits: Limits
    windows: tuple[WindowRule, ...]
    failures: FailureLimit
    waves: tuple[Wave, ...]
    roster: tuple[RosterRow, ...]
    neighbours: tuple[tuple[int, int], ...] = ()
    rings: tuple[tuple[str, tuple[int, ...]], ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def batches(self) -> Iterator[tuple[Wave, Batch]]:
        return ((wave, batch) for wave in self.waves for batch in wave.batches)

    @property
    def numbers(self) -> tuple[int, ...]:
        """Of all its batches."""
        return tuple(batch.number for _, batch in self.batches)


def plan_hash(plan: Plan) -> str:
    """SHA-256 over a canonical text of all that would change what is done."""
    told = {field.name: getattr(plan, field.name) for field in fields(plan) if field.name != "warnings"}
    text = json.dumps(canonical(told), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def canonical(value: Any) -> Any:
    """As JSON has it, with one form for each meaning. Raises TypeError for what has none."""
    if value is None or isinstance(value, bool | int | str):
        return str(value) if isinstance(value, Enum) else value
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, tuple | list):
        return [canonical(each) for each in value]
    if isinstance(value, frozenset | set):
        return sorted((canonical(each) for each in value), key=repr)
    if isinstance(value, Mapping):
        return {str(key): canonical(each) for key, each in value.items()}
    if isinstance(value, timedelta):
        return canonical(value.total_seconds())
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, ZoneInfo):
        return value.key
    if is_dataclass(value):
        return {field.name: canonical(getattr(value, field.name)) for field in fields(value)}
    raise TypeError(f"{type(value).__name__} has no canonical form")
