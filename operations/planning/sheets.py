"""An uploaded sheet of many sites, CSV, YAML or JSON, as rows, with everything that is wrong said row by row."""

from __future__ import annotations

from operations.planning import csv_rows, structured_rows
from operations.planning.encodings import NotText, decode
from operations.planning.sheet_columns import Columns
from operations.planning.sheet_export import template_csv, verdicts_csv
from operations.planning.site_rows import Sheet, SiteRow, spoilt

__all__ = ["Columns", "Sheet", "SiteRow", "read_sheet", "template_csv", "verdicts_csv"]

MOST_BYTES = 5_000_000
_READERS = {
    "csv": csv_rows.read,
    "tsv": csv_rows.read,
    "txt": csv_rows.read,
    "yaml": structured_rows.read_yaml,
    "yml": structured_rows.read_yaml,
    "json": structured_rows.read_json,
}


def read_sheet(data: bytes, columns: Columns, filename: str = "") -> Sheet:
    """The rows of an upload. Never raises: whatever is wrong with the bytes is a problem of the sheet or of a row.

    The format goes by the end of the file's name; without a known one, by how the text begins.
    """
    if len(data) > MOST_BYTES:
        return spoilt(f"The file has {len(data)} bytes; at most {MOST_BYTES} are taken. Split it.")
    try:
        text = decode(data)
    except NotText as error:
        return spoilt(str(error))
    if not text.strip():
        return spoilt("The file is empty.")
    ending = filename.rpartition(".")[2].lower()
    read = _READERS[ending if ending in _READERS else _sniffed(text)]
    return read(text, columns)


def _sniffed(text: str) -> str:
    begin = text[:4000].lstrip()
    if begin.startswith(("[", "{")):
        return "json"
    if begin.startswith(("---", "- ", "-\n", "-\r", "sites:")):
        return "yaml"
    return "csv"
