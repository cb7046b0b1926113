"""How many rows each value of a filter would give: the numbers beside the filters of a list.

Facets nobody selected are counted in one query (GROUPING SETS). One in which something is selected is counted as if it
were not, or its other values would all be zero: one more query for each of those, whatever the fleet's size.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Model, QuerySet
from django.http import QueryDict

from sites.choices import Severity
from sites.filters import NOTHING_SET

MOST_VALUES = 12


@dataclass(frozen=True, slots=True)
class FacetValue:
    value: Any  # as it is stored
    parameter: str  # as the filter wants it
    count: int
    selected: bool


Facets = dict[str, list[FacetValue]]
"""{parameter: its values, the most frequent first; selected ones always among them}"""


def facets(params: QueryDict, matching: Callable[[QueryDict], QuerySet[Model]], fields: Mapping[str, str]) -> Facets:
    """`matching(params)` gives the filtered rows; `fields` are {parameter: field} in the order they are shown."""
    selected = [name for name in fields if params.getlist(name)]
    free = [name for name in fields if name not in selected]
    found = _counted(matching(params), {name: fields[name] for name in free}) if free else {}
    for name in selected:
        others = params.copy()
        del others[name]
        found |= _counted(matching(others), {name: fields[name]})
    return {name: _shown(name, found.get(name, []), params.getlist(name)) for name in fields}


def _counted(rows: QuerySet[Model], fields: Mapping[str, str]) -> dict[str, list[tuple[Any, int]]]:
    """{parameter: [(value, rows)]}, the most frequent first. One query."""
    counted: dict[str, list[tuple[Any, int]]] = {name: [] for name in fields}
    try:
        inner, parameters = rows.order_by().values_list(*fields.values()).query.get_compiler(rows.db).as_sql()
    except EmptyResultSet:  # Django saw that nothing can match
        return counted
    quote = connections[rows.db].ops.quote_name
    columns = [quote(f"f{i}") for i in range(len(fields))]
    sets = ", ".join(f"({column})" for column in columns)
    values = ", ".join(columns)
    # grouped by everything first: hundreds of thousands of alarms make some hundred combinations, and those are cheap
    combined = f"SELECT {values}, count(*) AS n FROM ({inner}) r({values}) GROUP BY {values}"  # noqa: S608 # names are ours
    sql = (
        f"SELECT GROUPING({values}), sum(n)::bigint, {values} FROM ({combined}) g"  # noqa: S608 # names are ours
        f" GROUP BY GROUPING SETS ({sets}) ORDER BY 2 DESC"
    )
    names: Sequence[str] = list(fields)
    with connections[rows.db].cursor() as cursor:
        cursor.execute(sql, parameters)
        for grouping, count, *row in cursor.fetchall():
            # a bit is 0 where the column belongs to the set; the first column is the highest bit
            index = next(i for i in range(len(names)) if not grouping >> (len(names) - 1 - i) & 1)
            counted[names[index]].append((row[index], count))
    return counted


def _shown(name: str, counted: list[tuple[Any, int]], selected: Sequence[str]) -> list[FacetValue]:
    values = []
    for place, (value, count) in enumerate(counted):
        parameter = _as_parameter(name, value)
        if place < MOST_VALUES or parameter in selected:
            values.append(FacetValue(value, parameter, count, parameter in selected))
    return values


def _as_parameter(name: str, value: Any) -> str:
    """Truth values by identity: 1 == True, and 1 is the id of somebody's group."""
    if value is None or value == "":
        return NOTHING_SET
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(Severity(value).label if name == "severity" else value)
