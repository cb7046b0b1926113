"""Text as it may stand in a spreadsheet: before what a program would run when a cell begins with it, an apostrophe."""

from __future__ import annotations

from collections.abc import Iterable

STARTERS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
LONGEST = 2000


def cell(value: object) -> str:
    """None is empty. Numbers stay numbers; text is bounded, on one line, and never a formula, also after spaces."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return str(value)
    text = str(value)
    flat = "".join(letter if letter.isprintable() else " " for letter in text)
    harmful = text.startswith(STARTERS) or flat.lstrip().startswith(STARTERS)
    flat = flat if len(flat) <= LONGEST else flat[: LONGEST - 1] + "…"
    return f"'{flat}" if harmful else flat


def row(values: Iterable[object]) -> list[str]:
    return [cell(value) for value in values]
