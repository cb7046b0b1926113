"""A name server that does not answer for some names: real connections, and a resolver that blocks as the system's."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from starlingx.errors import StarlingXError, Unreachable
from starlingx.name_lookups import NameLookups
from starlingx.session import CloudSession, Connector
from tests.collector.waiting import until
from tests.starlingx.conftest import CREDENTIALS
from tests.starlingx.replay import Replay

SLOW = 40  # names, more than any pool of threads
real = socket.getaddrinfo


class NameServer:
    """Answers 127.0.0.1, at once or, for names in "slow", when it is let go."""

    def __init__(self) -> None:
        self.released = threading.Event()
        self.asked: list[str] = []

    def __call__(self, host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        name = str(host)
        if not name.endswith(".example"):
            return real(host, port, *args, **kwargs)
        self.asked.append(name)
        if "slow" in name:
            self.released.wait(30)
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[NameServer]:
    server = NameServer()
    monkeypatch.setattr(socket, "getaddrinfo", server)
    yield server
    server.released.set()


def at(replay: Replay, name: str) -> str:
    return replay.auth_url.replace("127.0.0.1", name)


async def sign_in(connector: Connector, replay: Replay, name: str) -> float:
    """Seconds until the cloud of that name was reached."""
    began = time.monotonic()
    await CloudSession(connector, auth_url=at(replay, name), credentials=CREDENTIALS).catalog()
    return time.monotonic() - began


async def test_one_controllers_names_do_not_delay_anothers(
    names: NameServer, replay: Replay, small_bundle: Path
) -> None:
    async with Connector(ca_file=small_bundle) as bad, Connector(ca_file=small_bundle) as good:
        slow = [asyncio.create_task(sign_in(bad, replay, f"slow-{n}.example")) for n in range(SLOW)]
        await until(lambda: len(names.asked) > 5)
        assert await sign_in(good, replay, "good.example") < 2
        names.released.set()
        outcomes = await asyncio.gather(*slow, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {Unreachable}


async def test_a_name_that_takes_too_long_is_unreachable_and_holds_one_thread(names: NameServer) -> None:
    lookups = NameLookups(threads=2, patience=0.05)
    for _ in range(5):
        with pytest.raises(OSError, match="did not answer"):
            await lookups.resolve("slow.example", 443)
    assert names.asked == ["slow.example"]
    assert (await lookups.resolve("good.example", 443))[0]["host"] == "127.0.0.1"
    await lookups.close()


async def test_known_addresses_stay_in_use_while_the_name_server_is_silent(
    names: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    lookups = NameLookups(patience=0.05)
    first = await lookups.resolve("good.example", 443)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: names.released.wait(30))
    assert await lookups.resolve("good.example", 443) == first
    names.released.set()
    await lookups.close()


async def test_a_name_that_is_none_says_so(names: NameServer, connector: Connector, replay: Replay) -> None:
    names.released.set()
    with pytest.raises(StarlingXError, match="cannot be resolved"):
        await sign_in(connector, replay, "slow.example")
