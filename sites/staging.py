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
    `constants` are values of inserted rows that no staged row brings. `guarded`: every writer holds a lock on the owner
    of its rows (admit() takes one), so that none of them can be inserted twice.
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
        guarded: bool = False,
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
        self.guarded = guarded

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
            f"SELECT o.id, o.{self.key[0]}, {pairs} FROM {self.staged} s JOIN LATERAL ({self._stored}) o ON true"  # noqa: S608 - our own identifiers
            f" WHERE {self._differs}"
        )
        return list(cursor.fetchall())

    def upsert(
        self, cursor: CursorWrapper, now: datetime, returning: Sequence[str] = (), *, silent: Collection[int] = ()
    ) -> list[tuple[Any, ...]]:
        """Insert what is new, update what differs. For each: id, first key column, whether new, `returning`.

        Rows whose first key column is in `silent` are written like all, but not returned.
        """
        names = ", ".join(("id", self.key[0], "inserted", *returning))
        told = f" WHERE {self.key[0]} <> ALL(%(silent)s::bigint[])" if silent else ""
        cursor.execute(
            f"WITH compared AS MATERIALIZED ({self._compared}), updated AS ({self._update(returning)}),"  # noqa: S608
            f" inserted AS ({self._insert(returning)})"
            f" SELECT {names} FROM updated{told} UNION ALL SELECT {names} FROM inserted{told}",
            {**self._insert_values, "now": now, "silent": list(silent)},
        )
        return list(cursor.fetchall())

    def gone(self, owners: Sequence[int]) -> tuple[str, dict[str, Any]]:
        """Condition, and its parameters, for stored rows (alias t) of `owners` that the staged set does not have."""
        names, still = ", ".join(("id", *self.key)), f" AND {self.open_when}" if self.open_when else ""
        # the limit keeps PostgreSQL from reading the whole table, which it prefers while it knows nothing of it
        theirs = f"SELECT {names} FROM {self.table} WHERE {self.key[0]} = w.owner{still} OFFSET 0"  # noqa: S608
        kept = f"EXISTS (SELECT FROM {self.staged} s WHERE {self._same_key_as('o')})"
        gone = (
            f"SELECT o.id FROM unnest(%(owners)s::bigint[]) w (owner) CROSS JOIN LATERAL ({theirs}) o WHERE NOT {kept}"  # noqa: S608
        )
        return f"t.id = ANY(ARRAY({gone}))", {"owners": list(owners)}

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
    def _stored(self) -> str:
        """The row with the key of s: looked up by the unique index, whatever PostgreSQL thinks of the table's size."""
        still = f" AND {self.open_when}" if self.open_when else ""
        return f"SELECT * FROM {self.table} o WHERE {self._same_key_as('o')}{still} LIMIT 1"  # noqa: S608

    @cached_property
    def _differs(self) -> str:
        stored = ", ".join(f"o.{c}" for c in self.columns)
        incoming = ", ".join(self._incoming(c) for c in self.columns)
        return f"({stored}) IS DISTINCT FROM ({incoming})"

    @cached_property
    def _compared(self) -> str:
        """Staged rows that are new (then without stored_id) or differ, as they are to be; `matters`: to the stamps."""
        values = ", ".join(f"{self._wanted(c)} AS {c}" for c in self.columns)
        return (
            f"SELECT {', '.join(f's.{c}' for c in self.key)}, {values}, o.id AS stored_id, {self._matters} AS matters"  # noqa: S608
            f" FROM {self.staged} s LEFT JOIN LATERAL ({self._stored}) o ON true"
            f" WHERE o.id IS NULL OR {self._differs}"
            + ("" if self.guarded else f" ORDER BY {', '.join(f's.{c}' for c in self.key)}")  # all lock in one order
        )

    def _wanted(self, column: str) -> str:
        """A column that is never null and was never told says when it was first seen."""
        if column in self.kept_if_null and not _field(self.model, column).null:
            return f"coalesce(s.{column}, o.{column}, %(now)s)"
        return self._incoming(column)

    @cached_property
    def _matters(self) -> str:
        if not self.unstamped:
            return "true"
        columns = [c for c in self.columns if c not in self.unstamped]
        stored, incoming = ", ".join(f"o.{c}" for c in columns), ", ".join(self._incoming(c) for c in columns)
        return f"({stored}) IS DISTINCT FROM ({incoming})"

    def _update(self, returning: Sequence[str]) -> str:
        """What is there, by its id: a quarter cheaper than finding by a failed insertion that it is there."""
        changes = ", ".join(
            [f"{c} = c.{c}" for c in self.columns]
            + [f"{c} = CASE WHEN c.matters THEN %(now)s ELSE t.{c} END" for c in self.now_on_change]
        )
        return (
            f"UPDATE {self.table} t SET {changes} FROM compared c WHERE t.id = c.stored_id"  # noqa: S608
            f" RETURNING t.id, t.{self.key[0]}, false AS inserted{''.join(f', t.{c}' for c in returning)}"
        )

    def _insert(self, returning: Sequence[str]) -> str:
        """What was not there; but where somebody else may have been faster, it is an update."""
        stamps, defaults = (*self.now_on_insert, *self.now_on_change), self._insert_values
        written = (*self.key, *self.columns)
        values = [*(f"c.{c}" for c in written), *("%(now)s" for _ in stamps), *(f"%({name})s" for name in defaults)]
        return (
            f"INSERT INTO {self.table} AS t ({', '.join((*written, *stamps, *defaults))})"  # noqa: S608
            f" SELECT {', '.join(values)} FROM compared c WHERE c.stored_id IS NULL"
            f"{'' if self.guarded else self._or_update}"
            f" RETURNING t.id, t.{self.key[0]}, t.xmax = 0 AS inserted{''.join(f', t.{c}' for c in returning)}"
        )

    @cached_property
    def _or_update(self) -> str:
        changes = ", ".join(f"{c} = EXCLUDED.{c}" for c in (*self.columns, *self.now_on_change))
        still = f" WHERE {self.open_when}" if self.open_when else ""
        return f" ON CONFLICT ({', '.join(self.key)}){still} DO UPDATE SET {changes}"


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
