"""Rows as JSON straight from PostgreSQL: the server writes the text, Python only passes it on (design §11)."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Model, QuerySet

JsonRow = tuple[str, tuple[Any, ...]]
"""One object as JSON text, and the values of the keys it was sorted by."""


def json_rows(queryset: QuerySet[Model, Any], columns: Mapping[str, Any], keys: Sequence[str]) -> list[JsonRow]:
    """One query. `columns`: name in the answer -> name of an own column, or an expression.

    Times come as ISO 8601 in UTC, JSON columns as they are. `queryset` is ordered and sliced already.
    """
    try:
        inner, at, parameters = numbered(queryset, [*columns.values(), *(key.removeprefix("-") for key in keys)])
    except EmptyResultSet:  # Django saw that nothing can match
        return []
    quote = connections[queryset.db].ops.quote_name
    shown = ", ".join(f"r.{position} AS {quote(name)}" for name, position in zip(columns, at, strict=False))
    sort_keys = "".join(f", r.{position}" for position in at[len(columns) :])
    sql = f"SELECT row_to_json((SELECT o FROM (SELECT {shown}) o))::text{sort_keys} FROM {inner}"  # noqa: S608
    with connections[queryset.db].cursor() as cursor:
        cursor.execute(sql, parameters)
        return [(row[0], row[1:]) for row in cursor.fetchall()]


def json_columns(queryset: QuerySet[Model, Any], columns: Sequence[Any]) -> list[str]:
    """A JSON list for each column: `[1, 2]`, `["a", "b"]`; packed a third smaller than row by row. One query."""
    try:
        inner, at, parameters = numbered(queryset, columns)
    except EmptyResultSet:
        return ["[]" for _ in columns]
    # not json_agg(): its blanks are a tenth of a large answer
    lists = ", ".join(f"coalesce(array_to_json(array_agg(r.{position}))::text, '[]')" for position in at)
    sql = f"SELECT {lists} FROM {inner}"  # noqa: S608
    with connections[queryset.db].cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchone())


def numbered(queryset: QuerySet[Model, Any], columns: Sequence[Any]) -> tuple[str, list[str], Any]:
    """`(query) r(p0, p1, …)`, for each of `columns` the pN that holds it, and the parameters.

    Columns named by a string are selected as they are and once; only expressions become annotations, which cost
    Django ten times as much. Raises EmptyResultSet where the conditions exclude each other.
    """
    named = {f"c{i}": of for i, of in enumerate(columns) if not isinstance(of, str)}
    names = [of if isinstance(of, str) else f"c{i}" for i, of in enumerate(columns)]
    selected = list(dict.fromkeys(names))
    # values_list() keeps the order of its names, so the columns of the query are known by it
    rows = queryset.annotate(**named).values_list(*selected)
    sql, parameters = rows.query.get_compiler(rows.db).as_sql(with_col_aliases=True)
    numbers = {name: f"p{i}" for i, name in enumerate(selected)}
    return f"({sql}) r({', '.join(numbers.values())})", [numbers[name] for name in names], parameters
