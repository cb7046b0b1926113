"""Alarms counted by what they are and by where they stand: all numbers beside the filters come from these two tallies.

A tally has every filter applied but those over its own columns, because whoever chooses among their values wants to
see the others' numbers too. At 200,000 alarms the two together take a third of what one query over everything takes.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet, Sum
from django.db.models.functions import Coalesce

from alarms.filters import AlarmFilter
from alarms.models import Alarm
from alarms.selectors import alarms, standing
from sites.access import Scopes
from sites.choices import Severity
from sites.jsonrows import numbered
from sites.middleware import PortalRequest
from sites.paging import NOT_A_FILTER
from sites.selectors import clouds

KINDS = {"severity": "severity", "alarm_id": "alarm_id", "management_affecting": "management_affecting"}
PLACES = {"controller": "controller_id", "region": "region", "group": "group_id"}  # parameter -> column of the cloud
PLACES_OF_ALARM = {name: f"cloud__{column}" for name, column in PLACES.items()}
KEPT_AT_CLOUD = {  # what ingest keeps there: standing alarms that are not suppressed
    Severity.CRITICAL: "critical_alarms",
    Severity.MAJOR: "major_alarms",
    Severity.MINOR: "minor_alarms",
    Severity.WARNING: "warning_alarms",
}
MOST_OF_HISTORY = 50_000  # cleared alarms are kept for a year and more: of them only the newest are counted

Tally = list[tuple[tuple[Any, ...], int]]
"""(a value for each column, alarms). Combinations may come twice."""
Chosen = Mapping[str, Collection[Any]]
"""{parameter: values as they are stored, none where nothing is chosen}, for each of KINDS and PLACES"""


@dataclass(frozen=True, slots=True)
class Tallies:
    kinds: Tally
    places: Tally
    complete: bool = True  # False: there are more than were counted


def tallies(request: PortalRequest, chosen: Chosen) -> Tallies:
    """At most three queries."""
    asked = {name for name in request.GET if request.GET.get(name)} - NOT_A_FILTER - {"sort"}
    if request.GET.get("state") == "standing":
        asked.remove("state")
    if asked - {*KINDS, *PLACES, "subcloud"}:
        return _at_once(request, chosen)
    placed = not asked.isdisjoint({*PLACES, "subcloud"})
    base = alarms(request.scopes).filter(cleared_at=None) if placed else standing(request.scopes)
    kinds = _counted(_filtered(request, KINDS, base), KINDS.values())
    if asked - {*PLACES, "severity"}:
        rows = _filtered(request, PLACES, alarms(request.scopes))
        return Tallies(kinds, _counted(rows, PLACES_OF_ALARM.values()))
    severities = chosen["severity"]
    return Tallies(kinds, _kept(request.scopes, severities) + _unknown(request.scopes, severities))


def under(tally: Tally, names: Collection[str], chosen: Chosen) -> Tally:
    """What is left of a tally over these columns under what is chosen in them."""
    return [(values, number) for values, number in tally if fits(values, names, chosen)]


def fits(values: Sequence[Any], names: Iterable[str], chosen: Chosen) -> bool:
    return all(not chosen[name] or value in chosen[name] for name, value in zip(names, values, strict=True))


def _at_once(request: PortalRequest, chosen: Chosen) -> Tallies:
    """By kind and place together: a search, or a look into history, is dear enough to be done only once."""
    rows = _filtered(request, [*KINDS, *PLACES], alarms(request.scopes))
    history = request.GET.get("state") in ("all", "cleared")
    if history:
        rows = rows.order_by("-pk")[:MOST_OF_HISTORY]
    both = _counted(rows, [*KINDS.values(), *PLACES_OF_ALARM.values()])
    cut = len(KINDS)
    kinds = [(values[:cut], number) for values, number in both if fits(values[cut:], PLACES, chosen)]
    places = [(values[cut:], number) for values, number in both if fits(values[:cut], KINDS, chosen)]
    counted = sum(number for _, number in both)
    return Tallies(kinds, places, complete=not history or counted < MOST_OF_HISTORY)


def _filtered(request: PortalRequest, without: Iterable[str], base: QuerySet[Alarm]) -> QuerySet[Alarm]:
    params = request.GET.copy()
    for name in without:
        params.pop(name, None)
    matching: QuerySet[Alarm] = AlarmFilter(params, queryset=base, request=request).qs
    return matching


def _counted(rows: QuerySet[Alarm], columns: Iterable[str]) -> Tally:
    """count(*) of nothing in particular: where an index has all columns, PostgreSQL reads nothing else."""
    ordered = rows if rows.query.is_sliced else rows.order_by()
    try:
        inner, at, parameters = numbered(ordered, list(columns))
    except EmptyResultSet:  # Django saw that nothing can match
        return []
    groups = ", ".join(at)
    with connections[rows.db].cursor() as cursor:
        cursor.execute(f"SELECT {groups}, count(*) FROM {inner} GROUP BY {groups}", parameters)  # noqa: S608 # our names
        return [(tuple(values), number) for *values, number in cursor.fetchall()]


def _kept(scopes: Scopes, severities: Collection[int]) -> Tally:
    """By place, from the counts that every cloud wears."""
    columns = [column for severity, column in KEPT_AT_CLOUD.items() if not severities or severity in severities]
    if not columns:
        return []
    total = reduce(add, [Coalesce(Sum(column), 0) for column in columns])
    found = clouds(scopes).order_by().values_list(*PLACES.values()).annotate(number=total)
    return [(tuple(values), number) for *values, number in found if number]


def _unknown(scopes: Scopes, severities: Collection[int]) -> Tally:
    """Alarms of a severity that is not known here: clouds keep no count of them, and there are hardly any."""
    if severities and Severity.INDETERMINATE not in severities:
        return []
    rows = standing(scopes).filter(severity=Severity.INDETERMINATE, suppressed=False)
    return _counted(rows, PLACES_OF_ALARM.values())
