"""Finds the sentence in an error body, whatever its shape, and makes it fit to show.

Seen on real services (starlingx-dcmanager.md 2.0, starlingx-platform.md 0.4, 1.11): `{code, title, description}`,
`{"error_message": "<JSON again, or text, or HTML>"}`, `{"error": {...}}`, USM's `{info, warning, error}`, Kubernetes'
`Status`, Redfish's `{"error": {"@Message.ExtendedInfo": [...]}}`, HTML pages, plain text, nothing at all.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

import orjson

from starlingx.errors import MESSAGE_LENGTH
from starlingx.redaction import redact, without
from starlingx.rows import clean

MOST_READ = 65_536
DEEPEST = 4
KEYS = (
    *("@Message.ExtendedInfo", "Message"),  # Redfish's other texts say nothing
    *("faultstring", "description", "message", "error_message", "error", "warning", "info", "title", "reason"),
)

_TAG = re.compile(r"<[^<>]*>")
_SPACE = re.compile(r"\s+")


def error_text(body: bytes, secrets: Iterable[str] = ()) -> str:
    """One line of at most `MESSAGE_LENGTH` characters about the error, redacted; empty when the body says nothing."""
    return presentable(_sentence(body[:MOST_READ], DEEPEST), secrets)


def presentable(text: str, secrets: Iterable[str] = ()) -> str:
    """Any upstream text as one redacted line of at most `MESSAGE_LENGTH` characters without markup."""
    secrets = tuple(secrets)
    if "<" in text and ">" in text:
        text = without(text, secrets)  # before markup goes, as a password may look like some
        visible = text[max(text.lower().find("<body"), 0) :]
        text = html.unescape(_TAG.sub(" ", visible))
    text = redact(text, secrets)
    return _SPACE.sub(" ", clean(text, len(text))).strip()[:MESSAGE_LENGTH]


def _sentence(body: bytes | str, depth: int) -> str:
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return body if isinstance(body, str) else body.decode("utf-8", "replace")
    return _spoken(value, depth)


def _spoken(value: object, depth: int) -> str:
    """The most telling text in decoded JSON. Texts may be JSON themselves: sysinv and FM encode their faults twice."""
    if isinstance(value, str):
        return _sentence(value, depth - 1) if depth > 0 and value[:1] in '{["' else value
    if isinstance(value, list) and value:
        return _spoken(value[0], depth - 1)
    if isinstance(value, dict) and depth > 0:
        for key in KEYS:
            found = _spoken(value.get(key), depth - 1)
            if found.strip():
                return found
    return ""
