"""Long lists, decoded row by row: a fleet's list has tens of megabytes, and ten times that as objects all at once."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator

from starlingx.errors import Unexpected
from starlingx.json_reading import DECODER, NotJsonError, has_halves, mended, parse

SHORT = 4 * 1024 * 1024  # bytes; below, everything at once costs little and is faster
PIECE = 1024 * 1024

NUMBER_ENDS = frozenset(" \t\r\n,]}")

_SEPARATOR = re.compile(r"\s*([,\]])\s*")


def rows_of(body: bytes | bytearray, key: str, *, short: int = SHORT) -> Iterator[object]:
    """The rows of `{key: [...]}`, one after the other. `body` may be any bytes.

    Raises Unexpected where it is no such JSON, or cut off: possibly after some rows, so nothing may be used before
    the end was reached.
    """
    start = re.match(rb'\s*\{\s*"' + re.escape(key.encode()) + rb'"\s*:\s*\[\s*', body)
    if len(body) > short and start is not None:
        yield from _one_by_one(body, start.end())
        return
    try:
        decoded = parse(body)
    except NotJsonError as caught:
        raise Unexpected(f"not JSON ({caught})") from None
    rows = decoded.get(key) if isinstance(decoded, dict) else None
    if not isinstance(rows, list):
        raise Unexpected(f"the answer has no list {key!r}")
    yield from rows


def _one_by_one(body: bytes | bytearray, start: int) -> Iterator[object]:
    text = _Window(body, start)
    if text.peek() == "]":
        return text.end()
    while True:
        yield text.value()
        if text.separator() == "]":
            return text.end()


class _Window:
    """The part of the text that is being decoded; more is read when a value does not end in it."""

    def __init__(self, body: bytes | bytearray, start: int) -> None:
        self._body = body
        self._next = start
        self._halves = has_halves(body)
        self._utf8 = codecs.getincrementaldecoder("utf-8")()
        self._text = ""
        self._at = 0

    def peek(self) -> str:
        while self._at >= len(self._text) and self._more():
            pass
        return self._text[self._at : self._at + 1]

    def value(self) -> object:
        while True:
            try:
                found, end = DECODER.raw_decode(self._text, self._at)
            except (ValueError, RecursionError) as caught:  # ValueError: a number with thousands of digits, too
                if not self._more():
                    problem = getattr(caught, "msg", "nested too deeply")
                    raise Unexpected(f"not JSON, or cut off ({problem})") from None
                continue
            # a number at the end of a piece may go on in the next one
            if isinstance(found, int | float | None) and self._text[end : end + 1] not in NUMBER_ENDS and self._more():
                continue
            self._at = end
            return mended(found) if self._halves else found

    def separator(self) -> str:
        """The comma or bracket behind a value; stands at the next value then."""
        while True:
            found = _SEPARATOR.match(self._text, self._at)
            if found is not None and found.end() < len(self._text):
                self._at = found.end()
                return found[1]
            if not self._more():
                raise Unexpected("not JSON, or cut off (a list without its end)")

    def end(self) -> None:
        """Behind the list: what is left must close the object."""
        while self._more():
            pass
        rest = self._text[self._at :].strip()
        try:
            json.loads('{"": 0' + rest.removeprefix("]"))
        except (json.JSONDecodeError, RecursionError):
            raise Unexpected("not JSON, or cut off (an object without its end)") from None

    def _more(self) -> bool:
        """Read another piece. False at the end."""
        if self._next >= len(self._body):
            return False
        piece = self._body[self._next : self._next + PIECE]
        self._next += len(piece)
        try:
            text = self._utf8.decode(piece, final=self._next >= len(self._body))
        except UnicodeDecodeError:
            raise Unexpected("not JSON (not UTF-8)") from None
        self._text = self._text[self._at :] + text
        self._at = 0
        return True
