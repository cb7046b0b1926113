"""How many alarms each value of a filter would bring: the numbers beside the filters of the list.

A facet counts under the filters of all others, but as if nothing were chosen in itself: else its other values would
all be zero.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from alarms.filters import AlarmFilter
from alarms.tallies import KINDS, PLACES, Chosen, Tally, tallies, under
from sites.choices import Severity
from sites.filters import NOTHING_SET
from sites.middleware import PortalRequest

SHOWN = ("severity", "controller", "region", "group", "alarm_id", "management_affecting")
MOST_VALUES = 12
FLAGS = {"true": True, "false": False, NOTHING_SET: None}


@dataclass(frozen=True, slots=True)
class FacetValue:
    value: Any  # as it is stored
    parameter: str  # as the filter wants it
    count: int
    selected: bool


@dataclass(frozen=True, slots=True)
class Facets:
    """`values` by parameter, the most frequent first; selected ones always among them. `total`: under all filters.

    Unless `complete`, there are at least so many.
    """

    values: dict[str, list[FacetValue]]
    total: int
    complete: bool


def facets(request: PortalRequest, filters: AlarmFilter) -> Facets:
    """`filters`: those of the request, found valid."""
    chosen = _chosen(filters)
    found = tallies(request, chosen)
    counted = _each(found.kinds, KINDS, chosen) | _each(found.places, PLACES, chosen)
    values = {name: _shown(name, counted[name], chosen[name]) for name in SHOWN}
    return Facets(values, sum(number for _, number in under(found.kinds, KINDS, chosen)), found.complete)


def _chosen(filters: AlarmFilter) -> dict[str, set[Any]]:
    """Values as they are stored, of each facet that something is chosen in."""
    asked = filters.form.cleaned_data
    flag = asked["management_affecting"]
    return {
        "severity": {severity.value for severity in Severity if severity.label in (asked["severity"] or ())},
        "controller": set(asked["controller"]),
        "region": _words(asked["region"]),
        "group": set(asked["group"]),
        "alarm_id": _words(asked["alarm_id"]),
        "management_affecting": {FLAGS[flag]} if flag else set(),
    }


def _words(texts: Iterable[str]) -> set[str]:
    return {"" if text == NOTHING_SET else text for text in texts}


def _each(tally: Tally, names: Collection[str], chosen: Chosen) -> dict[str, Counter[Any]]:
    found: dict[str, Counter[Any]] = {}
    for index, name in enumerate(names):
        found[name] = Counter()
        for values, number in under(tally, names, {**chosen, name: ()}):
            found[name][values[index]] += number
    return found


def _shown(name: str, counted: Counter[Any], chosen: set[Any]) -> list[FacetValue]:
    common = counted.most_common()
    shown = [(value, number) for place, (value, number) in enumerate(common) if place < MOST_VALUES or value in chosen]
    shown += [(value, 0) for value in chosen - counted.keys()]
    return [FacetValue(value, _as_parameter(name, value), number, value in chosen) for value, number in shown]


def _as_parameter(name: str, value: Any) -> str:
    """Truth values by identity: 1 == True, and 1 is the id of somebody's group."""
    if value is None or value == "":
        return NOTHING_SET
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(Severity(value).label if name == "severity" else value)
