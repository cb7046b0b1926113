"""Keystone tokens: made from the fleet's seed, so that they outlive a restart like Fernet tokens do."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.fleet import Cloud, CloudKey
from simulator.identity import stable_hex

if TYPE_CHECKING:
    from simulator.world import World

LIFETIME = 3600.0  # stx-puppet's default; --speed does not shorten it


@dataclass(frozen=True, slots=True)
class User:
    name: str
    password: str
    roles: tuple[str, ...]


USERS = {
    user.name: user
    for user in (
        User("portal-reader", "reader-secret", ("reader",)),
        User("portal-operator", "operator-secret", ("configurator", "operator", "reader")),
        User("admin", "St4rlingX*", ("member", "manager", "admin", "reader")),
    )
}


@dataclass(frozen=True, slots=True)
class Token:
    """`project` None: an unscoped token, which has no roles. Times are wall clock, on the site's own clock."""

    text: str
    cloud: CloudKey
    user: User
    project: str | None
    issued_at: float
    expires_at: float

    @property
    def roles(self) -> tuple[str, ...]:
        return self.user.roles if self.project else ()


class Tokens:
    """Issues and checks. A token is valid for its cloud only."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._key = stable_hex(world.fleet.seed, "fernet").encode()
        self._known: dict[str, Token] = {}
        self._revoked: set[str] = set()
        world.command("token.revoke", lambda at, arguments: self._revoked.add(arguments["digest"]))

    def issue(self, cloud: Cloud, user: User, project: str | None) -> Token:
        now = self._world.site_time(cloud)
        claims = f"{cloud.controller}:{cloud.id or 0}:{user.name}:{project or ''}:{now:.3f}:{secrets.token_hex(12)}"
        text = "gAAAAA" + base64.urlsafe_b64encode(self._signature(claims) + claims.encode()).decode().rstrip("=")
        token = Token(text, cloud.key, user, project, now, now + LIFETIME)
        self._remember(token)
        return token

    def check(self, cloud: Cloud, text: str | None) -> Token | None:
        """The token if it is good on this cloud now."""
        if not text:
            return None
        token = self._known.get(text) or self._read(text)
        if token is None or token.cloud != cloud.key or token.expires_at <= self._world.site_time(cloud):
            return None
        if self._revoked and self._digest(text) in self._revoked:
            return None
        expired = self._world.faults.on(cloud.key, "expired-tokens", self._world.clock.now())
        if expired is not None and token.issued_at - self._world.skew(cloud) < expired.since:
            return None
        return token

    def revoke(self, text: str) -> None:
        self._world.do("token.revoke", digest=self._digest(text))

    def _read(self, text: str) -> Token | None:
        """A token from before a restart."""
        try:
            raw = base64.urlsafe_b64decode(text[6:] + "=" * (-len(text[6:]) % 4))
            claims = raw[32:].decode("ascii")
            if not hmac.compare_digest(raw[:32], self._signature(claims)):
                return None
        except ValueError:
            return None
        controller, identifier, name, project, issued, _ = claims.split(":")
        token = Token(
            text,
            (int(controller), int(identifier) or None),
            USERS[name],
            project or None,
            float(issued),
            float(issued) + LIFETIME,
        )
        self._remember(token)
        return token

    def _remember(self, token: Token) -> None:
        if len(self._known) > 100_000:
            self._known.clear()  # only a cache: a signature is checked again
        self._known[token.text] = token

    def _signature(self, claims: str) -> bytes:
        return hmac.new(self._key, claims.encode(), hashlib.sha256).digest()

    @staticmethod
    def _digest(text: str) -> str:
        return hashlib.sha256(text.encode()).hexdigest()
