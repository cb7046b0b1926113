"""Complete answers: made in a pool thread, sent without one."""

import tempfile
import threading
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any, cast

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase

Send = Callable[[Mapping[str, Any]], Awaitable[None]]

CHUNK = 64 * 1024
IN_MEMORY = 1024 * 1024
LARGEST = 1024 * 1024 * 1024  # a streaming view that exceeds this would hardly ever end


class EndlessReplyError(Exception):
    """A streaming view made more than LARGEST bytes."""


@dataclass(slots=True)
class Reply:
    """A status, headers, and all of the content: in memory, or spooled where a view streamed it."""

    status: int
    headers: list[tuple[bytes, bytes]]
    content: bytes | IO[bytes]
    size: int
    before_end: Callable[[], Awaitable[None]] | None = None

    def chunks(self) -> Iterator[bytes]:
        if isinstance(self.content, bytes):
            for start in range(0, self.size, CHUNK):
                yield self.content[start : start + CHUNK]
        else:
            # just written, so still in the page cache: not worth a thread
            while chunk := self.content.read(CHUNK):
                yield chunk

    async def send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        for chunk in self.chunks():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        if self.before_end is not None:
            await self.before_end()
        await send({"type": "http.response.body", "body": b""})

    def close(self) -> None:
        if not isinstance(self.content, bytes):
            self.content.close()


def complete(response: HttpResponseBase, gone: threading.Event) -> Reply:
    """Run a response to its end. Streams are read here, in the thread that holds their database connection.

    Stops early, with what there is, once `gone` is set: nobody will read it.
    """
    content: bytes | IO[bytes]
    if response.streaming:
        content = _spool(response, gone)
        size = content.tell()
        content.seek(0)
    else:
        content = cast(HttpResponse, response).content
        size = len(content)
    return Reply(response.status_code, _headers(response, size), content, size)


def _spool(response: HttpResponseBase, gone: threading.Event) -> IO[bytes]:
    if isinstance(response, FileResponse):
        response.block_size = CHUNK
    spool = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  closed by Reply.close
    try:
        for part in cast(Iterable[bytes], response):
            spool.write(part)
            if gone.is_set():
                break
            if spool.tell() > LARGEST:
                raise EndlessReplyError(f"more than {LARGEST} bytes")
    except BaseException:
        spool.close()
        raise
    return spool


def _headers(response: HttpResponseBase, size: int) -> list[tuple[bytes, bytes]]:
    headers = [(name.encode("ascii"), value.encode("latin-1")) for name, value in response.items()]
    headers += [
        (b"Set-Cookie", morsel.output(header="").strip().encode("ascii")) for morsel in response.cookies.values()
    ]
    if response.streaming and not response.has_header("Content-Length"):
        headers.append((b"Content-Length", str(size).encode()))
    return headers


def plain(status: int, text: str, **headers: str) -> Reply:
    """A short answer of the handler's own, for when no view is asked. The connection ends with it."""
    content = text.encode() + b"\n"
    fields = {"Content-Type": "text/plain; charset=utf-8", "Content-Length": str(len(content)), "Connection": "close"}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, [(name.encode(), value.encode()) for name, value in fields.items()], content, len(content))
