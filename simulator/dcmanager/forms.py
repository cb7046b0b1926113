"""Bodies of dcmanager requests: multipart forms for subclouds, JSON for the rest. Hostile input ends as Refused
or Crashed, never as an exception of ours."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader

from simulator.dcmanager import yaml_values
from simulator.dcmanager.refusals import Crashed, Refused
from simulator.dcmanager.yaml_values import Values
from simulator.effects import note_asked, shown_file
from simulator.routing import UNREADABLE, Call

MAX_FIELD = 8 * 2**20
MAX_FIELDS = 100


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a form."""

    filename: str
    data: bytes

    def text(self) -> str:
        """Raises Crashed: the real server decodes without looking."""
        try:
            return self.data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise Crashed from error


@dataclass(frozen=True, slots=True)
class Form:
    """Text fields and files by name. A file part is one with a file name. `parsed` keeps YAML that was read."""

    fields: dict[str, str] = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)
    parsed: dict[str, Any] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return name in self.fields or name in self.files

    def values(self, name: str) -> Values | None:
        """A YAML file, None when it is not there. Raises Refused; Crashed for text in place of a file."""
        if name in self.fields:
            raise Crashed
        if name not in self.files:
            return None
        if name not in self.parsed:
            self.parsed[name] = yaml_values.document(self.files[name].text(), name)
        return yaml_values.mapping(self.parsed[name], name)


async def read_form(call: Call) -> Form:
    """A form; a body of another type is one without fields, as WebOb reads it. Raises Crashed."""
    kind = call.request.content_type
    form = Form()
    if kind == "multipart/form-data":
        form = await _multipart(call)
    elif kind == "application/x-www-form-urlencoded":
        try:
            form = Form(dict(parse_qsl((await call.body()).decode("utf-8"), keep_blank_values=True)))
        except ValueError as error:
            raise Crashed from error
    _note(form)
    return form


async def form_fields(call: Call) -> dict[str, str]:
    """The parts of a multipart form as text, files too, as dcmanager's update of a subcloud reads them.

    Raises Crashed for any other body: the real server falls over it (wire/dcmanager/mut_patch_json_body_500.json).
    """
    if call.request.content_type != "multipart/form-data":
        raise Crashed
    form = await _multipart(call)
    _note(form)
    return {**form.fields, **{name: upload.text() for name, upload in form.files.items()}}


async def _multipart(call: Call) -> Form:
    form = Form()
    try:
        reader = await call.request.multipart()
        while (part := await reader.next()) is not None:
            if (
                not isinstance(part, BodyPartReader)
                or part.name is None
                or len(form.fields) + len(form.files) >= MAX_FIELDS
            ):
                raise Crashed
            data = await _data(part)
            if part.filename is None:
                form.fields[part.name] = data.decode("utf-8")
            else:
                form.files[part.name] = Upload(part.filename, data)
    except UNREADABLE as error:
        raise Crashed from error
    return form


async def _data(part: BodyPartReader) -> bytes:
    data = bytearray()
    while chunk := await part.read_chunk():
        data += chunk
        if len(data) > MAX_FIELD:
            raise Crashed
    return bytes(part.decode(bytes(data)))


def _note(form: Form) -> None:
    """Fields for the request log. Values files that come as text are shown as files are."""
    shown: dict[str, Any] = {}
    for name, text in form.fields.items():
        shown[name] = shown_file("", _yaml(form, name, text)) if name.endswith("_values") else text
    for name, upload in form.files.items():
        text = upload.data.decode("utf-8", "replace") if name.endswith("_values") else ""
        shown[name] = shown_file(upload.filename, _yaml(form, name, text))
    note_asked(shown)


def _yaml(form: Form, name: str, text: str) -> Any:
    """The document; None for what is none, which the handler refuses in its turn."""
    try:
        form.parsed[name] = yaml_values.document(text, name) if text else None
    except Refused:
        return None
    return form.parsed[name]


async def json_object(call: Call) -> dict[str, Any]:
    """Raises Refused."""
    try:
        value = await call.json()
    except ValueError as error:
        raise Refused(400, "Request body is malformed.") from error
    if not isinstance(value, dict) or not value:
        raise Refused(400, "Body required")
    note_asked(value)
    return value
