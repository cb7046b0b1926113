"""Rows as JSON straight from PostgreSQL: the server writes the text, Python only passes it on (design §11)."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connections
from django.db.models import F, Model, QuerySet

JsonRow = tuple[str, tuple[Any, ...]]
"""One object as JSON text, and the values of the keys it was sorted by."""


def json_rows(queryset: QuerySet[Model, Any], columns: Mapping[str, Any], keys: Sequence[str]) -> list[JsonRow]:
    """One query. `columns`: name in the answer -> name of an own column, or an expression.

    Times come as ISO 8601 in UTC, JSON columns as they are. `queryset` is ordered and sliced already.
    """
    named = {f"c{i}": F(of) if isinstance(of, str) else of for i, of in enumerate(columns.values())}
    named |= {f"k{i}": F(key.removeprefix("-")) for i, key in enumerate(keys)}
    rows = queryset.annotate(**named).values_list(*named)
    inner, parameters = rows.query.get_compiler(rows.db).as_sql(with_col_aliases=True)
    connection = connections[rows.db]
    quote = connection.ops.quote_name
    # values_list() keeps the order of its names, so the columns of the inner query are known by position
    aliases = ", ".join(quote(f"p{i}") for i in range(len(named)))
    shown = ", ".join(f"r.{quote(f'p{i}')} AS {quote(name)}" for i, name in enumerate(columns))
    sort_keys = "".join(f", r.{quote(f'p{len(columns) + i}')}" for i in range(len(keys)))
    sql = f"SELECT row_to_json((SELECT o FROM (SELECT {shown}) o))::text{sort_keys} FROM ({inner}) r({aliases})"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [(row[0], row[1:]) for row in cursor.fetchall()]
