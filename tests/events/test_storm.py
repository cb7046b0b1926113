"""Nothing lost, nothing twice, nothing out of order: whoever writes, comes and goes, or is killed."""

import asyncio
import random
import shutil
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from dcportal.database import layout, options
from dcportal.database.supervisor import Supervisor
from processes.child import Child, Program
from tests.events.doors import TOKENS
from tests.events.serving import StreamServer, eventually, frame, numbers, until
from tests.fixtures.cluster import CHECKOUT, as_url, create_database
from tests.fixtures.portal import run

CLIENTS = 10
TRANSACTIONS = 150  # of each of four writers
SCOPES = ("all", "controller-1", "group-20")


@pytest.fixture
def supervisor():
    """A server of this test's own: it will be killed."""
    folder = Path(tempfile.mkdtemp(prefix="dcportal-storm-"))
    folder.chmod(0o711)  # root's server runs under another account
    programs = layout.for_checkout(CHECKOUT / "var").programs
    where = layout.Layout(folder, folder / "database-url", folder / "log", programs=programs)
    owner = Supervisor(where, extra=options.THROW_AWAY, may_create_databases=True)
    owner.start()
    yield owner
    owner.stop()
    shutil.rmtree(folder)


@pytest.fixture
def server(supervisor: Supervisor, tmp_path: Path):
    create_database(supervisor.url, "storm")
    web = StreamServer(as_url(supervisor.url, "storm"), tmp_path)
    web.migrate()
    web.start()
    yield web
    web.stop()


class Client:
    """A browser that drops its connection whenever it likes, and comes back with its last cursor."""

    def __init__(self, server: StreamServer, number: int, start: str) -> None:
        self.server, self.cursor = server, start
        self.token = SCOPES[number % len(SCOPES)]
        self.chance = random.Random(number)
        self.seen: list[int] = []
        self.connects = 0
        self.resyncs = 0

    async def live(self) -> None:
        while True:
            try:
                async with self.server.socket(token=self.token, cursor=self.cursor, topics="fleet") as socket:
                    self.connects += 1
                    async with asyncio.timeout(self.chance.uniform(0.05, 2.5)):
                        while True:
                            self.take(await frame(socket))
            except (TimeoutError, OSError, ConnectionClosed, InvalidHandshake):
                await asyncio.sleep(self.chance.uniform(0, 0.2))

    def take(self, told) -> None:
        self.cursor = told.get("cursor", self.cursor)
        self.resyncs += "resync" in told
        self.seen += [event["data"]["number"] for event in told.get("events", [])]


def truth(url: str) -> dict[str, list[int]]:
    """What each scope must have seen: the log itself, in its order."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT (data->>'number')::int, controller_id, group_id FROM events_event ORDER BY xid, id"
        ).fetchall()
    return {scope: [n for n, controller, group in rows if _sees(scope, controller, group)] for scope in SCOPES}


def _sees(scope: str, controller: int, group: int) -> bool:
    visibility = TOKENS[scope]
    return visibility.everything or controller in visibility.controllers or group in visibility.groups


async def first_cursor(server: StreamServer) -> str:
    """From before the first event."""
    async with server.socket(topics="fleet") as socket:
        return (await frame(socket))["cursor"]


async def disasters(supervisor: Supervisor, server: StreamServer, client: "Client") -> None:
    """The database is killed while events stream, then the web process is."""
    await eventually(lambda: len(client.seen) > 100)
    supervisor.server.child.kill()
    supervisor.server.child.wait()
    await eventually(lambda: runs(supervisor))
    survived = len(client.seen)
    await eventually(lambda: len(client.seen) > survived + 100)
    server.kill()
    server.start()


def fault(seen: list[int], expected: list[int]) -> str:
    """What is wrong with what a client has seen."""
    if seen == expected:
        return ""
    lost, twice = set(expected) - set(seen), [n for n in set(seen) if seen.count(n) > 1]
    first = next((place for place, pair in enumerate(zip(seen, expected, strict=False)) if pair[0] != pair[1]), -1)
    around = f"{seen[first - 3 : first + 5]} for {expected[first - 3 : first + 5]}"
    return (
        f"lost {sorted(lost)[:5]}, twice {sorted(twice)[:5]}, unknown {sorted(set(seen) - set(expected))[:5]}; {around}"
    )


def runs(supervisor: Supervisor) -> bool:
    supervisor.check()
    return supervisor.server is not None and supervisor.server.ready()


@pytest.mark.timeout(150)
async def test_every_client_sees_every_event_once_and_in_order(supervisor, server, tmp_path):
    start = await first_cursor(server)
    clients = [Client(server, number, start) for number in range(CLIENTS)]
    tasks = [asyncio.create_task(client.live()) for client in clients]
    command = (sys.executable, "-m", "tests.events.writers", str(TRANSACTIONS))
    writers = Child(Program("writers", command, tmp_path / "writers.log", server.environment, CHECKOUT))
    await disasters(supervisor, server, clients[0])
    await eventually(lambda: not writers.alive, 60)
    assert writers.exit_code == 0, writers.last_words()
    expected = truth(server.database_url)
    await eventually(lambda: all(len(client.seen) >= len(expected[client.token]) for client in clients))
    for task in tasks:
        task.cancel()
    assert len(expected["all"]) > TRANSACTIONS
    assert [fault(client.seen, expected[client.token]) for client in clients] == [""] * CLIENTS
    assert sum(client.resyncs for client in clients) == 0
    assert sum(client.connects for client in clients) > 3 * CLIENTS


@pytest.mark.timeout(90)
async def test_sockets_outlive_the_database_and_say_so(supervisor, server):
    async with server.socket() as socket:
        assert (await until(socket, "heartbeat"))["horizon_age"] < 2
        supervisor.server.child.kill()
        supervisor.server.child.wait()
        first = await until(socket, "heartbeat")
        second = await until(socket, "heartbeat")
        assert second["horizon_age"] > first["horizon_age"] + 3
        await eventually(lambda: runs(supervisor))
        run("-c", WRITE_ONE, environment=server.environment)
        assert await numbers(socket, 1) == [7]
        assert (await until(socket, "heartbeat"))["horizon_age"] < 2


WRITE_ONE = """
import django
django.setup()
from django.db import transaction
from events.log import append
from tests.events.conftest import event
with transaction.atomic():
    append([event(7)])
"""
