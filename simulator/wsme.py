"""Habits FM and sysinv share because both are written with pecan and WSME: error bodies, booleans, content types.

Shapes: the error answers recorded in tests/wire/fm and tests/wire/sysinv.
"""

from __future__ import annotations

import json
import re
from typing import Any
from xml.sax.saxutils import escape

import orjson
from aiohttp import web

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z", re.IGNORECASE)
LIMIT_MAX = 2000
NOT_ACCEPTABLE = (
    "<html>\n <head>\n  <title>406 Not Acceptable</title>\n </head>\n <body>\n  <h1>406 Not Acceptable</h1>\n"
    "  The resource could not be generated that was acceptable to your browser\n(content of type {}. <br /><br />\n"
    "\n </body>\n</html>"
)


class ApiError(Exception):
    """An answer other than 200, thrown by a handler."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status

    def response(self) -> web.Response:
        code = "Server" if self.status >= 500 else "Client"
        return failure(self.status, {"faultcode": code, "faultstring": str(self), "debuginfo": None})


def failure(status: int, inner: object) -> web.Response:
    """The error as JSON inside of JSON: a client has to decode twice."""
    text = inner if isinstance(inner, str) else json.dumps(inner)
    return web.Response(body=orjson.dumps({"error_message": text}), status=status, content_type="application/json")


def titled(status: int, title: str, description: str | None = "") -> web.Response:
    """pecan's own errors, which have no faultstring."""
    return failure(status, {"code": status, "title": title, "description": description})


def crashed() -> web.Response:
    """A write that fails inside: 500, text/plain, nothing in it."""
    return web.Response(status=500, content_type="text/plain", body=b"")


def truth(value: str | None) -> bool:
    """A Boolean of the query: any text is true, `False` too."""
    return bool(value)


def whole(name: str, value: str) -> int:
    """An integer of the query. Raises ApiError(400)."""
    try:
        return int(value)
    except ValueError as error:
        raise ApiError(
            400, f"Invalid input for field/attribute {name}. Value: '{value}'. unable to convert to int. Error: {error}"
        ) from error


def wanted(accept: str) -> str:
    """`json` or `xml`. Raises ValueError when neither is accepted."""
    if not accept or "*/*" in accept or "json" in accept or "application/*" in accept:
        return "json"
    if "application/xml" in accept or "text/xml" in accept:
        return "xml"
    raise ValueError(accept)


def rendered(value: Any, kind: str, status: int = 200) -> web.Response:
    if kind == "json":
        return web.Response(body=orjson.dumps(value), status=status, content_type="application/json")
    body = f"<result>{xml(value)}</result>".encode()
    return web.Response(body=body, status=status, content_type="application/xml", charset="UTF-8")


def not_acceptable(accept: str) -> web.Response:
    return failure(406, NOT_ACCEPTABLE.format(accept))


def xml(value: Any) -> str:
    """WSME's XML: an element for each key, `item` for each member of a list."""
    if isinstance(value, dict):
        return "".join(f"<{key}>{xml(inner)}</{key}>" for key, inner in value.items())
    if isinstance(value, list):
        return "".join(f"<item>{xml(inner)}</item>" for inner in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else escape(str(value))
