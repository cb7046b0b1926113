"""python -m bench.crowd PORT COUNT [TOKENS on stdin]: so many sockets on the event stream, as cheap as sockets can be.

A process of its own, so that its CPU is nobody else's. Says "ready" when all are open; on a line from stdin it tells,
as JSON, the frames and bytes it has had, and for each first event of a frame the seconds since its `at`.
"""

import asyncio
import base64
import json
import os
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

AT_ONCE = 25  # handshakes under way
PONG = 0x8A
PING, TEXT = 0x9, 0x1


@dataclass(slots=True)
class Heard:
    """What all sockets together were told."""

    frames: int = 0
    size: int = 0
    lost: int = 0
    seconds: list[float] = field(default_factory=list)
    last: tuple[bytes, float] = (b"", 0.0)

    def take(self, text: bytes) -> None:
        self.frames += 1
        self.size += len(text)
        found = text.find(b'"at":"')
        if found >= 0:
            stamp = text[found + 6 : text.index(b'"', found + 6)]
            if stamp != self.last[0]:
                self.last = stamp, datetime.fromisoformat(stamp.decode()).timestamp()
            self.seconds.append(time.time() - self.last[1])


class Socket(asyncio.Protocol):
    """A WebSocket client that reads unmasked, unfragmented frames, answers pings, and says nothing else."""

    def __init__(self, request: bytes, heard: Heard) -> None:
        self.request = request
        self.heard = heard
        self.buffer = b""
        self.open: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self.request)

    def connection_lost(self, exc: Exception | None) -> None:
        self.heard.lost += 1
        if not self.open.done():
            self.open.set_exception(exc or ConnectionError(self.buffer.decode(errors="replace")[:200]))

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if not self.open.done():
            head, found, rest = self.buffer.partition(b"\r\n\r\n")
            if not found:
                return
            if b" 101 " not in head.split(b"\r\n")[0]:
                self.open.set_exception(ConnectionError(head.decode()))
                return
            self.buffer = rest
            self.open.set_result(None)
        while (frame := self._frame()) is not None:
            kind, text = frame
            if kind == PING:
                self.transport.write(bytes([PONG, 0x80 | len(text), 0, 0, 0, 0]) + text)
            elif kind == TEXT:
                self.heard.take(text)

    def _frame(self) -> tuple[int, bytes] | None:
        """The first whole frame of the buffer."""
        if len(self.buffer) < 2:
            return None
        short = self.buffer[1] & 0x7F
        start = {126: 4, 127: 10}.get(short, 2)
        size = short if start == 2 else int.from_bytes(self.buffer[2:start])
        if len(self.buffer) < start + size:
            return None
        text, kind = self.buffer[start : start + size], self.buffer[0] & 0x0F
        self.buffer = self.buffer[start + size :]
        return kind, text


def request(port: int, token: str) -> bytes:
    key = base64.b64encode(os.urandom(16)).decode()
    return (
        f"GET /ws/stream?cursor=&topics=fleet,alarms HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
        f"Authorization: Bearer {token}\r\n\r\n"
    ).encode()


async def main() -> None:
    port, count = int(sys.argv[1]), int(sys.argv[2])
    tokens = deque(sys.stdin.readline().split())
    heard, loop = Heard(), asyncio.get_running_loop()
    for start in range(0, count, AT_ONCE):
        opening = []
        for _ in range(min(AT_ONCE, count - start)):
            tokens.rotate()
            wanted = request(port, tokens[0])
            _, socket = await loop.create_connection(lambda w=wanted: Socket(w, heard), "127.0.0.1", port)  # type: ignore[misc] # no inference with defaults
            opening.append(socket.open)
        await asyncio.gather(*opening)
    print("ready", flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        found = {"frames": heard.frames, "bytes": heard.size, "lost": heard.lost, "seconds": heard.seconds}
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
