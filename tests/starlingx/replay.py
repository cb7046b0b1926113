"""A cloud that answers what it is told to: Keystone, and services whose answers a test puts in.

Real HTTP over loopback, so that status, content type, tokens and lengths count. Recorded answers come from
tests/wire; everything else a test may need to say is an `Answer` or a coroutine taking the request.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestServer

WIRE = Path(__file__).parent.parent / "wire"
REGION = "RegionOne"
PASSWORD = "reader-password-Xy1"
SERVICES = {"faultmanagement": "fm", "platform": "sysinv", "usm": "usm", "nfv": "nfv"}


@dataclass(frozen=True)
class Answer:
    """What a service says."""

    body: bytes
    status: int = 200
    content_type: str = "application/json"


@cache
def index(folder: str) -> dict[str, dict[str, object]]:
    """File name to request, status and content type of everything recorded of one service."""
    return {entry["file"]: entry for entry in json.loads((WIRE / folder / "index.json").read_text())}


def recorded(folder: str, file: str) -> Answer:
    """One recorded answer with the status and content type it had; 200 and JSON for subsets made from one."""
    entry = index(folder)[file]
    return Answer(
        (WIRE / folder / file).read_bytes(),
        int(str(entry["status"] or 200)),
        str(entry["content_type"] if entry["content_type"] is not None else "application/json"),
    )


def spoken(value: object, status: int = 200) -> Answer:
    """A value as JSON."""
    return Answer(json.dumps(value).encode(), status)


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Replay:
    """State of the cloud: `answers` by "service/path" (no query) or by "service" for all else."""

    answers: dict[str, Answer | Handler] = field(default_factory=dict)
    catalog: list[dict[str, object]] | None = None
    token_life: timedelta = timedelta(hours=1)
    clock_ahead: timedelta = timedelta(0)
    tokens: set[str] = field(default_factory=set)
    sign_ins: int = 0
    requests: list[web.Request] = field(default_factory=list)
    sign_in: Handler | None = None
    base: str = ""

    def expire_tokens(self) -> None:
        """No token handed out so far is accepted any more."""
        self.tokens.clear()

    @property
    def auth_url(self) -> str:
        return f"{self.base}/identity/v3"

    async def start(self, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> TestServer:
        app = web.Application(client_max_size=2**20)
        app.router.add_post("/identity/v3/auth/tokens", self._sign_in)
        app.router.add_route("*", "/{service}{path:/.*|}", self._serve)
        server = TestServer(app, host=host, scheme="https" if tls else "http")
        await server.start_server(ssl=tls)
        name = f"[{host}]" if ":" in host else host
        self.base = f"{server.scheme}://{name}:{server.port}"
        return server

    async def _sign_in(self, request: web.Request) -> web.StreamResponse:
        self.sign_ins += 1
        if self.sign_in is not None:
            return await self.sign_in(request)
        asked = (await request.json())["auth"]
        if asked["identity"]["password"]["user"]["password"] != PASSWORD:
            error = {"code": 401, "title": "Unauthorized", "message": f"Bad password {PASSWORD}"}
            return web.json_response({"error": error}, status=401)
        token = f"gAAAAAreplay-token-{self.sign_ins:020d}"
        self.tokens.add(token)
        now = datetime.now(UTC) + self.clock_ahead
        life = {"issued_at": now.isoformat(), "expires_at": (now + self.token_life).isoformat()}
        catalog = self.own_catalog() if self.catalog is None else self.catalog
        body = {"token": {**life, "roles": [{"name": "reader"}], "catalog": catalog}}
        return web.json_response(body, status=201, headers={"X-Subject-Token": token})

    def own_catalog(self) -> list[dict[str, object]]:
        """Like a System Controller's: FM in the central region only, dcmanager in the other only."""
        both = ("platform", "usm", "nfv")
        places = [(type_, path, REGION) for type_, path in SERVICES.items()]
        places += [(type_, SERVICES[type_], "SystemController") for type_ in both]
        places += [("dcmanager", "dcmanager/v1.0", "SystemController")]
        return [
            {
                "type": type_,
                "endpoints": [
                    {"interface": name, "region": region, "region_id": region, "url": f"{self.base}/{path}"}
                    for name in ("public", "internal")
                ],
            }
            for type_, path, region in places
        ]

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        token = request.headers.get("X-Auth-Token")
        if token is not None and token not in self.tokens:
            # dcmanager's 401 repeats the token it was given
            return web.json_response({"code": 401, "description": f"Invalid token {token}"}, status=401)
        service, path = request.match_info["service"], request.match_info["path"]
        answer = self.answers.get(f"{service}{path}", self.answers.get(service))
        if answer is None:
            return web.json_response({"code": 404, "title": "Not Found", "description": ""}, status=404)
        if not isinstance(answer, Answer):
            return await answer(request)
        headers = {"Content-Type": answer.content_type} if answer.content_type else {}
        return web.Response(body=answer.body, status=answer.status, headers=headers)
