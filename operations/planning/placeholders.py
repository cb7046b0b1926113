"""`${column}` in the values of a template: found, and filled in after parsing: a cell can never become structure.

`${column?}` may be blank: a value that is nothing else is left out then. `$${` stands for the two characters `${`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from operations.planning.paths import Path
from operations.planning.sheet_columns import canonical
from operations.planning.yaml_reading import Plain

_TOKEN = re.compile(r"\$\$\{|\$\{([^{}$]{0,80})(\})?")
_COLUMN = re.compile(r"([^?]+?)(\?)?")
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_WORDS = {"true": True, "false": False}
Touched = Mapping[int, tuple[str | int, ...]]
Typed = Callable[[Path, bool], frozenset[type]]


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One `${column}` or `${column?}`."""

    column: str
    optional: bool


@lru_cache(maxsize=1024)
def find(text: str) -> tuple[tuple[Placeholder, ...], bool]:
    """The placeholders of a text, and whether all of them are well written."""
    found: list[Placeholder] = []
    fine = True
    for token in _TOKEN.finditer(text):
        if token[1] is None:
            continue
        match = _COLUMN.fullmatch(token[1].strip())
        column = canonical(match[1]) if match else ""
        if match is None or token[2] is None or not column:
            fine = False
            continue
        found.append(Placeholder(column, bool(match[2])))
    return tuple(found), fine


def may_vanish(text: str) -> bool:
    """Whether the text is one optional placeholder and nothing else."""
    token = _TOKEN.fullmatch(text.strip())
    return token is not None and any(each.optional for each in find(text)[0])


class Omitted:
    """In place of a value that is to be left out."""


OMITTED = Omitted()


@dataclass(slots=True)
class Filling:
    """One site's cells going into documents. `missing` gathers columns without a value, and where they are needed.

    `typed` says of a value's path, and whether it was written without quotes, which of int and bool it may become.
    `touched`: by the id of each collection with placeholders below it, the keys or numbers that lead to them. All else
    is taken over as it is, so that a long template costs no more than its placeholders.
    """

    cells: Mapping[str, str]
    typed: Typed
    touched: Touched
    missing: dict[str, Path] = field(default_factory=dict)

    def fill(self, value: object, path: Path) -> object:
        """The value with its placeholders filled in, OMITTED when it is to be left out."""
        if isinstance(value, str):
            return self._text(value, path) if "${" in value else value
        places = self.touched.get(id(value), ())
        if not places:
            return value
        if isinstance(value, dict):
            filled = value | {place: self.fill(value[place], (*path, place)) for place in places}
            return {key: each for key, each in filled.items() if each is not OMITTED}
        if isinstance(value, list | tuple):
            items = list(value)
            for place in places:
                items[int(place)] = self.fill(items[int(place)], (*path, place))
            return type(value)(item for item in items if item is not OMITTED)
        return value

    def _text(self, text: str, path: Path) -> object:
        match = _TOKEN.fullmatch(text.strip())
        if match is None or match[1] is None:
            return _TOKEN.sub(lambda token: self._part(token, path), text)
        [placeholder], _ = find(text)
        cell = self._cell(placeholder, path)
        if not cell:
            return OMITTED if placeholder.optional else ""
        return _as_type(cell, self.typed(path, isinstance(text, Plain)))

    def _part(self, token: re.Match[str], path: Path) -> str:
        if token[1] is None:
            return "${"
        found, _ = find(token[0])
        return self._cell(found[0], path) if found else token[0]

    def _cell(self, placeholder: Placeholder, path: Path) -> str:
        cell = self.cells.get(placeholder.column, "")
        if not cell and not placeholder.optional:
            self.missing.setdefault(placeholder.column, path)
        return cell


def _as_type(cell: str, types: frozenset[type]) -> object:
    """A number only where it is written as one has to be: 010 and 1e3 stay text."""
    if int in types and _WHOLE.fullmatch(cell):
        return int(cell)
    if bool in types and cell.lower() in _WORDS:
        return _WORDS[cell.lower()]
    return cell
