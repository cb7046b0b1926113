"""Who may ask sysinv, and how it refuses."""

from __future__ import annotations

from aiohttp import web

from simulator.routing import Call, keystone_refusal
from simulator.wsme import failure, titled

READERS = frozenset(("reader", "operator", "configurator"))
WRITERS = frozenset(("admin", "configurator"))
HOST_PATCHERS = WRITERS | {"operator"}
DENIED = {"faultstring": "Access was denied to this resource."}
MISSING_TOKEN = "OIDC Authorization failed: Missing OIDC token in the request"


def unauthorized(call: Call) -> web.Response:
    """No token: a text about OIDC; a bad one: what Keystone says."""
    if call.request.headers.get("X-Auth-Token"):
        return keystone_refusal(call)
    response = failure(401, {"faultcode": "Client", "faultstring": MISSING_TOKEN, "debuginfo": None})
    response.charset = "utf-8"
    return response


def denied(call: Call, roles: frozenset[str]) -> web.Response | None:
    if call.token is not None and not roles.intersection(call.token.roles):
        return failure(403, DENIED)
    return None


def not_found(call: Call) -> web.Response:
    """The inner text depends on whether JSON was asked for by name."""
    if "json" in call.request.headers.get("Accept", ""):
        return titled(404, "Not Found")
    return failure(404, {"faultstring": "The resource could not be found."})


def method_not_allowed(call: Call) -> web.Response:
    return titled(405, "Method Not Allowed")
