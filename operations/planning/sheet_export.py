"""CSV for people: an empty sheet to fill in, and a sheet with its verdicts. Cells that a spreadsheet would run are
marked as text with an apostrophe."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from operations.planning.cells import is_formula
from operations.planning.problems import Problem
from operations.planning.sheet_columns import Columns
from operations.planning.site_rows import SiteRow

MARK = "\ufeff"  # without it Excel takes UTF-8 for an 8-bit encoding
VERDICT_COLUMNS = ("row", "verdict", "problems", "warnings")
_RUN = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_EXAMPLES = {
    "name": "cell-0001",
    "group": "Default",
    "release": "26.09",
    "description": "roof of the town hall",
    "location": "Porto",
    "latitude": "41.1496",
    "longitude": "-8.6110",
    "bootstrap_address": "10.10.20.10",
    "bmc_address": "10.10.30.10",
    "system_mode": "simplex",
    "management_subnet": "192.168.101.0/24",
    "management_start_address": "192.168.101.2",
    "management_end_address": "192.168.101.50",
    "management_gateway_address": "192.168.101.1",
    "systemcontroller_gateway_address": "192.168.204.101",
    "external_oam_subnet": "10.10.20.0/24",
    "external_oam_gateway_address": "10.10.20.1",
    "external_oam_floating_address": "10.10.20.10",
    "bootstrap_interface": "eno1",
    "bmc_username": "operator",
}


def template_csv(columns: Columns) -> bytes:
    """A header and one example row, UTF-8 with mark."""
    names = columns.known
    return _csv([names, [_EXAMPLES.get(name, "") for name in names]])


def verdicts_csv(columns: Sequence[str], rows: Iterable[tuple[SiteRow, Sequence[Problem], Sequence[Problem]]]) -> bytes:
    """The rows as given, each with its verdict ("ok" or "refused"), problems and warnings; UTF-8 with mark.

    A row comes with all its problems, those of reading it among them, and its warnings.
    """
    lines: list[Sequence[str]] = [(*VERDICT_COLUMNS, *columns)]
    for row, problems, warnings in rows:
        verdict = (str(row.number), "refused" if problems else "ok", _joined(problems), _joined(warnings))
        lines.append((*verdict, *_cells(row.cells, columns)))
    return _csv(lines)


def _cells(cells: Mapping[str, str], columns: Sequence[str]) -> list[str]:
    return [cells.get(column, "") for column in columns]


def _joined(problems: Sequence[Problem]) -> str:
    return "\n".join(problem.message for problem in problems)


def _csv(lines: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([[harmless(cell) for cell in line] for line in lines])
    return (MARK + out.getvalue()).encode()


def harmless(cell: str) -> str:
    """The cell so that no spreadsheet runs it: a number stays, anything else that looks like a formula is marked."""
    stripped = cell.lstrip()
    if cell.startswith(_RUN) or stripped.startswith(_RUN):
        return "'" + cell if is_formula(stripped, free=False) else cell
    return cell
