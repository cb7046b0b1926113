"""Whether a write has left us: the difference between "certainly not done" and "nobody knows"."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import aiohttp

from starlingx.errors import StarlingXError, Unreachable


class Delivery:
    """One write on its way. It begins at most once; only an answer that refused it lets it begin again."""

    def __init__(self) -> None:
        self.begun = False

    def begin(self) -> None:
        """The first byte is about to leave. Raises Unreachable if that had happened before.

        aiohttp sends a DELETE or PUT again by itself when the connection is lost, and cannot be told not to.
        """
        if self.begun:
            raise Unreachable("the connection was lost after the request had been sent; it is not sent again")
        self.begun = True

    def refused(self) -> None:
        """The service said that it did not even look at it (401)."""
        self.begun = False

    @contextmanager
    def judged(self) -> Iterator[None]:
        """Whatever StarlingXError leaves gets its `outcome_unknown`."""
        try:
            yield
        except StarlingXError as caught:
            caught.outcome_unknown = self.begun and not 400 <= (caught.status or 0) < 500
            raise


def watching() -> aiohttp.TraceConfig:
    """For a session whose requests have a Delivery as `trace_request_ctx`."""
    config = aiohttp.TraceConfig()
    config.on_request_headers_sent.append(_begin)
    return config


async def _begin(
    _session: aiohttp.ClientSession, context: SimpleNamespace, _params: aiohttp.TraceRequestHeadersSentParams
) -> None:
    delivery = context.trace_request_ctx
    if isinstance(delivery, Delivery):
        delivery.begin()
