"""FM's query parameters: filters that match parts, Booleans that are always true, limits."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from multidict import MultiMapping

from simulator.wsme import LIMIT_MAX, UUID, ApiError, truth, whole

Q_PARTS = ("q.field", "q.op", "q.value", "q.type")
CLOCK = r"(\d{1,2}):?(\d{2})(?::?(\d{2})(?:\.(\d+))?)?(?:Z|[+-]\d{2}:?\d{2})?"
DATE = re.compile(rf"(\d{{4}})(?:-?(\d{{1,2}})(?:-?(\d{{1,2}})(?:[T ]{CLOCK})?)?)?\Z")


@dataclass(frozen=True, slots=True)
class Listing:
    """`filters` are the ones that count (op eq or none); `limit` None: not given."""

    filters: list[tuple[str, str]]
    limit: int | None
    marker: str | None
    sort_key: str
    sort_dir: str
    expand: bool
    include_suppress: bool


def parse(query: MultiMapping[str], allowed: tuple[str, ...], sort_key: str, sort_dir: str) -> Listing:
    """Raises ApiError(400) as WSME does: unknown arguments first, then values it cannot convert."""
    for name in query:
        if name not in allowed and name not in Q_PARTS:
            raise ApiError(400, f'Unknown argument: "{name}"')
    limit = whole("limit", query["limit"]) if query.get("limit") else None
    marker = query.get("marker")
    if marker and not UUID.match(marker):
        raise ApiError(
            400,
            f"Invalid input for field/attribute marker. Value: '{marker}'. unable to convert to uuid. "
            "Error: [HTTP 400] Unacceptable parameters.",
        )
    if limit is not None and limit < 0:
        raise ApiError(400, "Limit must be positive")
    direction = query.get("sort_dir", sort_dir)
    if direction not in ("asc", "desc"):
        raise ApiError(400, f"Invalid sort direction: {direction}. Acceptable values are 'asc' or 'desc'")
    return Listing(
        filters(query),
        limit,
        marker,
        query.get("sort_key", sort_key),
        direction,
        truth(query.get("expand")),
        truth(query.get("include_suppress")),
    )


def filters(query: MultiMapping[str]) -> list[tuple[str, str]]:
    """(field, value) pairs; an operator other than eq makes a filter vanish without a word."""
    if "q.field" not in query:
        return []
    fields, values = query.getall("q.field"), query.getall("q.value", [])
    operators = query.getall("q.op", [])
    found = []
    for index, (field, value) in enumerate(zip(fields, values, strict=False)):
        operator = operators[index] if index < len(operators) else "eq"
        if operator == "eq":
            found.append((field, value))
    return found


def contains(pattern: str) -> Callable[[str], bool]:
    """SQL's LIKE with the pattern in the middle: `%` and `_` keep their meaning."""
    if "%" not in pattern and "_" not in pattern:
        return lambda text: pattern in text
    expression = re.compile("".join(".*" if c == "%" else "." if c == "_" else re.escape(c) for c in pattern), re.S)
    return lambda text: expression.search(text) is not None


def page_limit(limit: int | None) -> int:
    """Of an alarm list: none, zero or too much means 2000."""
    return min(limit or LIMIT_MAX, LIMIT_MAX)


def instant(text: str) -> float:
    """A date as FM understands it; an offset is dropped, not converted. Raises ApiError(500)."""
    match = DATE.match(text)
    if match is None:
        raise ApiError(500, f"Unable to parse date string '{text}'")
    year, month, day, hour, minute, second, fraction = match.groups()
    try:
        when = datetime(
            int(year),
            int(month or 1),
            int(day or 1),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            int((fraction or "0")[:6].ljust(6, "0")),
            tzinfo=UTC,
        )
        return when.timestamp()
    except ValueError as error:
        raise ApiError(500, str(error)) from error


def check_fields(given: list[tuple[str, str]], known: Mapping[str, object], function: str) -> None:
    """Raises ApiError(500) for a field the database layer has no argument for."""
    for field, _ in given:
        if field not in known:
            raise ApiError(500, f"Connection.{function}() got an unexpected keyword argument '{field}'")
