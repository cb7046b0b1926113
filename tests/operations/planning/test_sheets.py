"""Sheets as people upload them: every dialect, and everything wrong named at its row."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.planning.sheets import Columns, Sheet, read_sheet

COLUMNS = Columns(required=("name", "bmc_address"), optional=("group", "description", "latitude"))
GOOD = "Name, BMC-Address ,group\ncell-1,10.0.0.1,West\ncell-2,10.0.0.2,\n"


def read(text: str | bytes, filename: str = "sites.csv") -> Sheet:
    return read_sheet(text.encode() if isinstance(text, str) else text, COLUMNS, filename)


def said(sheet: Sheet) -> list[str]:
    return [problem.message for problem in sheet.problems]


def row_problems(sheet: Sheet) -> dict[int, list[tuple[str, str]]]:
    return {row.number: [(p.field, p.message) for p in row.problems] for row in sheet.rows if row.problems}


ROWS = [
    (2, {"name": "cell-1", "bmc_address": "10.0.0.1", "group": "West"}),
    (3, {"name": "cell-2", "bmc_address": "10.0.0.2", "group": ""}),
]


def cells(sheet: Sheet) -> list[tuple[int, dict[str, str]]]:
    assert sheet.ok, (sheet.problems, row_problems(sheet))
    return [(row.number, dict(row.cells)) for row in sheet.rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_dialect(encoding: str, delimiter: str, ending: str) -> None:
    text = GOOD.replace(",", delimiter).replace("\n", ending)
    sheet = read(text.encode(encoding))
    assert cells(sheet) == ROWS
    assert sheet.columns == ("name", "bmc_address", "group")


def test_a_declared_separator_is_a_row_too() -> None:
    assert [row.number for row in read("sep=;\nname;bmc_address\na;10.0.0.1\n").rows] == [3]


def test_blank_lines_are_skipped_and_counted() -> None:
    sheet = read("name,bmc_address\n\n , \na,10.0.0.1\n\nb,10.0.0.2")
    assert [row.number for row in sheet.rows] == [4, 6]


def test_a_quoted_cell_may_have_several_lines() -> None:
    sheet = read('name,bmc_address,description\na,10.0.0.1,"one; two,\nthree ""four"""\nb,10.0.0.2,x\n')
    assert sheet.rows[0].cells["description"] == 'one; two,\nthree "four"'
    assert sheet.rows[1].number == 3
    assert sheet.ok


def test_blank_columns_and_trailing_separators_do_no_harm() -> None:
    assert read("name,bmc_address,,\na,10.0.0.1,,\nb,10.0.0.2,,,,\n").ok


def test_latin_1_is_named_by_row_and_column_and_never_guessed() -> None:
    sheet = read(
        "name,bmc_address,description\na,10.0.0.1,Zürich\nb,10.0.0.2,Porto\nc,10.0.0.3,Orléans\n".encode("latin-1")
    )
    found = row_problems(sheet)
    assert {number: problems[0][0] for number, problems in found.items()} == {2: "description", 4: "description"}
    assert "byte 0xFC" in found[2][0][1]
    assert "UTF-8" in found[2][0][1]
    assert sheet.rows[0].cells["description"] == "Z�rich"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"PK\x03\x04rest", "Excel"),
        ("name,bmc_address\na,1".encode("utf-32"), "UTF-32"),
        ("name,bmc_address\na,1".encode("utf-16-le"), "without its mark"),
        ("name".encode("utf-16")[:-1], "broken"),
        (b"n\xe4me,bmc_address\na,1\n", "Row 1, column 1: byte 0xE4"),
        (b"x" * 5_000_001, "at most 5000000"),
        (b'"name,bmc_address\na,b\n', "never ends"),
        (b"a," * 300, "at most 200"),
    ],
)
def test_a_file_of_which_nothing_can_be_read(data: bytes, says: str) -> None:
    sheet = read(data)
    assert says in said(sheet)[0]
    assert sheet.rows == ()


def test_headers() -> None:
    [unknown, secret, twice, missing] = said(read("nmae,bmc_password,group,Group,bmc address\na,b,c,d,e\n"))
    assert "did you mean name?" in unknown
    assert "would hold secrets" in secret
    assert "as number 3 and 4" in twice
    assert missing == "Column name is missing: add it to the first row."


def test_a_secret_in_a_sheet_is_not_kept() -> None:
    sheet = read("name,bmc_address,sysadmin password\na,10.0.0.1,hunter22\nb,10.0.0.2,x,hunter23\n")
    assert "hunter" not in repr(sheet)
    assert not sheet.ok


def test_the_number_of_cells() -> None:
    found = row_problems(read("name,bmc_address,group\na,10.0.0.1\nb,10.0.0.2,c,d\nc,10.0.0.3,\n"))
    assert "has 2 cells, the header 3" in found[2][0][1]
    assert "has 4 cells, the header 3" in found[3][0][1]
    assert set(found) == {2, 3}


def test_a_value_without_a_header() -> None:
    assert "Cell 3 has a value" in row_problems(read("name,bmc_address,\na,10.0.0.1,x\n"))[2][0][1]


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("=1+1", "formula"),
        ("=cmd|'/c calc'!A1", "formula"),
        ("@SUM(A1)", "formula"),
        ("+A1", "formula"),
        ("-cmd|'/c calc'!A1", "formula"),
        ("-2+3+cmd|' /C calc'!A0", "formula"),
        ("  =HYPERLINK(1)", "formula"),
        ("＝1", "formula"),
        ("\tname", "tab"),
        ("a\x00b", "U+0000"),
        ("a\x1bb", "U+001B"),
        ("a\u202eb", "U+202E"),
        ("x" * 2001, "at most 2000"),
    ],
)
@pytest.mark.parametrize("column", ["group", "description"])
def test_a_cell_that_does_harm(cell: str, column: str, says: str) -> None:
    sheet = read(f'name,bmc_address,{column}\na,10.0.0.1,"{cell}"\nb,10.0.0.2,good\n')
    [(field, message)] = row_problems(sheet)[2]
    assert field == column
    assert says in message
    assert "\0" not in sheet.rows[0].cells[column]


@pytest.mark.parametrize(
    "cell", ["-8.6110", "+351 22 123 45 67", "-", "- beside the church", "-- old roof", "a=b", "e@b"]
)
def test_a_cell_that_does_none(cell: str) -> None:
    sheet = read(f'name,bmc_address,description\na,10.0.0.1,"{cell}"\n')
    assert sheet.ok
    assert sheet.rows[0].cells["description"] == cell


def test_a_dash_before_words_is_free_text_only() -> None:
    assert not read("name,bmc_address,group\na,10.0.0.1,- West\n").ok
    assert read("name,bmc_address,latitude\na,10.0.0.1,-8.5\n").ok


def test_a_line_break_in_a_name() -> None:
    assert "one line" in row_problems(read('name,bmc_address\n"a\nb",10.0.0.1\n'))[2][0][1]


def test_broken_quotes_cost_their_row_only() -> None:
    sheet = read('name,bmc_address\na,10.0.0.1\n"b"c,10.0.0.2\nd,10.0.0.3\n')
    assert list(row_problems(sheet)) == [3]
    assert [row.number for row in sheet.rows] == [2, 3, 4]


def test_everything_wrong_is_said_at_once() -> None:
    sheet = read("name,bmc_address,nmae\n=1+A1,a\x01b,\nb,10.0.0.2\n")
    assert len(sheet.problems) == 1
    assert {number: len(problems) for number, problems in row_problems(sheet).items()} == {2: 2, 3: 1}


def test_too_many_rows() -> None:
    assert "more than 20000 rows" in said(read("name,bmc_address\n" + "a,b\n" * 20_001))[0]
    assert len(read("name,bmc_address\n" + "a,b\n" * 20_000).rows) == 20_000


def test_a_header_alone() -> None:
    assert "no sites" in said(read("name,bmc_address\n"))[0]


YAML = """
- Name: cell-1
  bmc-address: 10.0.0.1
  group: West
- {name: cell-2, bmc_address: 10.0.0.2, group: ~}
"""


def test_yaml_and_json() -> None:
    expected = [(number - 1, cells) for number, cells in ROWS]
    assert cells(read(YAML, "sites.yaml")) == expected
    assert cells(read("sites:" + YAML, "upload")) == expected
    rows = [cells for _, cells in ROWS]
    assert cells(read(json.dumps(rows), "upload")) == expected
    assert cells(read(json.dumps({"sites": rows}), "sites.JSON")) == expected


def test_values_stay_as_they_were_written() -> None:
    text = "- {name: 0123, bmc_address: 26.10, group: yes, latitude: -8.60}"
    assert dict(read(text, "a.yml").rows[0].cells) == {
        "name": "0123",
        "bmc_address": "26.10",
        "group": "yes",
        "latitude": "-8.60",
    }
    as_json = '[{"name": 12345678901234567890, "bmc_address": 26.10, "group": true, "latitude": null}]'
    assert list(read(as_json, "a.json").rows[0].cells.values()) == ["12345678901234567890", "26.10", "true", ""]


@pytest.mark.parametrize(
    ("text", "filename", "says"),
    [
        ("a: [", "a.yaml", "not the YAML"),
        ("- !x 1", "a.yaml", "tag"),
        ("a: 1\nb: 2", "a.yaml", "list of sites"),
        ("--- [{name: a}]\n--- [{name: b}]", "a.yaml", "2 YAML documents"),
        ("[1,", "a.json", "line 1, column 4"),
        ("[" * 100_000, "a.json", "nested too deep"),
        ("{}", "a.json", "list of sites"),
        ("[]", "a.json", "list of sites"),
        ("[" + "{}," * 20_000 + "{}]", "a.json", "more than 20000"),
    ],
)
def test_no_list_of_sites(text: str, filename: str, says: str) -> None:
    assert says in said(read(text, filename))[0]


def test_problems_of_structured_rows() -> None:
    sheet = read('[{"name": "a", "name": "b", "bmc_address": {"x": 1}, "token": "hunter22"}, 7]', "a.json")
    assert "would hold secrets" in said(sheet)[0]
    assert [field for field, _ in row_problems(sheet)[1]] == ["row", "bmc_address"]
    assert "mapping" in row_problems(sheet)[2][0][1]
    assert "hunter22" not in repr(sheet)
    assert "Line 1: the key 'name' stands twice" in said(read("- {name: a, name: b, bmc_address: c}", "a.yaml"))[0]
    assert "byte 0xE4" in said(read("- name: ä".encode("latin-1"), "a.yaml"))[0]


def test_ten_thousand_rows_take_less_than_two_seconds() -> None:
    header = ("name", "bmc_address", "group", "description", "latitude")
    columns = Columns(("name", "bmc_address"), (*header[2:], *(f"extra_{n}" for n in range(12))))
    lines = [",".join((*header, *(f"extra_{n}" for n in range(12))))]
    lines += [f"cell-{n},10.0.0.1,West,roof of house {n},-8.61" + f",10.{n % 250}.0.1/24" * 12 for n in range(10_000)]
    started = time.process_time()
    sheet = read_sheet("\n".join(lines).encode(), columns)
    assert time.process_time() - started < 2
    assert sheet.ok
    assert len(sheet.rows) == 10_000


texts = st.text(st.characters(codec="utf-8") | st.sampled_from(',;\t"\n\r=+-@{}[]:&*!|>-?#%'), max_size=200)
files = st.sampled_from(["a.csv", "a.yaml", "a.json", "a"])


@given(st.binary(max_size=200) | texts.map(str.encode) | texts.map(lambda t: (GOOD + t).encode("utf-16")), files)
def test_any_bytes_make_a_sheet(data: bytes, filename: str) -> None:
    sheet = read(data, filename)
    assert sheet.problems or sheet.rows
    for row in sheet.rows:
        assert set(row.cells) <= set(COLUMNS.known)
        "".join(row.cells.values()).encode()  # every cell can be stored
