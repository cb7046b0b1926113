"""What every REST answer has in common: orjson, and errors that say what to do."""

from typing import Any

import orjson
from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from rest_framework.renderers import BaseRenderer
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import set_rollback

NON_FIELD = str(api_settings.NON_FIELD_ERRORS_KEY)


class JsonParser(JSONParser):
    """A body that is nested too deeply to be read is a bad one, not a fault of ours."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError("JSON parse error - it is nested too deeply") from None


class OrjsonRenderer(BaseRenderer):
    """JSON as UTF-8 bytes; datetimes as RFC 3339 with Z."""

    media_type = "application/json"
    format = "json"
    charset = None  # JSON is always UTF-8: bytes go out as they are
    render_style = "binary"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        if data is None:
            return b""
        return orjson.dumps(data, default=str, option=orjson.OPT_UTC_Z)


def problem(code: str, message: str, fields: Any = None) -> dict[str, Any]:
    """The body of every error: {"error": {"code", "message"[, "fields"]}}."""
    error: dict[str, Any] = {"code": code, "message": message}
    if fields:
        error["fields"] = fields
    return {"error": error}


def explain(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler. None (a plain 500) for what is not an answer but a fault of ours."""
    known = _as_api_exception(exc)
    if known is None:
        return None
    set_rollback()
    headers = {}
    if getattr(known, "auth_header", None):
        headers["WWW-Authenticate"] = known.auth_header  # type: ignore[attr-defined] # set by APIView.handle_exception
    if getattr(known, "wait", None):
        headers["Retry-After"] = str(int(known.wait))  # type: ignore[attr-defined] # only on Throttled
    return Response(_body(known), status=known.status_code, headers=headers)


def _as_api_exception(exc: Exception) -> exceptions.APIException | None:
    if isinstance(exc, exceptions.APIException):
        return exc
    if isinstance(exc, Http404):
        return exceptions.NotFound("There is no such object, or it is not in your scope.")
    if isinstance(exc, PermissionDenied):
        return exceptions.PermissionDenied(str(exc) or None)
    return None


def _body(exc: exceptions.APIException) -> dict[str, Any]:
    if isinstance(exc, exceptions.ValidationError):
        fields = _plain(exc.detail if isinstance(exc.detail, dict) else {NON_FIELD: exc.detail})
        first = next(iter(fields.items()), ("", "Invalid input."))
        return problem("invalid", _sentence(*first), fields)
    codes = exc.get_codes()
    return problem(codes if isinstance(codes, str) else "error", str(exc.detail))


def _plain(detail: Any) -> Any:
    """As JSON takes it: keys of list items are numbers, and a key nobody knows may hold half a character."""
    if isinstance(detail, dict):
        return {str(key).encode("utf-8", "replace").decode(): _plain(part) for key, part in detail.items()}
    if isinstance(detail, list):
        return [_plain(part) for part in detail]
    return str(detail).encode("utf-8", "replace").decode()


def _sentence(name: str, messages: Any) -> str:
    while isinstance(messages, list | tuple | dict) and messages:
        messages = next(iter(messages.values())) if isinstance(messages, dict) else messages[0]
    return str(messages) if name == NON_FIELD else f"{name}: {messages}"
