"""How many rows each value of a filter would give: the numbers beside the filters of a list.

Facets nobody selected are counted in one query (GROUPING SETS). One in which something is selected is counted as if it
were not, or its other values would all be zero: one more query for each of those, whatever the fleet's size.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connections
from django.db.models import Model, QuerySet
from django.http import QueryDict

MOST_VALUES = 12


@dataclass(frozen=True, slots=True)
class FacetValue:
    value: Any
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
    return {name: _shown(found.get(name, []), params.getlist(name)) for name in fields}


def _counted(rows: QuerySet[Model], fields: Mapping[str, str]) -> dict[str, list[tuple[Any, int]]]:
    """{parameter: [(value, rows)]}, the most frequent first. One query."""
    inner, parameters = rows.order_by().values_list(*fields.values()).query.get_compiler(rows.db).as_sql()
    quote = connections[rows.db].ops.quote_name
    columns = [quote(f"f{i}") for i in range(len(fields))]
    sets = ", ".join(f"({column})" for column in columns)
    values = ", ".join(columns)
    sql = (
        f"SELECT GROUPING({values}), count(*), {values} FROM ({inner}) r({values}) "  # noqa: S608 # names are ours
        f"GROUP BY GROUPING SETS ({sets}) ORDER BY 2 DESC"
    )
    counted: dict[str, list[tuple[Any, int]]] = {name: [] for name in fields}
    names: Sequence[str] = list(fields)
    with connections[rows.db].cursor() as cursor:
        cursor.execute(sql, parameters)
        for grouping, count, *row in cursor.fetchall():
            # a bit is 0 where the column belongs to the set; the first column is the highest bit
            index = next(i for i in range(len(names)) if not grouping >> (len(names) - 1 - i) & 1)
            counted[names[index]].append((row[index], count))
    return counted


def _shown(counted: list[tuple[Any, int]], selected: Sequence[str]) -> list[FacetValue]:
    def is_selected(value: Any) -> bool:
        return _as_parameter(value) in selected

    top = [FacetValue(value, count, is_selected(value)) for value, count in counted[:MOST_VALUES]]
    below = [FacetValue(value, count, True) for value, count in counted[MOST_VALUES:] if is_selected(value)]
    return top + below


def _as_parameter(value: Any) -> str:
    return "true" if value is True else "false" if value is False else str(value)
