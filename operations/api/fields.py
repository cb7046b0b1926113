"""Fields that are files in a form and texts or structures in JSON. What was given is in no message."""

import json
from typing import Any

import orjson
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers as s
from rest_framework.request import Request

from operations.planning.encodings import NotText, decode, where_stray
from operations.planning.sheets import MOST_BYTES
from sites.api.bodies import NamedField

LONGEST_SECRET = 4096
LONGEST_NAME, MOST_TEXTS = 255, 1000  # a secret's name is its place in a template
TEXT_OR_FILE = {"type": "string", "description": "YAML: a text, or in a form a file"}


def plain_data(request: Request) -> Any:
    """A form as JSON would have it: a flag that is not given is not given, rather than false."""
    data = request.data
    return {name: data.get(name) for name in data} if isinstance(data, QueryDict) else data


@extend_schema_field(TEXT_OR_FILE)
class DocumentField(s.Field[str, Any, str, Any]):
    """One YAML text."""

    def to_internal_value(self, data: Any) -> str:
        if isinstance(data, str):
            return data
        if not isinstance(data, UploadedFile):
            raise s.ValidationError("Give a text, or in a form a file.")
        try:
            text = decode(data.read())
        except NotText as error:
            raise s.ValidationError(str(error)) from None
        if stray := where_stray(text):
            raise s.ValidationError(stray)
        return text


@extend_schema_field({
    "oneOf": [{"type": "array", "items": {"type": "object", "additionalProperties": {"type": "string"}}},
              {"type": "string", "format": "binary"}],
    "description": "A list with an object for each site (texts by column), or CSV, YAML or JSON as text or file",
})  # fmt: skip
class SitesField(s.Field[tuple[bytes, str], Any, str, Any]):
    """(bytes, file name)."""

    def to_internal_value(self, data: Any) -> tuple[bytes, str]:
        if isinstance(data, UploadedFile):
            if data.size is None or data.size > MOST_BYTES:
                raise s.ValidationError(f"At most {MOST_BYTES} bytes: split it.")
            return data.read(), data.name or ""
        if isinstance(data, str):
            return data.encode("utf-8", "replace"), ""
        if isinstance(data, list):
            return json.dumps(data).encode(), "sites.json"
        raise s.ValidationError("Give a list of sites, or a text or file with them.")


class TextsField(NamedField):
    """Texts by name; in a form, JSON as text."""

    child = s.CharField(max_length=LONGEST_SECRET, trim_whitespace=False, allow_blank=True)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(most=MOST_TEXTS, longest=LONGEST_NAME, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, str):
            try:
                data = orjson.loads(data or "{}")
            except orjson.JSONDecodeError:
                raise s.ValidationError("This is not JSON.") from None
        return super().to_internal_value(data)
