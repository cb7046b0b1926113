"""The real ASGI application under uvicorn, for sockets; and a client that keeps what it is told."""

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from websockets.asyncio.client import ClientConnection, connect

from processes.child import Child, Program
from tests.fixtures.cluster import CHECKOUT
from tests.fixtures.network import free_port
from tests.fixtures.portal import run
from tests.waiting import wait_until

MIGRATE = """
import django
django.setup()
from django.core.management import call_command
for app in ("auth", "sessions", "events"):
    call_command("migrate", app, verbosity=0)
"""


@dataclass
class StreamServer:
    """A web process of its own against `database_url`."""

    database_url: str
    var: Path
    port: int = field(default_factory=free_port)
    settings: dict[str, str] = field(default_factory=dict)
    child: Child | None = None

    @property
    def environment(self) -> dict[str, str]:
        return {
            "DJANGO_SETTINGS_MODULE": "tests.events.stream_settings",
            "DATABASE_URL": self.database_url,
            "DCPORTAL_VAR": str(self.var),
            **self.settings,
        }

    def migrate(self) -> None:
        """Only what the stream needs, in one process."""
        run("-c", MIGRATE, environment=self.environment)

    def start(self) -> None:
        command = ("-m", "uvicorn", "dcportal.asgi:application", f"--port={self.port}", "--ws=websockets-sansio")
        program = Program("web", (sys.executable, *command), self.var / "web.log", self.environment, CHECKOUT)
        self.child = Child(program)
        wait_until(self.answers, timeout=60, what=f"web answers, see {program.log}")

    def answers(self) -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5):
                return True
        except URLError:
            return False

    def metric(self, name: str) -> float:
        with urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        return float(next(line for line in lines if line.startswith(f"{name} ")).split()[1])

    def kill(self) -> None:
        assert self.child is not None
        self.child.kill()

    def stop(self) -> None:
        if self.child is not None:
            self.child.stop()

    @asynccontextmanager
    async def socket(
        self,
        *,
        token: str = "all",  # noqa: S107  a name, not a secret
        cursor: str = "",
        topics: str = "fleet,alarms",
        sock: socket.socket | None = None,
        max_queue: int = 16,
        **headers: str,
    ) -> AsyncIterator[ClientConnection]:
        url = f"ws://127.0.0.1:{self.port}/ws/stream?cursor={cursor}&topics={topics}"
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            fields["Authorization"] = f"Bearer {token}"
        given: dict[str, Any] = {"max_size": None, "compression": None} | ({"sock": sock} if sock else {})
        async with connect(
            url, additional_headers=fields, proxy=None, open_timeout=20, max_queue=max_queue, **given
        ) as opened:
            yield opened


async def frame(socket: ClientConnection) -> dict[str, Any]:
    return json.loads(await socket.recv())


async def until(socket: ClientConnection, key: str) -> dict[str, Any]:
    """The next frame that has `key`."""
    while True:
        told = await frame(socket)
        if told.get(key):
            return told


async def numbers(socket: ClientConnection, count: int) -> list[int]:
    """The numbers of the next `count` events."""
    found: list[int] = []
    while len(found) < count:
        found += [event["data"]["number"] for event in (await frame(socket)).get("events", [])]
    return found


async def eventually(condition: Callable[[], bool], seconds: float = 30) -> None:
    """As tests.waiting.wait_until, for a test whose clients must go on meanwhile."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  conditions of other processes have no event to wait for
            await asyncio.sleep(0.05)
