"""Who may ask USM, and how it refuses: info, warning, error."""

from __future__ import annotations

from aiohttp import web

from simulator.routing import Call, Handler, answer

READERS = frozenset(("reader", "operator", "configurator"))
WRITERS = frozenset(("admin", "configurator"))


class Refused(Exception):
    """An operation USM refuses: 406 unless said otherwise."""

    def __init__(self, error: str, status: int = 406) -> None:
        super().__init__(error)
        self.status = status


def said(info: str = "", *, warning: str = "", error: str = "", status: int = 200) -> web.Response:
    return answer({"info": info, "warning": warning, "error": error}, status)


def guarded(handler: Handler, roles: frozenset[str] = READERS) -> Handler:
    async def call_handler(call: Call) -> web.StreamResponse:
        if call.token is not None and not roles.intersection(call.token.roles):
            return said(error="Access denied", status=403)
        try:
            return await handler(call)
        except Refused as refusal:
            return said(error=str(refusal), status=refusal.status)

    return call_handler
