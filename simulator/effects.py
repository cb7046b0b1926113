"""What a write asked for and what it did: noted while it is handled, shown in the request log.

Secrets never get in: values of fields whose names speak of one are left out, files show their name and two keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

SECRET_WORDS = ("password", "secret", "token", "passwd", "credential", "private", "registries")
HIDDEN = "***"
MAX_FIELDS = 40
MAX_TEXT = 200
MAX_DEPTH = 3
SHOWN_OF_FILES = ("name", "bootstrap-address", "bootstrap_address")


@dataclass(slots=True)
class Deed:
    """One write: what was asked, and the commands it has led to so far; more may come after the answer."""

    asked: dict[str, Any] | None = None
    commands: list[str] = field(default_factory=list)


CURRENT: ContextVar[Deed | None] = ContextVar("deed", default=None)


def note_asked(asked: Mapping[str, Any]) -> None:
    """Keep what the write under way asks for, without secrets and bounded."""
    deed = CURRENT.get()
    if deed is not None:
        deed.asked = redacted(asked)


def note_command(name: str) -> None:
    deed = CURRENT.get()
    if deed is not None:
        deed.commands.append(name)


def redacted(value: Mapping[str, Any], depth: int = 0) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for key, inner in list(value.items())[:MAX_FIELDS]:
        name = str(key)[:MAX_TEXT]
        shown[name] = HIDDEN if secret(name) else simple(inner, depth)
    return shown


def secret(name: str) -> bool:
    return any(word in name.lower() for word in SECRET_WORDS)


def simple(value: Any, depth: int) -> Any:
    if isinstance(value, Mapping):
        return redacted(value, depth + 1) if depth < MAX_DEPTH else HIDDEN
    if isinstance(value, list | tuple):
        return [simple(one, depth + 1) for one in value[:MAX_FIELDS]] if depth < MAX_DEPTH else HIDDEN
    if isinstance(value, bool | int | float) or value is None:
        return value
    return str(value)[:MAX_TEXT]


def shown_file(filename: str, values: Any) -> dict[str, Any]:
    """A file as the log shows it: its name and, of its YAML, which site it is about."""
    shown: dict[str, Any] = {"file": filename[:MAX_TEXT]}
    if isinstance(values, Mapping):
        shown |= {key: str(values[key])[:MAX_TEXT] for key in SHOWN_OF_FILES if key in values}
    return shown
