"""HTTP: the whole synchronous chain of middleware and view in one hop on a bounded pool of threads.

Django's own ASGI handler hops between threads at each middleware and starts a new thread for each request, which
costs some 4 ms and every persistent database connection (decision record 0004). Here the body is read without a
thread, one thread makes the complete answer, and it is sent without a thread: neither a slow upload nor a slow
reader holds one.
"""

import asyncio
import logging
import re
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import IO, Any, cast

from django.conf import settings
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, ASGIRequest, get_script_prefix
from django.core.handlers.base import BaseHandler
from django.core.handlers.exception import response_for_exception
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

from dcportal import metrics
from dcportal.bodies import BodyReader, Receive, RefusedBodyError, drain
from dcportal.lanes import Lane
from dcportal.replies import Reply, Send, complete, plain

logger = logging.getLogger("django.request")

PROMPT_SECONDS = 0.1  # most answers are ready by then; only later ones are worth watching for a client that left
SEND_SECONDS = 30.0
SLOWEST_READER = 20_000  # bytes per second, beyond SEND_SECONDS
EXPORTS = r"/export(?:[/.]|$)"


class OneHopHandler(ASGIHandler):
    """Django's ASGI handler, with every request answered by one call in one thread."""

    def __init__(self) -> None:
        BaseHandler.__init__(self)  # not ASGIHandler's: it would load an asynchronous chain
        self.load_middleware(is_async=False)
        self.bodies = BodyReader(settings.REQUEST_BODY_LIMIT, settings.REQUEST_BODY_SECONDS)
        self.pages = Lane("pages", settings.REQUEST_THREADS, settings.REQUESTS_IN_FLIGHT)
        self.exports = Lane("exports", 2, 6)
        self._is_export: Callable[[str], Any] = re.compile(getattr(settings, "EXPORT_PATHS", EXPORTS)).search

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise ValueError(f"this handler serves HTTP, not {scope['type']}")
        lane = self.exports if self._is_export(scope["path"]) else self.pages
        try:
            reply = await self._reply(scope, receive, lane)
        except RequestAborted:
            return
        try:
            async with asyncio.timeout(SEND_SECONDS + reply.size / SLOWEST_READER):
                await reply.send(send)
        except TimeoutError:
            logger.info("client reads too slowly, given up: %s", scope["path"])
        finally:
            reply.close()

    async def _reply(self, scope: dict[str, Any], receive: Receive, lane: Lane) -> Reply:
        """Raises RequestAborted when the client left before there was an answer."""
        if lane.full:
            return self._busy()
        try:
            body = await self.bodies.read(scope, receive)
        except RefusedBodyError as refusal:
            metrics.refused(refusal.status)
            reply = plain(refusal.status, refusal.text)
            reply.before_end = partial(drain, scope, receive)
            return reply
        if lane.full:  # may have filled up while the body arrived
            body.close()
            return self._busy()
        gone = threading.Event()
        work, answer = lane.submit(partial(self.answer, scope, body, gone))
        try:
            await asyncio.wait([answer], timeout=PROMPT_SECONDS)
            if not answer.done():
                await self._answered_or_left(answer, receive)
            return answer.result()
        finally:
            if not answer.done():  # the client left, or the server stops
                gone.set()
                if work.cancel():
                    body.close()

    def _busy(self) -> Reply:
        metrics.refused(503)
        return plain(503, "The portal is busy. Please try again in a moment.", Retry_After="2")

    async def _answered_or_left(self, answer: "asyncio.Future[Reply]", receive: Receive) -> None:
        """Wait for the answer; raises RequestAborted if the client leaves before."""
        left = asyncio.ensure_future(receive())  # after the body, nothing but a disconnect can come
        either: set[asyncio.Future[Any]] = {answer, left}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not answer.done():
                raise RequestAborted
        finally:
            left.cancel()

    def answer(self, scope: dict[str, Any], body: IO[bytes], gone: threading.Event) -> Reply:
        """In the pool thread: the signals, the request, the chain, and all of the response."""
        started = time.perf_counter()
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=self.__class__, scope=scope)  # looks after the thread's connections
        request, refusal = self.create_request(scope, body)
        response = self.get_response(request) if request is not None else cast(HttpResponseBase, refusal)
        vars(response)["_handler_class"] = self.__class__  # the sender of request_finished, as Django's handlers set it
        try:
            reply = self._complete(request, response, gone)
        finally:
            response.close()  # closes files, and sends request_finished in this thread
            body.close()
        metrics.answered(request, reply.status, time.perf_counter() - started)
        if gone.is_set():
            reply.close()
        return reply

    def _complete(self, request: ASGIRequest | None, response: HttpResponseBase, gone: threading.Event) -> Reply:
        """A stream that fails half-way has not been sent yet: it becomes an honest error page."""
        try:
            return complete(response, gone)
        except Exception as error:  # noqa: BLE001  as Django's outermost handler: logged, signalled, answered with 500
            return complete(response_for_exception(request or HttpRequest(), error), gone)

    def close(self) -> None:
        self.pages.close()
        self.exports.close()
