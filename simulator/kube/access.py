"""Bearer token and refusals of the Kubernetes API."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from simulator.routing import Call, answer

READER_TOKEN = "kube-reader-token"


def status(code: int, reason: str, message: str, **details: Any) -> web.Response:
    """A `Status` object, which is how every refusal looks."""
    body = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": message,
        "reason": reason,
    }
    if details:
        body["details"] = details
    return answer(body | {"code": code}, code)


def unauthorized(call: Call) -> web.Response:
    return status(401, "Unauthorized", "Unauthorized")


def bearer(call: Call) -> web.Response | None:
    if call.request.headers.get("Authorization") == f"Bearer {READER_TOKEN}":
        return None
    return unauthorized(call)


def missing(kind: str, name: str) -> web.Response:
    return status(404, "NotFound", f'{kind} "{name}" not found', name=name, kind=kind)


def no_such_api(call: Call) -> web.Response:
    return web.Response(status=404, text="404 page not found\n")


def method_not_allowed(call: Call) -> web.Response:
    return status(403, "Forbidden", "the reader may only get and list")
