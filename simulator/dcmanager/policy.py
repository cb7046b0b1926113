"""Which role may do what (starlingx-dcmanager.md 1.2)."""

from __future__ import annotations

from simulator.dcmanager.refusals import Refused
from simulator.routing import Call

READ = frozenset({"reader", "operator", "configurator", "admin"})
MANAGE = frozenset({"admin", "operator", "configurator"})
WRITE = frozenset({"admin", "configurator"})


def require(call: Call, allowed: frozenset[str]) -> None:
    """Raises Refused (403, description null) unless the token has one of the roles."""
    if call.token is None or not allowed.intersection(call.token.roles):
        raise Refused(403, None)
