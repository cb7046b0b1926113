"""Compares JSON bodies by shape: the same keys in every object, values of the same type, time stamps alike."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

WIRE = Path(__file__).resolve().parents[1] / "wire" / "dcmanager"
TIME_STAMPS = (
    ("time, database", re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}")),
    ("time, no fraction", re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")),
    ("time, RPC", re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}")),
    ("time, Keystone", re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")),
)
# columns the recorded fleet happened to leave empty everywhere
NEVER_RECORDED = {"rehome_data": {"text"}, "updated-at": {"time, database", "time, RPC"}}

OPEN = {"extra-args"}  # what a strategy was created with: more keys for more options


def kind(value: Any) -> str:
    if isinstance(value, str):
        return next((name for name, pattern in TIME_STAMPS if pattern.fullmatch(value)), "text")
    return {dict: "object", list: "list", bool: "bool", int: "int", float: "float"}.get(type(value), "null")


def recorded_kinds() -> dict[str, set[str]]:
    """For each key, the kinds of value it has anywhere in the recorded bodies."""
    kinds: dict[str, set[str]] = {key: set(extra) for key, extra in NEVER_RECORDED.items()}
    for path in WIRE.glob("*.json"):
        text = path.read_text()
        if text.startswith(("{", "[")):
            for key, value in pairs(json.loads(text)):
                kinds.setdefault(key, set()).add(kind(value))
    return kinds


def pairs(value: Any) -> Iterator[tuple[str, Any]]:
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if isinstance(value, dict):
        yield from value.items()
    for child in children:
        yield from pairs(child)


KINDS = recorded_kinds()


def differences(recorded: Any, ours: Any, where: str = "$", key: str = "") -> Iterator[str]:
    """What is not alike. Elements of lists are each compared with the first recorded element."""
    if kind(recorded) != kind(ours):
        if "null" not in (kind(recorded), kind(ours)) or kind(ours) not in KINDS.get(key, set()):
            yield f"{where}: {kind(ours)} instead of {kind(recorded)}"
    elif isinstance(recorded, dict):
        for name in recorded.keys() - ours.keys() if key in OPEN else recorded.keys() ^ ours.keys():
            yield f"{where}: {'extra' if name in ours else 'missing'} key {name}"
        if list(recorded) != [name for name in ours if name in recorded]:
            yield f"{where}: other order of keys"
        for name in recorded.keys() & ours.keys():
            yield from differences(recorded[name], ours[name], f"{where}.{name}", name)
    elif isinstance(recorded, list):
        if bool(recorded) != bool(ours):
            yield f"{where}: {len(ours)} elements instead of {len(recorded)}"
        for number, element in enumerate(ours if recorded else ()):
            yield from differences(recorded[0], element, f"{where}[{number}]", key)
