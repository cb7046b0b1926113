"""How a service says what it answers: a table of paths, and the call a handler gets."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from multidict import MultiMapping

from simulator.fleet import Cloud
from simulator.tokens import Token
from simulator.world import World

# what aiohttp's multipart reader raises for bodies that are none
UNREADABLE = (ValueError, AssertionError, LookupError, TypeError, RuntimeError, HttpProcessingError, web.HTTPException)

Handler = Callable[["Call"], Awaitable[web.StreamResponse]]
Refusal = Callable[["Call"], web.Response]


@dataclass(slots=True)
class Call:
    """One request to one service of one cloud.

    `path` begins after the service's prefix (`/v1/alarms`); `params` holds what `{name}` in the pattern matched,
    percent-decoded; `token` is None only on public routes and for services with an `authenticate` of their own.
    """

    world: World
    cloud: Cloud
    service: Service
    request: web.Request
    path: str
    params: dict[str, str]
    token: Token | None = None

    @property
    def method(self) -> str:
        return self.request.method

    @property
    def query(self) -> MultiMapping[str]:
        return self.request.query

    @property
    def base_url(self) -> str:
        """The service's own address, for links: `http://127.0.0.1:9000/c1/s12/fm`."""
        return f"{self.world.base_url}{self.cloud.path}/{self.service.name}"

    async def body(self) -> bytes:
        return await self.request.read()

    async def json(self) -> Any:
        """The body as JSON. Raises ValueError."""
        try:
            return json.loads(await self.request.read())
        except RecursionError as error:
            raise ValueError("nested too deeply") from error


def answer(value: Any, status: int = 200) -> web.Response:
    """JSON as Python's own json writes it, which is what the real servers do (a space after `,` and `:`)."""
    return encoded(json.dumps(value).encode(), status)


def encoded(body: bytes, status: int = 200) -> web.Response:
    return web.Response(body=body, status=status, content_type="application/json")


def keystone_refusal(call: Call) -> web.Response:
    """What keystonemiddleware answers to a missing or bad token (wire/fm/alarms_no_token.json)."""
    response = answer(
        {
            "error": {
                "code": 401,
                "title": "Unauthorized",
                "message": "The request you have made requires authentication.",
            }
        },
        401,
    )
    response.headers["WWW-Authenticate"] = f"Keystone uri={call.world.base_url}{call.cloud.path}/identity"
    return response


def plain_not_found(call: Call) -> web.Response:
    return web.Response(status=404, text="404 Not Found")


def plain_method_not_allowed(call: Call) -> web.Response:
    return web.Response(status=405, text="405 Method Not Allowed")


def site_away(world: World, cloud: Cloud, path: str) -> str | None:
    """Whether the whole site is away, and what that does to a connection."""
    if world.reachable(cloud):
        return None
    hanging = any(fault.options.get("mode") == "hang" for fault in world.faults.active_on(cloud.key, world.clock.now()))
    return "hang" if hanging else "abort"


@dataclass(slots=True)
class _Node:
    children: dict[str, _Node] = field(default_factory=dict)
    wildcard: tuple[str, _Node] | None = None
    handlers: dict[str, tuple[Handler, bool]] = field(default_factory=dict)


class Routes:
    """Patterns like `/v1/ihosts/{uuid}`; a fixed word wins over `{...}`; a trailing slash does not matter."""

    def __init__(self) -> None:
        self._root = _Node()

    def add(self, method: str, pattern: str, handler: Handler, *, public: bool = False) -> None:
        """`public` routes are answered without a token."""
        node = self._root
        for part in _segments(pattern):
            if part.startswith("{"):
                if node.wildcard is None:
                    node.wildcard = (part[1:-1], _Node())
                node = node.wildcard[1]
            else:
                node = node.children.setdefault(part, _Node())
        node.handlers[method] = (handler, public)

    def get(self, pattern: str, handler: Handler, *, public: bool = False) -> None:
        self.add("GET", pattern, handler, public=public)

    def find(self, path: str) -> tuple[dict[str, tuple[Handler, bool]], dict[str, str]] | None:
        """(handlers by method, params) for a still percent-encoded path; None when nothing is there."""
        node, params = self._root, {}
        for part in _segments(path):
            child = node.children.get(part)
            if child is None:
                if node.wildcard is None:
                    return None
                name, child = node.wildcard
                params[name] = unquote(part)
            node = child
        return (node.handlers, params) if node.handlers else None


def _segments(path: str) -> list[str]:
    return [part for part in path.split("/") if part]


@dataclass(slots=True)
class Service:
    """A service below every cloud it lives on: `/c1/<name>/...` and `/c1/s12/<name>/...`.

    `authenticate` None: the core checks `X-Auth-Token` against the cloud's Keystone and answers `unauthorized`.
    Otherwise it is asked, and returns a refusal or None.
    `lives_on`: "central", "subcloud" or "both".
    `away` says why nothing answers at a path: "abort" or "hang", None when something does; by default a site that
    cannot be reached is away with all its services.
    `place` turns (cloud, path) into the cloud that is meant and the path its routes know, where an address below
    one cloud belongs to another.
    """

    name: str
    routes: Routes
    lives_on: str = "both"
    unauthorized: Refusal = keystone_refusal
    not_found: Refusal = plain_not_found
    method_not_allowed: Refusal = plain_method_not_allowed
    authenticate: Callable[[Call], web.Response | None] | None = None
    away: Callable[[World, Cloud, str], str | None] = site_away
    place: Callable[[World, Cloud, str], tuple[Cloud, str]] | None = None

    def on(self, cloud: Cloud) -> bool:
        return self.lives_on in ("both", cloud.kind)
