"""One cell of a sheet: cleaned, bounded, and refused with the reason where it could do harm.

A spreadsheet runs what begins with = + - @ when somebody opens an export of ours (formula injection).
"""

from __future__ import annotations

import re

from operations.planning.encodings import ADVICE, STRAY, stray_byte
from operations.planning.secret_names import looks_secret

LONGEST_CELL = 2000
FREE_TEXT = frozenset({"description", "location"})

# Nothing in here and no odd beginning: nearly every cell, decided in one search.
_SUSPECT = re.compile(
    r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]|\A\s*[=+\-@＝＋－＠]|://|KEY-----"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_BREAKS = re.compile(r"[\t\r\n]")
_STARTERS = "=+-@＝＋－＠"
_NUMBER = re.compile(r"[+-][0-9][0-9 ().,/:-]*(?:e[+-]?[0-9]{1,3})?", re.IGNORECASE)
_DASH = re.compile(r"-+(?:\s+[^=+@|!(]*)?")  # a dash alone, or one before words; no call, no reference


def clean(text: str, column: str) -> tuple[str, str]:
    """The cell as it may be kept, and what is wrong with it ("" when nothing)."""
    if len(text) > LONGEST_CELL:
        return "", f"has {len(text)} characters; at most {LONGEST_CELL} are taken."
    if not _SUSPECT.search(text):
        return text.strip(), ""
    if looks_secret(text):
        return "", "holds a private key or a password: a sheet is kept. Give secrets for the run."
    return _kept(text.strip()), _fault(text, column)


def _kept(text: str) -> str:
    """What a database can store: what is not text is shown as the sign for it."""
    return _UNSTORABLE.sub("�", text)


def _fault(text: str, column: str) -> str:
    if STRAY.search(text):
        return f"holds {stray_byte(text)}, which is not UTF-8: {ADVICE}."
    control = _CONTROL.search(text) or _UNSTORABLE.search(text)
    if control:
        return f"holds the control character U+{ord(control[0]):04X}; delete it."
    stripped = text.strip()
    if text[:1] in ("\t", "\r") and any(letter.isalpha() for letter in stripped):
        return "begins with a tab or line break, which a spreadsheet may run as a formula; delete it."
    if stripped[:1] in _STARTERS and stripped and is_formula(stripped, free=column in FREE_TEXT):
        return f"begins with {stripped[0]}, which a spreadsheet would run as a formula; begin it differently."
    if _BREAKS.search(stripped) and column not in FREE_TEXT:
        return "has a line break or tab in it; write it on one line."
    return ""


def is_formula(text: str, *, free: bool) -> bool:
    """Whether a text that begins with = + - @ could be run. Numbers cannot; nor, in free text, a dash before words."""
    if _NUMBER.fullmatch(text):
        return False
    return not (free and _DASH.fullmatch(text))
