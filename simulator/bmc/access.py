"""Who may ask a BMC: its one account, by basic authentication or a session.

Sessions are signed like Keystone's tokens, so that they outlive a restart of the simulator; they end after half an
hour or when they are deleted.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from simulator.bmc.errors import unauthorized
from simulator.bmc.places import fault_on, server
from simulator.bmc_accounts import BMC_USER, password_of
from simulator.identity import stable_hex
from simulator.routing import Call
from simulator.world import World

SESSION_SECONDS = 1800.0


@dataclass(frozen=True, slots=True)
class Session:
    id: str
    token: str
    address: str
    opened_at: float


class Access:
    def __init__(self, world: World) -> None:
        self._world = world
        self._key = stable_hex(world.fleet.seed, "bmc sessions").encode()
        self._open: dict[str, Session] = {}
        self._closed: set[str] = set()
        world.command("bmc.logout", self._logout)

    def refusal(self, call: Call) -> web.Response | None:
        """None for who may come in."""
        token = call.request.headers.get("X-Auth-Token")
        good = self.session(call, token) is not None if token else self.basic(call)
        return None if good else unauthorized(call)

    def accepts(self, call: Call, user: Any, password: Any) -> bool:
        """Whether these are the account's name and password; the host need not exist to be asked."""
        name = host_named(call)
        host = server(call.cloud, name)
        if host is None or fault_on(self._world, call.cloud, "bmc-bad-credentials", name):
            return False
        return bool(user == BMC_USER and password == password_of(call.cloud, host.bm_ip))

    def basic(self, call: Call) -> bool:
        kind, _, coded = call.request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "basic":
            return False
        try:
            user, _, password = base64.b64decode(coded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return False
        return self.accepts(call, user, password)

    def log_in(self, call: Call) -> Session:
        claims = f"{address_of(call)}|{self._world.clock.now():.3f}|{secrets.token_hex(8)}"
        token = base64.urlsafe_b64encode(self._signature(claims) + claims.encode()).decode().rstrip("=")
        session = self._read(token)
        if session is None:
            raise RuntimeError("a session of our own cannot be read")
        self._open[session.id] = session
        return session

    def session(self, call: Call, token: str) -> Session | None:
        """The session of that token, if it is good at this BMC now."""
        session = self._read(token)
        name = host_named(call)
        if (
            session is None
            or session.id in self._closed
            or session.address != address_of(call)
            or session.opened_at + SESSION_SECONDS <= self._world.clock.now()
            or fault_on(self._world, call.cloud, "bmc-bad-credentials", name)
        ):
            return None
        self._open[session.id] = session
        return session

    def sessions(self, call: Call) -> list[Session]:
        """What is open at this BMC; after a restart only those that were used since."""
        return [session for session in list(self._open.values()) if self.session(call, session.token)]

    def log_out(self, session: Session) -> None:
        self._world.do("bmc.logout", session=session.id)

    def _logout(self, at: float, arguments: Mapping[str, Any]) -> None:
        self._closed.add(arguments["session"])
        self._open.pop(arguments["session"], None)

    def _read(self, token: str) -> Session | None:
        try:
            raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
            claims = raw[32:].decode("ascii")
            if not hmac.compare_digest(raw[:32], self._signature(claims)):
                return None
        except ValueError:
            return None
        address, opened_at, identifier = claims.split("|")
        return Session(identifier, token, address, float(opened_at))

    def _signature(self, claims: str) -> bytes:
        return hmac.new(self._key, claims.encode(), hashlib.sha256).digest()


def host_named(call: Call) -> str:
    """The host a call is about, also where its path leads nowhere."""
    return call.path.split("/", 2)[1] if "/" in call.path else ""


def address_of(call: Call) -> str:
    """The BMC's own address; empty where there is none."""
    host = server(call.cloud, host_named(call))
    return host.bm_ip if host else ""
