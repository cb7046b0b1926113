"""What a write carries: JSON or a multipart form, and which secrets are in it.

dcmanager wants forms for everything about subclouds and JSON for the rest (starlingx-dcmanager.md trap 9). It finds a
part's name by searching for the first `name="…"`, so that comes before the file name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import uuid4

import orjson

from starlingx.errors import BadValue
from starlingx.redaction import named_values
from starlingx.secret import Secret

YAML = "text/yaml"
BYTES = "application/octet-stream"
ZIP = "application/zip"

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_FILENAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,127}")


@dataclass(frozen=True, slots=True)
class File:
    """A file of a form. `filename` is plain ASCII without a path; `content_type` YAML, BYTES or ZIP."""

    content: bytes = field(repr=False)
    filename: str
    content_type: str = YAML


Json = Mapping[str, object] | Sequence[object]
Form = Mapping[str, str | Secret | File]
Fields = dict[str, str | Secret | File]  # a form that is being filled in


@dataclass(frozen=True, slots=True)
class Body:
    """Ready to be sent. `secrets` are the texts that must not come back in a message."""

    content_type: str
    content: bytes = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)


def body_of(json: Json | None, form: Form | None) -> Body | None:
    """The one that is given; None for neither. Raises BadValue for what cannot be written, ValueError for both."""
    if json is not None and form is not None:
        raise ValueError("a body is JSON or a form, not both")
    if json is not None:
        return json_body(json)
    return None if form is None else form_body(form)


def json_body(value: Json) -> Body:
    """A Secret may stand wherever a text may."""
    secrets: list[str] = []

    def revealed(inner: object) -> str:
        if not isinstance(inner, Secret):
            raise TypeError(f"{type(inner).__name__} is not for JSON")
        secrets.extend(inner.spellings())
        return inner.reveal()

    try:
        content = orjson.dumps(value, default=revealed)
    except orjson.JSONEncodeError:
        content = b""
    if not content:  # raised here, as the encoder's exception may show what it was given
        raise BadValue("the values cannot be written as JSON")
    return Body("application/json", content, tuple(secrets))


def form_body(form: Form) -> Body:
    """multipart/form-data: texts as the command line client sends them, files with name and type."""
    boundary = f"dcportal-{uuid4().hex}"
    secrets: list[str] = []
    lines: list[bytes] = []
    for name, value in form.items():
        if not _NAME.fullmatch(name):
            raise BadValue(f"{name[:64]!r} is no name for a field")
        disposition = f'Content-Disposition: form-data; name="{name}"'
        if isinstance(value, File):
            content = value.content
            disposition += _file_headers(value)
            secrets += named_values(content.decode("utf-8", "ignore")) if value.content_type == YAML else ()
        else:
            text = value.reveal() if isinstance(value, Secret) else value
            secrets += value.spellings() if isinstance(value, Secret) else ()
            content = _encoded(name, text)
        lines += [f"--{boundary}".encode(), disposition.encode(), b"", content]
    lines += [f"--{boundary}--".encode(), b""]
    return Body(f"multipart/form-data; boundary={boundary}", b"\r\n".join(lines), tuple(secrets))


def _file_headers(file: File) -> str:
    if not _FILENAME.fullmatch(file.filename):
        raise BadValue(f"{file.filename[:64]!r} is no plain file name: use letters, digits, dots, dashes")
    if file.content_type not in (YAML, BYTES, ZIP):
        raise BadValue(f"{file.content_type[:64]!r} is no type of file that is sent")
    return f'; filename="{file.filename}"\r\nContent-Type: {file.content_type}'


def _encoded(name: str, text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        pass
    raise BadValue(f"{name} holds characters that cannot be sent")
