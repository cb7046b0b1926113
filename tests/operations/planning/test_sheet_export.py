"""What goes back to people: no cell that a spreadsheet runs, and what can be read again."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.planning.problems import Problem
from operations.planning.sheet_export import harmless, template_csv, verdicts_csv
from operations.planning.sheets import Columns, SiteRow, read_sheet

COLUMNS = Columns(("name", "bmc_address"), ("longitude", "description"))


def lines(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_the_template_can_be_read_again() -> None:
    data = template_csv(COLUMNS)
    sheet = read_sheet(data, COLUMNS)
    assert sheet.ok
    assert sheet.rows[0].cells["longitude"] == "-8.6110"
    assert data.startswith(b"\xef\xbb\xbf")


def test_verdicts_stand_before_the_cells() -> None:
    bad = SiteRow(3, {"name": "=1+A1", "bmc_address": "10.0.0.2"})
    problems = (Problem("name", "name begins with =."), Problem("row", "The row has 2 cells."))
    data = verdicts_csv(("name", "bmc_address"), [(SiteRow(2, {"name": "a"}), (), ()), (bad, problems, problems[:1])])
    [header, good, refused] = lines(data)
    assert header == ["row", "verdict", "problems", "warnings", "name", "bmc_address"]
    assert good == ["2", "ok", "", "", "a", ""]
    assert refused[1:3] == ["refused", "name begins with =.\nThe row has 2 cells."]
    assert refused[4] == "'=1+A1"


@pytest.mark.parametrize("cell", ["=1", "+A", "-A", "@a", " =1", "\t=1", "\rx", "＝1", "- roof", "-1+2", "=-1"])
def test_formulas_are_marked_as_text(cell: str) -> None:
    assert harmless(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["", "a", "-8.61", "+351 22 123", "a=b", "10.0.0.1"])
def test_others_stay(cell: str) -> None:
    assert harmless(cell) == cell


@given(st.text(max_size=50))
def test_no_cell_begins_a_formula(cell: str) -> None:
    out = harmless(cell)
    assert not out.startswith(("=", "@", "\t", "\r"))
    assert out.removeprefix("'") == cell.removeprefix("'")
