"""What reached a service: method, path with query, and the body as the service understands it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from unittest.mock import Mock

from aiohttp import BodyPartReader, MultipartReader, StreamReader, web

from tests.starlingx.replay import Answer

Part = str | tuple[str | None, str | None, bytes]


@dataclass
class Capture:
    """A handler that answers `answer` and keeps the requests it got."""

    answer: Answer
    calls: list[tuple[str, str]] = field(default_factory=list)
    bodies: list[object] = field(default_factory=list)

    @property
    def handler(self) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        return self.take

    async def take(self, request: web.Request) -> web.StreamResponse:
        self.calls.append((request.method, str(request.rel_url)))
        self.bodies.append(await _body(request))
        return web.Response(
            body=self.answer.body, status=self.answer.status, headers={"Content-Type": self.answer.content_type}
        )


async def _body(request: web.Request) -> object:
    if request.content_type == "multipart/form-data":
        return await form_of(request.headers["Content-Type"], await request.read())
    if request.content_type == "application/json":
        return await request.json()
    return await request.text() or None


async def form_of(content_type: str, content: bytes) -> dict[str, Part]:
    """Text of a text part; file name, type and content of a file. As another reader than ours understands them."""
    found: dict[str, Part] = {}
    if b"Content-Disposition" not in content:  # the reader does not take a form without parts
        assert content == b"--" + content_type.partition("boundary=")[2].encode() + b"--\r\n"
        return found
    stream = StreamReader(Mock(_reading_paused=False), 2**20, loop=asyncio.get_running_loop())
    stream.feed_data(content)
    stream.feed_eof()
    reader = MultipartReader({"Content-Type": content_type}, stream)
    while (part := await reader.next()) is not None:
        assert isinstance(part, BodyPartReader)
        assert part.name is not None
        value, kind = bytes(await part.read()), part.headers.get("Content-Type")
        found[part.name] = value.decode() if part.filename is None else (part.filename, kind, value)
    return found
