"""Keyset paging, for pages and REST alike: a cursor says after which row to go on, so nothing is skipped or shown
twice when rows come and go, and page 200 costs what page 1 costs."""

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import orjson
from django.core import signing
from django.db.models import Model, Q, QuerySet
from django.http import QueryDict

M = TypeVar("M", bound=Model)
R = TypeVar("R")
LIMIT = 100
MAX_LIMIT = 1000
NOT_A_FILTER = {"cursor", "limit", "count", "fields"}  # parameters that do not change which rows there are
SIGNER = signing.Signer(salt="dcportal.paging")

Sorts = Mapping[str, Sequence[str]]
"""{name of a sort: fields}: the last one unique, all ascending and never null. "-name" turns the first one round."""


class PagingError(ValueError):
    """A parameter of paging that cannot be followed; `str()` says what to do."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Plan:
    """Which rows are asked for."""

    sort: str
    fields: tuple[str, ...]
    limit: int
    bound: str  # digest of sort and filters: a cursor is good for these only
    backward: bool = False
    after: tuple[Any, ...] | None = None  # values of `fields` in the row to go on from


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    rows: list[R]
    next: str | None  # cursors
    previous: str | None


def plan(params: QueryDict, sorts: Sorts, default_sort: str, default_limit: int = LIMIT) -> Plan:
    """Reads sort, limit and cursor. Raises PagingError."""
    sort = params.get("sort") or default_sort
    if sort.removeprefix("-") not in sorts:
        raise PagingError("sort", f"Sort by one of {', '.join(sorts)}; with - before it the other way round.")
    fields = tuple(sorts[sort.removeprefix("-")])
    asked = Plan(
        sort=sort,
        fields=(_turned(fields[0]) if sort.startswith("-") else fields[0], *fields[1:]),
        limit=_limit(params.get("limit"), default_limit),
        bound=_bound(sort, params),
    )
    cursor = params.get("cursor")
    return _resumed(asked, cursor) if cursor else asked


def apply(queryset: QuerySet[M, Any], plan: Plan) -> QuerySet[M, Any]:
    """The rows of the page in reading direction, and one more to see whether there are others."""
    fields = tuple(_turned(field) for field in plan.fields) if plan.backward else plan.fields
    if plan.after is not None:
        queryset = queryset.filter(_beyond(fields, plan.after))
    return queryset.order_by(*fields)[: plan.limit + 1]


def finish(rows: Sequence[R], keys: Callable[[R], Sequence[Any]], plan: Plan) -> Page[R]:
    """`rows` as apply() gave them, put in order, with the cursors of the pages before and after."""
    more = len(rows) > plan.limit
    shown = list(rows[: plan.limit])
    if plan.backward:
        shown.reverse()
    before = more if plan.backward else plan.after is not None
    behind = plan.after is not None if plan.backward else more
    return Page(
        rows=shown,
        next=_cursor(plan, keys(shown[-1]), backward=False) if shown and behind else None,
        previous=_cursor(plan, keys(shown[0]), backward=True) if shown and before else None,
    )


def _beyond(fields: Sequence[str], values: Sequence[Any]) -> Q:
    """(a, b, c) comes after `values`, each field in its own direction."""
    condition = Q()
    for field, value in reversed(list(zip(fields, values, strict=True))):
        name, side = field.removeprefix("-"), "lt" if field.startswith("-") else "gt"
        further = Q(**{f"{name}__{side}": value})
        condition = further | (Q(**{name: value}) & condition) if condition else further
    return condition


def _turned(field: str) -> str:
    return field[1:] if field.startswith("-") else f"-{field}"


def _limit(text: str | None, default: int) -> int:
    if not text:
        return default
    if not (text.isascii() and text.isdecimal() and len(text) < 10) or not 1 <= int(text) <= MAX_LIMIT:
        raise PagingError("limit", f"A whole number from 1 to {MAX_LIMIT}.")
    return int(text)


def _bound(sort: str, params: QueryDict) -> str:
    asked = sorted((name, sorted(params.getlist(name))) for name in params if name not in NOT_A_FILTER)
    return hashlib.sha256(repr((sort, asked)).encode("utf-8", "replace")).hexdigest()[:12]


def _cursor(plan: Plan, values: Sequence[Any], *, backward: bool) -> str:
    text = orjson.dumps([plan.bound, backward, list(values)], default=str)
    return SIGNER.sign(base64.urlsafe_b64encode(text).decode("ascii").rstrip("="))


def _resumed(asked: Plan, cursor: str) -> Plan:
    """Signed, so that only values that were once in a row reach the database."""
    try:
        text = SIGNER.unsign(cursor)
        bound, backward, values = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (signing.BadSignature, ValueError):
        raise PagingError("cursor", "This cursor is damaged. Start again without a cursor.") from None
    if bound != asked.bound or len(values) != len(asked.fields):
        raise PagingError(
            "cursor", "This cursor belongs to other filters or another sort. Start again without a cursor."
        )
    return Plan(asked.sort, asked.fields, asked.limit, asked.bound, backward, tuple(values))
