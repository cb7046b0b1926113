"""Bytes that people upload, as text. UTF-8 with or without mark, UTF-16 with mark; nothing is guessed.

A guess between the many 8-bit encodings turns "Zürich" into "ZÃ¼rich" unseen; so bytes that are not UTF-8 are kept as
lone surrogates (`stray`), to be named where they stand.
"""

from __future__ import annotations

import codecs
import re

STRAY = re.compile(r"[\udc80-\udcff]")
_WORKBOOKS = {b"PK\x03\x04": "an Excel or ODF workbook", b"\xd0\xcf\x11\xe0": "an old Excel workbook"}
_UTF_32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
ADVICE = "save the file as UTF-8"


class NotText(ValueError):
    """Bytes that are no text at all; the message says what to do."""


def decode(data: bytes) -> str:
    """The text, without its mark. A byte that is not UTF-8 becomes a lone surrogate. Raises NotText."""
    for magic, what in _WORKBOOKS.items():
        if data.startswith(magic):
            raise NotText(f"This is {what}, not text: save it as CSV (UTF-8).")
    if data.startswith(_UTF_32):
        raise NotText(f"This text is in UTF-32: {ADVICE}.")
    if data.startswith(_UTF_16):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise NotText(f"This text begins as UTF-16 and is broken at byte {error.start}: {ADVICE}.") from None
    if data[:64].count(b"\0") > 8:
        raise NotText(f"This is no text, or UTF-16 without its mark: {ADVICE}.")
    return data.decode("utf-8-sig", "surrogateescape")


def where_stray(text: str) -> str:
    """For formats without cells: line, column and value of the first byte that is not UTF-8, "" when all are."""
    stray = STRAY.search(text)
    if not stray:
        return ""
    before = text[: stray.start()]
    column = len(before) - before.rfind("\n")
    return f"Line {before.count(chr(10)) + 1}, column {column}: {stray_byte(stray[0])} is not UTF-8; {ADVICE}."


def stray_byte(text: str) -> str:
    """The first stray byte of a text as `byte 0xFC`, "" when there is none."""
    stray = STRAY.search(text)
    return f"byte 0x{ord(stray[0]) - 0xDC00:02X}" if stray else ""
