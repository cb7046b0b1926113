"""Rows straight into a table, by COPY."""

from collections.abc import Iterable
from itertools import chain
from typing import Any


def copy(table: str, columns: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """COPY `rows` of `columns` into `table`. Columns that are not named, but may not be null, get the model's default,
    so that a new one asks nothing of who invents a fleet."""
    from django.db import connection  # once the settings are known

    named = [name.strip() for name in columns.split(",")]
    defaults = _defaults(table, named)
    everything = ", ".join(chain(named, defaults))
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({everything}) FROM STDIN") as writer:
        for row in rows:
            writer.write_row((*row, *defaults.values()))


def _defaults(table: str, named: list[str]) -> dict[str, Any]:
    """Value by column."""
    from django.apps import apps
    from django.db.models import NOT_PROVIDED, JSONField
    from psycopg.types.json import Jsonb

    model = next(model for model in apps.get_models() if model._meta.db_table == table)
    missing = [
        field
        for field in model._meta.concrete_fields
        if field.column not in named and not (field.null or field.primary_key or field.generated)
        if field.db_default is NOT_PROVIDED
    ]
    return {
        str(field.column): Jsonb(field.get_default()) if isinstance(field, JSONField) else field.get_default()
        for field in missing
    }
