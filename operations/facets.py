"""How many operations each value of a filter would bring: the numbers beside the list.

All of them in one query that groups by every facet at once; operations have few combinations. A facet counts under
the filters of all others, but as if nothing were chosen in itself.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet
from django.http import QueryDict

from operations.filters import asked_word
from operations.models import Operation
from sites.filters import NOTHING_SET

FIELDS = {
    "state": "state", "kind": "kind", "controller": "controller_id", "requester": "requester_name", "asked": "asked",
}  # fmt: skip
MOST_VALUES = 12


@dataclass(frozen=True, slots=True)
class FacetValue:
    value: Any  # as it is stored
    parameter: str  # as the filter wants it
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facets:
    """`values` by parameter, the most frequent first, chosen ones always among them. `total`: under all filters."""

    values: dict[str, list[FacetValue]]
    total: int


def unfaceted(params: QueryDict) -> QueryDict:
    """The same parameters without those that are counted here."""
    rest = params.copy()
    for name in FIELDS:
        rest.pop(name, None)
    return rest


def count_facets(rows: QuerySet[Operation], params: QueryDict, now: datetime) -> Facets:
    """`rows`: scoped, and filtered by unfaceted(params)."""
    dated = rows.order_by().annotate(asked=asked_word(now))
    tally = list(dated.values_list(*FIELDS.values()).annotate(number=Count("pk")))
    chosen = {name: set(params.getlist(name)) - {""} for name in FIELDS}
    counted: dict[str, Counter[Any]] = {name: Counter() for name in FIELDS}
    total = 0
    for *values, number in tally:
        fits = [
            not wanted or _parameter(value) in wanted for value, wanted in zip(values, chosen.values(), strict=True)
        ]
        total += number if all(fits) else 0
        for index, name in enumerate(FIELDS):
            if all(fits[:index] + fits[index + 1 :]):
                counted[name][values[index]] += number
    return Facets({name: _shown(counted[name], chosen[name]) for name in FIELDS}, total)


def _shown(counted: Counter[Any], chosen: set[str]) -> list[FacetValue]:
    values = [
        FacetValue(value, _parameter(value), n, _parameter(value) in chosen) for value, n in counted.most_common()
    ]
    return [value for place, value in enumerate(values) if place < MOST_VALUES or value.chosen]


def _parameter(value: Any) -> str:
    return NOTHING_SET if value in (None, "") else str(value)
