"""Fifty slow uploads and fifty slow readers at once: everybody else is served as usual."""

import socket
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from tests.journeys.installation import Installation
from tests.journeys.person import Person
from tests.waiting import wait_until

EACH = 50
SAMPLES = 60
ATTEMPTS = 3  # the machine may be busy with something else
TIMES = 2.0
GRACE = 0.002  # seconds; below this a ratio says nothing
PATHS = ("/subclouds/", "/api/v1/subclouds/?limit=40", "/map/feed", "/alarms/")
READ = "/static/basemap/detail.topo.json"  # larger than all buffers on the way


def seconds_each(person: Person) -> list[float]:
    taken = []
    for turn in range(SAMPLES):
        begun = time.perf_counter()
        person.page(PATHS[turn % len(PATHS)])
        taken.append(time.perf_counter() - begun)
    return taken


def connected(stack: ExitStack, calm: Installation, text: bytes, buffer: int | None = None) -> socket.socket:
    client = stack.enter_context(socket.socket())
    if buffer:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    client.settimeout(20)
    client.connect(("127.0.0.1", int(calm.portal.port)))
    client.sendall(text)
    return client


def head(method: str, path: str, person: Person, **fields: object) -> bytes:
    cookies = "; ".join(f"{name}={value}" for name, value in person.cookies.items())
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{person.portal.port}", f"Cookie: {cookies}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    return "\r\n".join([*lines, "", ""]).encode()


@contextmanager
def slow_clients(calm: Installation, person: Person) -> Iterator[list[socket.socket]]:
    """Uploads that have sent a little of what they promised, readers that have read a little of what they asked for."""
    with ExitStack() as stack:
        upload = head("POST", "/login/", person, Content_Length=900_000, Content_Type="application/octet-stream")
        uploads = [connected(stack, calm, upload + b"x" * 1000) for _ in range(EACH)]
        readers = [connected(stack, calm, head("GET", READ, person), buffer=4096) for _ in range(EACH)]
        for reader in readers:
            assert reader.recv(512).startswith(b"HTTP/1.1 200")
        yield uploads
        for upload_socket in uploads:
            upload_socket.sendall(b"x")  # still welcome


def test_slow_clients_slow_nobody_down(calm: Installation, record_property: Callable[[str, object], None]) -> None:
    person = Person(calm.portal)
    seconds_each(person)  # warm
    told = []
    for _ in range(ATTEMPTS):
        alone = statistics.median(seconds_each(person))
        with slow_clients(calm, person):
            beside = statistics.median(seconds_each(person))
        told.append(f"{alone * 1000:.1f} ms alone, {beside * 1000:.1f} ms beside")
        if beside <= alone * TIMES + GRACE:
            break
    else:
        raise AssertionError(told)
    record_property("median of a request", told[-1])
    print(f"median of a request: {told[-1]}")  # noqa: T201
    wait_until(lambda: person.ask("/subclouds/").status == 200, what="served after they are gone")
