"""Request bodies: read without a thread, bounded in size, time and number."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestAborted

Receive = Callable[[], Awaitable[Mapping[str, Any]]]

MOST_UPLOADS = 256  # bodies that arrive in more than one piece, at once in this process
DRAIN_SECONDS = 1.0


class RefusedBodyError(Exception):
    """The body is not accepted; `status` and `text` say so to the client."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


class BodyReader:
    """Reads bodies into memory, and beyond FILE_UPLOAD_MAX_MEMORY_SIZE to a file on disk.

    `limit` in bytes, `seconds` from the first byte to the last.
    """

    def __init__(self, limit: int, seconds: float) -> None:
        self.limit = limit
        self.seconds = seconds
        self.uploads = 0

    async def read(self, scope: dict[str, Any], receive: Receive) -> IO[bytes]:
        """The complete body. Raises RefusedBodyError (408, 413, 503), RequestAborted when the client is gone."""
        self._refuse_announced(scope)
        try:
            async with asyncio.timeout(self.seconds):
                return await self._read(receive)
        except TimeoutError:
            raise RefusedBodyError(408, "The request took too long to arrive.") from None

    def _refuse_announced(self, scope: dict[str, Any]) -> None:
        """By Content-Length, before a byte of it is read."""
        for name, value in scope["headers"]:
            if name == b"content-length" and value.isdigit() and int(value) > self.limit:
                raise RefusedBodyError(413, f"The request is larger than {self.limit} bytes.")

    async def _read(self, receive: Receive) -> IO[bytes]:
        body = tempfile.SpooledTemporaryFile(max_size=settings.FILE_UPLOAD_MAX_MEMORY_SIZE)  # noqa: SIM115  closed by the request
        try:
            if await self._take(receive, body):
                await self._read_rest(receive, body)
        except BaseException:
            body.close()
            raise
        body.seek(0)
        return body

    async def _read_rest(self, receive: Receive, body: IO[bytes]) -> None:
        if self.uploads >= MOST_UPLOADS:
            raise RefusedBodyError(503, "Too many uploads at once.")
        self.uploads += 1
        try:
            while await self._take(receive, body):
                if body.tell() > self.limit:
                    raise RefusedBodyError(413, f"The request is larger than {self.limit} bytes.")
        finally:
            self.uploads -= 1

    async def _take(self, receive: Receive, body: IO[bytes]) -> bool:
        """One piece; True if more follow."""
        message = await receive()
        if message["type"] == "http.disconnect":
            raise RequestAborted
        body.write(message.get("body", b""))
        return bool(message.get("more_body", False))


async def drain(scope: dict[str, Any], receive: Receive) -> None:
    """Let a refused body run out for a moment: a connection closed over unread bytes can swallow the answer."""
    if any(name == b"expect" for name, _ in scope["headers"]):
        return  # the client waits for a permission that it will not get
    with suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_SECONDS):
            while (await receive()).get("more_body", False):
                pass
