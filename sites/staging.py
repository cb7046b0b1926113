"""Observed rows on their way into a table: COPY into a temporary table of the connection, then set-based statements.

Nothing is written for a row that already says the same, so a fleet at rest costs no writes. The statements run in the
caller's transaction; one row lock per cloud and facet (sites/ingest/facets.py) keeps two collectors apart.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from operator import itemgetter, le
from typing import Any

from django.db import models
from django.db.backends.utils import CursorWrapper
from psycopg.types.json import Jsonb

from sites.bounded import bounded


class Staging:
    """How rows of one model arrive. The first column of `key` says whose rows they are (cloud_id).

    `key` and `columns` are what a staged row holds, in that order. `kept_if_null` are columns where a staged null
    means "not told": the stored value stays. `now_on_insert` and `now_on_change` are stamped, the
    latter not for a change in `unstamped` columns alone. `open_when` is the
    condition of the partial unique index over the key, if it is one (columns unqualified, none of them staged).
    `constants` are values of inserted rows that no staged row brings.
    """

    def __init__(
        self,
        model: type[models.Model],
        key: Sequence[str],
        columns: Sequence[str],
        *,
        kept_if_null: Sequence[str] = (),
        now_on_insert: Sequence[str] = (),
        now_on_change: Sequence[str] = ("changed_at",),
        unstamped: Sequence[str] = (),
        open_when: str = "",
        constants: Mapping[str, Any] | None = None,
    ) -> None:
        self.model = model
        self.table = model._meta.db_table
        self.staged = f"staged_{self.table}_{columns[0]}"  # a model may be staged in several ways
        self.key = tuple(key)
        self.columns = tuple(columns)
        self.kept_if_null = frozenset(kept_if_null)
        self.now_on_insert = tuple(now_on_insert)
        self.now_on_change = tuple(now_on_change)
        self.unstamped = frozenset(unstamped)
        self.open_when = open_when
        self.constants = dict(constants or {})

    def stage(self, cursor: CursorWrapper, rows: Iterable[Sequence[Any]]) -> None:
        """Fill the temporary table with `rows` (key and columns in order), texts cut to their columns."""
        cursor.execute(self._create)
        indexes, lengths = self._texts
        texts_of = itemgetter(*indexes, indexes[0])  # the double makes it a tuple even where there is one text
        with cursor.copy(self._copy) as copy:
            for row in rows:
                texts = texts_of(row)
                fits = all(map(le, map(len, texts), lengths)) and "".join(texts).isprintable()
                copy.write_row(row if fits else _cut(row, zip(indexes, lengths, strict=True)))

    def differences(self, cursor: CursorWrapper, told: Sequence[str]) -> list[tuple[Any, ...]]:
        """Stored rows that are about to change: id, first key column, then for each of `told` the old and new value."""
        pairs = ", ".join(f"o.{c}, {self._incoming(c)}" for c in told)
        cursor.execute(
            f"SELECT o.id, o.{self.key[0]}, {pairs} FROM {self.staged} s JOIN {self.table} o ON {self._same_key}"  # noqa: S608 - our own identifiers
            f" WHERE {self._differs}"
        )
        return list(cursor.fetchall())

    def upsert(
        self, cursor: CursorWrapper, now: datetime, returning: Sequence[str] = (), *, silent: Collection[int] = ()
    ) -> list[tuple[Any, ...]]:
        """Insert what is new, update what differs. For each: id, first key column, whether new, `returning`.

        Rows whose first key column is in `silent` are written like all, but not returned.
        """
        columns = "".join(f", {c}" for c in returning)
        cursor.execute(
            f"WITH written AS ({self._upsert(returning)})"  # noqa: S608
            f" SELECT id, {self.key[0]}, inserted{columns} FROM written "
            f" WHERE {self.key[0]} <> ALL(%(silent)s::bigint[])",
            {**self._insert_values, "now": now, "silent": list(silent)},
        )
        return list(cursor.fetchall())

    def gone(self, owners: Sequence[int]) -> tuple[str, dict[str, Any]]:
        """Condition, and its parameters, for stored rows (alias t) of `owners` that the staged set does not have."""
        kept = f"EXISTS (SELECT FROM {self.staged} s WHERE {self._same_key_as('t')})"
        condition = f"t.{self.key[0]} = ANY(%(owners)s) AND NOT {kept}"
        return (f"{condition} AND {self.open_when}" if self.open_when else condition), {"owners": list(owners)}

    def delete_gone(self, cursor: CursorWrapper, owners: Sequence[int]) -> list[tuple[int, int]]:
        """Delete the stored rows of `owners` that the staged set does not have. Returns id and first key column."""
        condition, parameters = self.gone(owners)
        cursor.execute(
            f"DELETE FROM {self.table} t WHERE {condition} RETURNING t.id, t.{self.key[0]}",  # noqa: S608
            parameters,
        )
        return list(cursor.fetchall())

    @cached_property
    def _create(self) -> str:
        """Created once per connection; emptied here too, as several batches may share a transaction."""
        names = ", ".join((*self.key, *self.columns))
        select = f"SELECT {names} FROM {self.table} WITH NO DATA"  # noqa: S608
        create = f"CREATE TEMPORARY TABLE IF NOT EXISTS {self.staged} ON COMMIT DELETE ROWS AS {select}"
        return f"SET LOCAL client_min_messages = warning; {create}; DELETE FROM {self.staged}"  # noqa: S608

    @cached_property
    def _copy(self) -> str:
        return f"COPY {self.staged} ({', '.join((*self.key, *self.columns))}) FROM STDIN"

    @cached_property
    def _texts(self) -> tuple[list[int], list[int]]:
        """Index and longest text of each staged column that holds text; every model has one."""
        fields = {field.column: field for field in self.model._meta.concrete_fields}
        staged = enumerate(fields[column] for column in (*self.key, *self.columns))
        found = [(index, f.max_length) for index, f in staged if isinstance(f, models.CharField) and f.max_length]
        return [index for index, _ in found], [length for _, length in found]

    @cached_property
    def _insert_values(self) -> dict[str, Any]:
        """Values of columns that no staged row brings: constants, and the model's defaults if not null."""
        brought = {*self.key, *self.columns, *self.now_on_insert, *self.now_on_change, *self.constants}
        return self.constants | {
            str(f.column): Jsonb(f.get_default()) if isinstance(f, models.JSONField) else f.get_default()
            for f in self.model._meta.concrete_fields
            if f.column not in brought and not f.primary_key and not f.null and not f.generated
        }

    def _incoming(self, column: str) -> str:
        return f"coalesce(s.{column}, o.{column})" if column in self.kept_if_null else f"s.{column}"

    def _same_key_as(self, alias: str) -> str:
        return " AND ".join(f"{alias}.{c} = s.{c}" for c in self.key)

    @cached_property
    def _same_key(self) -> str:
        return self._same_key_as("o") + (f" AND {self.open_when}" if self.open_when else "")

    @cached_property
    def _differs(self) -> str:
        stored = ", ".join(f"o.{c}" for c in self.columns)
        incoming = ", ".join(self._incoming(c) for c in self.columns)
        return f"({stored}) IS DISTINCT FROM ({incoming})"

    def _stamp(self, column: str) -> str:
        """A row is stamped when one of the columns changed that matter."""
        if not self.unstamped:
            return f"{column} = EXCLUDED.{column}"
        matter = [c for c in self.columns if c not in self.unstamped]
        stored, incoming = (", ".join(f"{alias}.{c}" for c in matter) for alias in ("t", "EXCLUDED"))
        changed = f"({stored}) IS DISTINCT FROM ({incoming})"
        return f"{column} = CASE WHEN {changed} THEN EXCLUDED.{column} ELSE t.{column} END"

    def _upsert(self, returning: Sequence[str]) -> str:
        stamps = (*self.now_on_insert, *self.now_on_change)
        defaults = self._insert_values
        names = ", ".join((*self.key, *self.columns, *stamps, *defaults))
        values = [f"s.{c}" for c in self.key]
        for column in self.columns:
            fallback = ", %(now)s" if column in self.kept_if_null and not _field(self.model, column).null else ""
            values.append(
                f"coalesce(s.{column}, o.{column}{fallback})" if column in self.kept_if_null else f"s.{column}"
            )
        values += ["%(now)s" for _ in stamps] + [f"%({name})s" for name in defaults]
        changes = ", ".join(
            [f"{c} = EXCLUDED.{c}" for c in self.columns] + [self._stamp(c) for c in self.now_on_change]
        )
        return (
            f"INSERT INTO {self.table} AS t ({names}) SELECT {', '.join(values)}"  # noqa: S608
            f" FROM {self.staged} s LEFT JOIN {self.table} o ON {self._same_key}"
            f" WHERE o.id IS NULL OR {self._differs} ORDER BY {', '.join(f's.{c}' for c in self.key)}"
            f" ON CONFLICT ({', '.join(self.key)}){f' WHERE {self.open_when}' if self.open_when else ''}"
            f" DO UPDATE SET {changes}"
            f" RETURNING t.id, t.{self.key[0]}, t.xmax = 0 AS inserted{''.join(f', t.{c}' for c in returning)}"
        )


def _cut(row: Sequence[Any], texts: Iterable[tuple[int, int]]) -> list[Any]:
    values = list(row)
    for index, length in texts:
        values[index] = bounded(values[index], length)
    return values


def _field(model: type[models.Model], column: str) -> Any:
    return next(f for f in model._meta.concrete_fields if f.column == column)


def quiet_commit(cursor: CursorWrapper) -> None:
    """This transaction may be lost in a crash of the database: the next poll brings its facts again."""
    cursor.execute("SET LOCAL synchronous_commit = off")
