"""Who may ask FM, and what every handler begins with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from simulator.alarms.model import StandingAlarms
from simulator.routing import Call
from simulator.wsme import ApiError, not_acceptable, titled, wanted

READERS = frozenset(("reader", "operator", "configurator", "member"))
WRITERS = frozenset(("admin", "configurator"))
Handler = Callable[[Call, str], Awaitable[web.Response]]


def alarms_of(call: Call) -> StandingAlarms:
    model = call.world.alarms
    if not isinstance(model, StandingAlarms):
        raise TypeError("FM needs the alarm model of simulator.alarms")
    return model


def guarded(handler: Handler, roles: frozenset[str] = READERS) -> Callable[[Call], Awaitable[web.StreamResponse]]:
    """Role, content type, faults; the handler gets the call and `json` or `xml`."""

    async def answer(call: Call) -> web.StreamResponse:
        if call.token is not None and not roles.intersection(call.token.roles):
            return titled(403, "Forbidden", None)
        accept = call.request.headers.get("Accept", "")
        try:
            kind = wanted(accept)
        except ValueError:
            return not_acceptable(accept)
        try:
            return await handler(call, kind)
        except ApiError as fault:
            return fault.response()

    return answer
