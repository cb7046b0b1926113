"""Signing in: Keystone v3 with a password, for one project (starlingx-dcmanager.md 1.1)."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import orjson

from starlingx.catalog import Catalog
from starlingx.errors import Unexpected
from starlingx.rows import Row

RENEW_AT = 0.8
UNTOLD_LIFE = 300.0
LONGEST_LIFE = 86_400.0 * 7
LONGEST_TOKEN = 8192


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who we are towards a Keystone. The password shows in no repr."""

    username: str
    password: str = field(repr=False)
    project: str = "admin"
    domain: str = "Default"

    def request_body(self) -> bytes:
        """The JSON to post to `/auth/tokens`."""
        domain = {"name": self.domain}
        user = {"name": self.username, "password": self.password, "domain": domain}
        identity = {"methods": ["password"], "password": {"user": user}}
        scope = {"project": {"name": self.project, "domain": domain}}
        return orjson.dumps({"auth": {"identity": identity, "scope": scope}})


@dataclass(frozen=True, slots=True)
class Token:
    """A token, what it may use, and when (`time.monotonic()`) it should be replaced."""

    value: str = field(repr=False)
    catalog: Catalog
    renew_at: float
    roles: frozenset[str]

    def is_due(self) -> bool:
        """Whether four fifths of its life are over."""
        return time.monotonic() >= self.renew_at


def read_token(value: str | None, body: object, asked_at: float) -> Token:
    """From Keystone's answer. `asked_at` is the monotonic time of the question.

    The life is the difference of the server's own two times, so that its clock may be wrong.
    """
    if not value or not value.isascii() or not value.isprintable() or len(value) > LONGEST_TOKEN:
        raise Unexpected("the answer has no usable X-Subject-Token")
    row = Row(body, "answer").inner("token")
    issued, expires = row.moment("issued_at"), row.moment("expires_at")
    life = (expires - issued).total_seconds() if issued and expires else UNTOLD_LIFE
    if not 0 < life <= LONGEST_LIFE:
        life = UNTOLD_LIFE
    roles = frozenset(role.text("name") for role in row.inners("roles"))
    return Token(value, Catalog.read(row), asked_at + RENEW_AT * life, roles)
