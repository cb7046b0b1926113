"""Fifty slow uploads and fifty slow readers: what becomes of everybody else's requests."""

import asyncio
import socket
import statistics
import time
from dataclasses import dataclass

from bench import people
from bench.figures import say, tell
from bench.samples import cpu_seconds

people.setup()

from bench.programs import web  # noqa: E402  Django must be set up first

SLOW = 50
REQUESTS, AT_ONCE = 100, 2
WITHIN = 2.0
PATHS = ("/api/v1/subclouds/", "/api/v1/alarms/", "/api/v1/controllers/")
UPLOAD_BYTES = 200_000
DRIP = 64  # bytes, five times a second
READ_EVERY = 0.5
QUIET = 0.1  # seconds of CPU in half a second


@dataclass(frozen=True, slots=True)
class Place:
    port: int
    token: str

    def head(self, method: str, path: str, *more: str) -> bytes:
        fields = (f"Host: 127.0.0.1:{self.port}", f"Authorization: Bearer {self.token}", *more)
        return "\r\n".join((f"{method} {path} HTTP/1.1", *fields, "", "")).encode()


async def main() -> None:
    token = await asyncio.to_thread(people.token, "bench-slow")
    with web() as (url, server):
        place = Place(int(url.rsplit(":", 1)[1]), token)
        await measure(place)  # warm
        usual = await measure(place)
        slow = [asyncio.create_task(upload(place)) for _ in range(SLOW)]
        slow += [asyncio.create_task(read(place)) for _ in range(SLOW)]
        await settled(server.pid)
        standing = sum(not task.done() for task in slow)
        say(f"{standing} of {len(slow)} slow clients are at it")
        beside = await measure(place)
        still = sum(not task.done() for task in slow)
        for task in slow:
            task.cancel()
        await asyncio.gather(*slow, return_exceptions=True)
        after = await measure(place)
    base = statistics.median([*usual, *after])
    note = f"{statistics.median(beside) * 1000:.0f} ms against {base * 1000:.0f} ms; {still} slow clients until the end"
    tell("median of other requests beside 100 slow clients", statistics.median(beside) / base, "x", WITHIN, note)
    tell("slow clients that were gone before the end", 2 * SLOW - still, "", 0)


async def settled(pid: int) -> None:
    """The answers to the slow readers are made and stuck in their sockets: what follows is slowness, not work."""
    for _ in range(40):
        before = cpu_seconds(pid)
        await asyncio.sleep(0.5)
        if cpu_seconds(pid) - before < QUIET:
            return
    say("the web process was busy with the slow clients all the time")


async def measure(place: Place) -> list[float]:
    """Seconds of each of the requests, a few at a time, each with a connection of its own."""
    gate, found = asyncio.Semaphore(AT_ONCE), []

    async def ask(number: int) -> None:
        async with gate:
            began = time.perf_counter()
            reader, writer = await asyncio.open_connection("127.0.0.1", place.port)
            writer.write(place.head("GET", PATHS[number % len(PATHS)], "Connection: close"))
            answer = await reader.read(-1)
            found.append(time.perf_counter() - began)
            assert b" 200 " in answer.split(b"\r\n")[0], answer[:300]
            writer.close()

    await asyncio.gather(*(ask(number) for number in range(REQUESTS)))
    return found


async def upload(place: Place) -> None:
    """A form that arrives in drops."""
    _, writer = await asyncio.open_connection("127.0.0.1", place.port)
    writer.write(place.head("POST", "/login/", f"Content-Length: {UPLOAD_BYTES}", "Content-Type: text/plain"))
    for _ in range(UPLOAD_BYTES // DRIP):
        writer.write(b"x" * DRIP)
        await writer.drain()
        await asyncio.sleep(0.2)


async def read(place: Place) -> None:
    """Asks for the largest answers there are, and takes a small part of one now and then."""
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    narrow.setblocking(False)
    await asyncio.get_running_loop().sock_connect(narrow, ("127.0.0.1", place.port))
    reader, writer = await asyncio.open_connection(sock=narrow, limit=1024)
    for _ in range(8):  # one after the other on the same connection: more than all buffers between us hold
        writer.write(place.head("GET", "/api/v1/subclouds/?limit=1000"))
    while await reader.read(512):
        await asyncio.sleep(READ_EVERY)


if __name__ == "__main__":
    asyncio.run(main())
