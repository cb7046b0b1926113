"""Rows of a CSV text: comma, semicolon or tab, quoted cells with line breaks, blank lines skipped."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence

from operations.planning.cells import clean
from operations.planning.encodings import ADVICE, STRAY, stray_byte
from operations.planning.problems import Problem
from operations.planning.sheet_columns import MOST_COLUMNS, Columns, canonical, place_headers
from operations.planning.site_rows import MOST_ROWS, Sheet, SiteRow, spoilt

DELIMITERS = ",;\t"
_DECLARED = re.compile(r"\s*\"?sep=([,;\t])\"?\s*", re.IGNORECASE)  # Excel's first line
_Record = tuple[int, list[str], str]  # row number, cells, what the reader says is wrong


def read(text: str, columns: Columns) -> Sheet:
    """The sheet in `text`, in which stray bytes are lone surrogates. Never raises."""
    records = _records(text, _delimiter(text, columns))
    number, headers, broken = next(records, (1, [], ""))
    if not headers:
        return spoilt(f"Row {number}: {broken}" if broken else "The file has no header row.")
    if len(headers) > MOST_COLUMNS:
        return spoilt(f"The header has {len(headers)} columns; at most {MOST_COLUMNS} are taken.")
    strays = [header for header in headers if STRAY.search(header)]
    if strays:
        at = headers.index(strays[0]) + 1
        return spoilt(f"Row {number}, column {at}: {stray_byte(strays[0])} is not UTF-8; {ADVICE}.")
    places, problems = place_headers(headers, columns)
    rows: list[SiteRow] = []
    for record in records:
        if len(rows) >= MOST_ROWS:
            return spoilt(f"The file has more than {MOST_ROWS} rows: split it.")
        rows.append(_row(record, headers, places))
    if not rows:
        problems.append(Problem("file", "The file has a header and no sites below it."))
    return Sheet(tuple(place for place in places if place), tuple(rows), tuple(problems))


def _delimiter(text: str, columns: Columns) -> str:
    """The one with which the first row has the most columns that we know."""
    start = text.lstrip("\r\n")[:20_000]
    declared = _DECLARED.fullmatch(start.split("\n", 1)[0])
    if declared:
        return declared[1]
    known = set(columns.known)

    def score(delimiter: str) -> tuple[int, int]:
        header = next(_records(start, delimiter), (1, [], ""))[1]
        return sum(canonical(cell) in known for cell in header), len(header)

    return max(DELIMITERS, key=score)  # the first of equals: the comma


def _records(text: str, delimiter: str) -> Iterator[_Record]:
    """Rows that are not blank, numbered as a spreadsheet numbers them. After a broken row the next line is read on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield number, [], _said(str(error))
            continue
        if number == 1 and _DECLARED.fullmatch(delimiter.join(cells)):
            continue
        if any(cell.strip() for cell in cells):
            yield number, cells, ""


def _said(error: str) -> str:
    if "unexpected end of data" in error or "field limit" in error:
        return "a quotation mark opens a cell that never ends; close it, or delete the mark."
    if "expected after" in error:
        return 'a quotation mark stands inside a quoted cell; write it twice ("").'
    return f"this row cannot be read: {error[:100]}."


def _row(record: _Record, headers: Sequence[str], places: Sequence[str]) -> SiteRow:
    number, texts, broken = record
    if broken:
        return SiteRow(number, {}, (Problem("row", broken[0].upper() + broken[1:]),))
    cells: dict[str, str] = {}
    problems: list[Problem] = []
    for position, (place, text) in enumerate(zip(places, texts, strict=False)):
        if place:
            cells[place], wrong = clean(text, place)
            if wrong:
                problems.append(Problem(place, f"{place} {wrong}"))
        elif not headers[position].strip() and text.strip():
            problems.append(Problem("row", f"Cell {position + 1} has a value, but its column has no header."))
    problems.extend(_count(len(headers), texts))
    return SiteRow(number, cells, tuple(problems))


def _count(wanted: int, texts: Sequence[str]) -> Iterator[Problem]:
    if len(texts) < wanted:
        yield Problem(
            "row", f"The row has {len(texts)} cells, the header {wanted}; add the missing ones, even if blank."
        )
    if any(text.strip() for text in texts[wanted:]):
        yield Problem(
            "row",
            f"The row has {len(texts)} cells, the header {wanted}; put cells with the separator in them in quotes.",
        )
