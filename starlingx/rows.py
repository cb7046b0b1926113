"""One JSON object of an answer, read field by field.

Identity fields must be there and well-formed, else the whole answer is `Unexpected`: a list with a hole must never
pass for a complete one. Every other field may be absent, null or of the wrong type and then reads as "not told"
(an empty text, None, an empty tuple).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache
from typing import TypeVar

from starlingx.errors import Unexpected
from starlingx.timestamps import parse_timestamp

LINE = 255
INT32 = 2**31 - 1
INT64 = 2**63 - 1
MOST_ITEMS = 4096

YES = frozenset({"true", "yes", "y", "1", "on", "critical", "major", "minor", "warning"})
NO = frozenset({"false", "no", "n", "0", "off", "none"})

Record = TypeVar("Record")


@lru_cache(maxsize=512)
def _other_style(key: str) -> str:
    """dcmanager mixes `software-version` and `group_id` in one object, and not the same way in every release."""
    return key.replace("-", "_") if "-" in key else key.replace("_", "-")


def clean(text: str, longest: int = LINE) -> str:
    """Text fit for a row and a page: no control or direction-changing characters (line breaks stay), at most `longest`.

    PostgreSQL refuses NUL, and a right-to-left override makes a page lie.
    """
    if len(text) > longest:
        text = text[:longest]
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else " " if c.isspace() else "" for c in text)


class Row:
    """A JSON object and where it stood, for messages: `subclouds[3]`."""

    __slots__ = ("_fields", "place")

    def __init__(self, fields: object, place: str) -> None:
        if not isinstance(fields, dict):
            raise Unexpected(f"{place} is not an object")
        self._fields = fields
        self.place = place

    def raw(self, key: str) -> object:
        """The value as it came, in either key style; None when absent."""
        value = self._fields.get(key)
        if value is None and key not in self._fields:
            return self._fields.get(_other_style(key))
        return value

    def has(self, key: str) -> bool:
        """Whether the key is there at all, whatever its value."""
        return key in self._fields or _other_style(key) in self._fields

    def identity(self, key: str) -> str:
        """A text that identifies the row. Raises Unexpected when absent, of another type, too long or unprintable."""
        value = self.raw(key)
        if not isinstance(value, str) or len(value) > LINE or not value.isprintable() or not value:
            raise Unexpected(f"{self.place} has no usable {key}")
        return value

    def identity_number(self, key: str) -> int:
        """A positive number that identifies the row. Raises Unexpected when absent or something else."""
        value = self.raw(key)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= INT32:
            raise Unexpected(f"{self.place} has no usable {key}")
        return value

    def name(self, key: str) -> str:
        """What people call the row: one line, cleaned and cut; empty when nothing usable was told.

        People enter names, with no-break spaces and joiners in them, and no list may be refused for one of them.
        """
        text = self.text(key)
        return text if text.isprintable() else text.replace("\n", " ").strip()

    def text(self, key: str, longest: int = LINE) -> str:
        """A text, cleaned and cut; numbers as they print; empty when absent, null or a structure."""
        value = self.raw(key)
        if isinstance(value, str):
            # Nearly every text is fine as it is, and a sweep of the fleet reads hundreds of thousands.
            return value if len(value) <= longest and value.isprintable() else clean(value, longest)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return str(value)[:longest]
        return ""

    def number(self, key: str, most: int = INT32) -> int | None:
        """A whole number between -`most` and `most`, also written as text; else None."""
        value = self.raw(key)
        if isinstance(value, str) and len(value) <= 20:
            digits = value.strip()
            value = int(digits) if digits.isascii() and digits.removeprefix("-").isdigit() else None
        elif isinstance(value, float) and math.isfinite(value):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            return None
        return value if -most <= value <= most else None

    def count(self, key: str, most: int = INT32) -> int | None:
        """A number that is not negative; StarlingX says -1 for "not known"."""
        value = self.number(key, most)
        return None if value is None or value < 0 else value

    def degrees(self, key: str, most: float) -> float | None:
        """A coordinate between -`most` and `most`, as number or free text; else None."""
        value = self.raw(key)
        if isinstance(value, bool) or not isinstance(value, (int, float, str)) or len(str(value)) > 40:
            return None
        try:
            number = float(value)
        except (ValueError, OverflowError):
            return None
        return number if -most <= number <= most else None

    def flag(self, key: str) -> bool | None:
        """A truth in any of its spellings: true, "True", "Y", 1; a severity word means true (older FM); else None."""
        value = self.raw(key)
        if isinstance(value, bool):
            return value
        if isinstance(value, int):
            return value != 0
        if isinstance(value, str):
            word = value.strip().lower()
            return True if word in YES else False if word in NO else None
        return None

    def moment(self, key: str) -> datetime | None:
        """A timestamp, aware and in UTC; None when absent, null or unreadable."""
        return parse_timestamp(self.raw(key))

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, or one text separated by commas; whatever is no text in it is left out."""
        value = self.raw(key)
        if isinstance(value, str):
            value = value.split(",") if value else []
        if not isinstance(value, list):
            return ()
        return tuple(clean(item.strip()) for item in value[:MOST_ITEMS] if isinstance(item, str) and item.strip())

    def inner(self, key: str) -> Row:
        """An object inside this one; an empty one when it is absent or something else."""
        value = self.raw(key)
        return Row(value if isinstance(value, dict) else {}, f"{self.place}.{key}")

    def inners(self, key: str) -> list[Row]:
        """The objects in a list inside this one; what is no object is left out."""
        value = self.raw(key)
        items: Iterable[object] = value[:MOST_ITEMS] if isinstance(value, list) else ()
        return [Row(item, f"{self.place}.{key}") for item in items if isinstance(item, dict)]

    def keyed(self, key: str) -> list[tuple[str, Row]]:
        """Name and object of each entry in an object of objects inside this one."""
        value = self.raw(key)
        items = value.items() if isinstance(value, dict) else ()
        return [(clean(name), Row(item, f"{self.place}.{key}")) for name, item in items if isinstance(item, dict)]


def read_list(body: object, key: str, read: Callable[[Row], Record]) -> list[Record]:
    """The records of `{key: [...]}`, or of a bare list when `key` is empty.

    Raises Unexpected, naming the row, when the list is missing or a row has no identity.
    """
    rows = body.get(key) if key and isinstance(body, dict) else None if key else body
    if not isinstance(rows, list):
        raise Unexpected(f"the answer has no list {key!r}" if key else "the answer is not a list")
    name = key or "answer"
    return [read(Row(row, f"{name}[{index}]")) for index, row in enumerate(rows)]
