"""Lists as CSV, streamed, and safe to open in a spreadsheet."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.http import StreamingHttpResponse

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")  # what a spreadsheet may run when a cell begins with it


class _Echo:
    def write(self, text: str) -> str:
        return text


def csv_response(
    name: str, header: Sequence[str], rows: Iterable[Sequence[Any]], *, most: int | None = None
) -> StreamingHttpResponse:
    """`rows` as an attachment NAME.csv in UTF-8, sent while they are read. Beyond `most` the last line says so."""
    response = StreamingHttpResponse(_lines(header, rows, most), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response["Cache-Control"] = "no-store"
    return response


def _lines(header: Sequence[str], rows: Iterable[Sequence[Any]], most: int | None) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield str(writer.writerow(header))
    for number, row in enumerate(rows):
        if number == most:
            yield str(writer.writerow([f"CUT: there are more than {most:,} rows; narrow the filters"]))
            return
        yield str(writer.writerow([cell(value) for value in row]))


def cell(value: Any) -> Any:
    """Upstream text may begin a formula: then an apostrophe goes before it. Numbers stay numbers."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str):
        text = value.replace("\x00", "")
        return f"'{text}" if text.startswith(FORMULA) else text
    return value
