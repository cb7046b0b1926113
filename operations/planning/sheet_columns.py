"""The columns of a sheet: their names as people write them, which are needed, which is meant by a misspelt one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from operations.planning.problems import Problem, shown
from operations.planning.secret_names import names_secret

MOST_COLUMNS = 200
_GAPS = re.compile(r"[\s_-]+")


@dataclass(frozen=True, slots=True)
class Columns:
    """Canonical names, `bootstrap_address` for "Bootstrap-Address"."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def known(self) -> tuple[str, ...]:
        return (*self.required, *(name for name in self.optional if name not in self.required))


def canonical(header: str) -> str:
    """Case, blanks, hyphens and underscores do not matter in a header."""
    return _GAPS.sub("_", header.strip().strip("\ufeff").casefold()).strip("_")


def place_headers(headers: Sequence[str], columns: Columns) -> tuple[list[str], list[Problem]]:
    """For each header its canonical name, "" where the cells below are not to be kept; and what is wrong."""
    places: list[str] = []
    problems: list[Problem] = []
    for position, header in enumerate(headers, start=1):
        name = canonical(header)
        wrong = _wrong(name, header, position, columns, places)
        if wrong:
            problems.append(Problem(shown(header)[1:-1], wrong))
        places.append("" if wrong else name)
    problems.extend(_missing(columns, places))
    return places, problems


def _wrong(name: str, header: str, position: int, columns: Columns, before: list[str]) -> str:
    if not name:
        return ""  # a column without a header may be blank altogether; its cells say so
    if names_secret(name):
        return f"Column {shown(header)} would hold secrets: a sheet is kept. Take it out, and give them for the run."
    if name not in columns.known:
        close = get_close_matches(name[:100], columns.known, n=1, cutoff=0.6)
        hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(columns.known)[:400]}."
        return f"Column {shown(header)} is not known; {hint}"
    if name in before:
        return f"Column {shown(header)} stands twice, as number {before.index(name) + 1} and {position}; keep one."
    return ""


def _missing(columns: Columns, places: list[str]) -> list[Problem]:
    return [
        Problem(name, f"Column {name} is missing: add it to the first row.")
        for name in columns.required
        if name not in places
    ]
