"""What a sheet becomes: a row per site, with what is wrong in it.

Row numbers are those a spreadsheet shows: the header is row 1. In YAML and JSON the first site is number 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from operations.planning.problems import Problem

MOST_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class SiteRow:
    """One site of a sheet: cells by canonical column, cleaned; columns that are unknown or hold secrets are absent."""

    number: int
    cells: Mapping[str, str]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """`columns` in the order of the sheet. `problems` are of the sheet as a whole: with any, nothing may be sent."""

    columns: tuple[str, ...] = ()
    rows: tuple[SiteRow, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether neither the sheet nor a row of it has a problem."""
        return not self.problems and not any(row.problems for row in self.rows)


def spoilt(message: str) -> Sheet:
    """A sheet of which nothing can be read."""
    return Sheet(problems=(Problem("file", message),))
