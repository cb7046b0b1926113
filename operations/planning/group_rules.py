"""What dcmanager demands of a subcloud group (starlingx-dcmanager.md 2.3), and what the portal keeps for itself."""

from __future__ import annotations

from collections.abc import Mapping

FORBIDDEN = frozenset(".*+?|()[]{}^$")
APPLY_TYPES = ("parallel", "serial")
DEFAULT = "Default"
DEFAULT_ID = 1
PORTAL_MADE = "dcportal-"
MOST_PARALLEL = 5000
LONGEST_NAME, LONGEST_DESCRIPTION = 255, 254


def group_problems(values: Mapping[str, object]) -> dict[str, str]:
    """{field: sentence}, of those that are given."""
    checks = {
        "name": _name, "description": _description, "update_apply_type": _apply_type,
        "max_parallel_subclouds": _parallel,
    }  # fmt: skip
    found = {field: check(values[field]) for field, check in checks.items() if field in values}
    return {field: sentence for field, sentence in found.items() if sentence}


def _name(name: object) -> str:
    text = str(name)
    if not text.strip() or not text.isprintable() or len(text) > LONGEST_NAME:
        return f"One line of text, at most {LONGEST_NAME} characters."
    if text.isdecimal():
        return "A name of digits only would be taken for a number."
    if FORBIDDEN & set(text):
        return f"These characters may not be in it: {' '.join(sorted(FORBIDDEN))}"
    if text.startswith(PORTAL_MADE):
        return f"Names that begin with {PORTAL_MADE} are those of groups that campaigns make for a while."
    return f"{DEFAULT} is the group that is always there." if text == DEFAULT else ""


def _description(text: object) -> str:
    fits = bool(str(text).strip()) and str(text).isprintable() and len(str(text)) <= LONGEST_DESCRIPTION
    return "" if fits else f"One line of text, at most {LONGEST_DESCRIPTION} characters; dcmanager demands one."


def _apply_type(word: object) -> str:
    return "" if word in APPLY_TYPES else f"One of {', '.join(APPLY_TYPES)}."


def _parallel(number: object) -> str:
    is_number = isinstance(number, int) and not isinstance(number, bool)
    return "" if is_number and 1 <= int(str(number)) <= MOST_PARALLEL else f"From 1 to {MOST_PARALLEL}."
