"""Rows as JSON straight from PostgreSQL: the server writes the text, Python only passes it on (design §11)."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import F, Model, QuerySet

JsonRow = tuple[str, tuple[Any, ...]]
"""One object as JSON text, and the values of the keys it was sorted by."""


def json_rows(queryset: QuerySet[Model, Any], columns: Mapping[str, Any], keys: Sequence[str]) -> list[JsonRow]:
    """One query. `columns`: name in the answer -> name of an own column, or an expression.

    Times come as ISO 8601 in UTC, JSON columns as they are. `queryset` is ordered and sliced already.
    """
    try:
        inner, parameters = numbered(queryset, [*columns.values(), *(F(key.removeprefix("-")) for key in keys)])
    except EmptyResultSet:  # Django saw that nothing can match
        return []
    quote = connections[queryset.db].ops.quote_name
    shown = ", ".join(f"r.p{i} AS {quote(name)}" for i, name in enumerate(columns))
    sort_keys = "".join(f", r.p{len(columns) + i}" for i in range(len(keys)))
    sql = f"SELECT row_to_json((SELECT o FROM (SELECT {shown}) o))::text{sort_keys} FROM {inner}"  # noqa: S608
    with connections[queryset.db].cursor() as cursor:
        cursor.execute(sql, parameters)
        return [(row[0], row[1:]) for row in cursor.fetchall()]


def json_arrays(queryset: QuerySet[Model, Any], columns: Sequence[Any]) -> str:
    """All rows as one JSON list of lists: `[[1, "a"], [2, "b"]]`. One query, one value."""
    try:
        inner, parameters = numbered(queryset, columns)
    except EmptyResultSet:
        return "[]"
    # not json_build_array(): its blanks are a tenth of a large answer
    values = " || ',' || ".join(f"coalesce(to_json(r.p{i})::text, 'null')" for i in range(len(columns)))
    sql = f"SELECT '[' || coalesce(string_agg('[' || {values} || ']', ','), '') || ']' FROM {inner}"  # noqa: S608
    with connections[queryset.db].cursor() as cursor:
        cursor.execute(sql, parameters)
        return str(cursor.fetchone()[0])


def numbered(queryset: QuerySet[Model, Any], columns: Sequence[Any]) -> tuple[str, Any]:
    """`(query) r(p0, p1, …)` with its parameters: values_list() keeps the order of its names.

    Raises EmptyResultSet where the conditions exclude each other.
    """
    named = {f"c{i}": F(of) if isinstance(of, str) else of for i, of in enumerate(columns)}
    rows = queryset.annotate(**named).values_list(*named)
    sql, parameters = rows.query.get_compiler(rows.db).as_sql(with_col_aliases=True)
    return f"({sql}) r({', '.join(f'p{i}' for i in range(len(named)))})", parameters
