"""A value that must not be shown: a password, or a text that holds some."""

from __future__ import annotations

import html
import json
from base64 import b64encode
from urllib.parse import quote

from starlingx.errors import BadValue


class Secret:
    """A text that shows in no repr, str or format. `reveal` gives it to the wire; whoever calls that keeps it short."""

    __slots__ = ("_origin", "_text")

    def __init__(self, text: str, *, origin: str | None = None) -> None:
        """`origin` is what `text` was made from, if anything: as secret. Raises BadValue for half a surrogate pair."""
        if not _encodable(text):
            raise BadValue("the secret holds characters that cannot be sent")
        self._text = text
        self._origin = origin

    def reveal(self) -> str:
        """The text itself."""
        return self._text

    def base64(self) -> Secret:
        """Base64 of its UTF-8, as dcmanager wants passwords (starlingx-dcmanager.md 7.4)."""
        return Secret(_base64(self._text), origin=self._text)

    def spellings(self) -> tuple[str, ...]:
        """Every text that would give it away, as services quote what they were sent."""
        plain = (self._text, self._origin or "")
        escaped = (escape(text) for text in plain for escape in (_base64, _json, html.escape, quote))
        return tuple({text: None for text in (*plain, *escaped) if text})

    def __repr__(self) -> str:
        return "Secret([hidden])"

    __str__ = __repr__

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return self._text == other._text if isinstance(other, Secret) else NotImplemented

    def __hash__(self) -> int:
        return hash((Secret, self._text))

    def __reduce__(self) -> str:
        """Raises TypeError: a pickle is a row or a task's argument sooner or later."""
        raise TypeError("a Secret is not to be stored")


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()


def _json(text: str) -> str:
    return json.dumps(text)[1:-1]


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
