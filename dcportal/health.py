"""/healthz, /readyz and /metrics. They stand beside Django's chain: a full pool, an unknown Host header or a broken
template must not make a living process look dead."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import close_old_connections
from django.utils.crypto import constant_time_compare
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from dcportal import readiness
from dcportal.bodies import Receive
from dcportal.lanes import Lane
from dcportal.replies import Reply, Send

PATIENCE = 5.0  # seconds for the database to answer
Application = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]


class Health:
    """An ASGI application: answers the three addresses, and hands everything else on."""

    def __init__(self, inner: Application, measure: Callable[[], None]) -> None:
        """`measure` brings gauges up to date before they are read; it runs on the event loop."""
        self.inner = inner
        self.measure = measure
        self.lane = Lane("health", 1, 8)
        self.answers: dict[str, Callable[[dict[str, Any]], Awaitable[Reply]]] = {
            "/healthz": self.healthz,
            "/readyz": self.readyz,
            "/metrics": self.metrics,
        }

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        answer = self.answers.get(scope["path"])
        if answer is None:
            await self.inner(scope, receive, send)
        else:
            await (await answer(scope)).send(send)

    async def healthz(self, scope: dict[str, Any]) -> Reply:
        """The event loop turns."""
        return _json(200, {"status": "ok"})

    async def readyz(self, scope: dict[str, Any]) -> Reply:
        """200 when pages can be served. How the collectors do is told, but is no reason to take the web process out."""
        found = await self._in_time(_ready)
        return _json(200 if found["ready"] else 503, found)

    async def metrics(self, scope: dict[str, Any]) -> Reply:
        if not _may_read_metrics(scope):
            return _json(403, {"detail": "metrics are for this machine, or for METRICS_TOKEN as bearer token"})
        self.measure()
        await self._in_time(_measure_database)
        content = generate_latest()
        return Reply(200, [(b"content-type", CONTENT_TYPE_LATEST.encode())], content, len(content))

    async def _in_time(self, question: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        if self.lane.full:
            return {"ready": False, "database": "busy"}
        _, answer = self.lane.submit(question)
        try:
            return await asyncio.wait_for(asyncio.shield(answer), PATIENCE)
        except TimeoutError:
            return {"ready": False, "database": "silent"}


def _ready() -> dict[str, Any]:
    close_old_connections()
    try:
        return readiness.look()
    except DatabaseError:
        return {"ready": False, "database": "unreachable"}
    finally:
        close_old_connections()


def _measure_database() -> dict[str, Any]:
    close_old_connections()
    try:
        readiness.measure()
    except DatabaseError:
        readiness.unmeasured()
    finally:
        close_old_connections()
    return {}


def _may_read_metrics(scope: dict[str, Any]) -> bool:
    token = getattr(settings, "METRICS_TOKEN", "")
    if token:
        given = dict(scope["headers"]).get(b"authorization", b"")
        return constant_time_compare(given, f"Bearer {token}".encode())
    client = scope.get("client")
    try:
        return client is None or ip_address(client[0]).is_loopback  # None: a unix socket
    except ValueError:  # a proxy may tell anything
        return False


def _json(status: int, found: dict[str, Any]) -> Reply:
    content = json.dumps(found).encode()
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    return Reply(status, [*headers, (b"content-length", str(len(content)).encode())], content, len(content))
