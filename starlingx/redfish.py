"""The BMC of one server over Redfish: does it answer, how is the server, switch it (starlingx-platform.md 4.2).

Certificates are verified like everywhere. Most BMCs have one that nobody vouches for: for those the caller gives a
Connector made with `verify=False` (a setting of each System Controller says so).
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from typing import Literal, TypeVar

from yarl import URL

from starlingx.bodies import json_body
from starlingx.connector import Answer, Connector, place
from starlingx.decoding import decode, outcome
from starlingx.delivery import Delivery
from starlingx.errors import BadValue, StarlingXError, TlsFailed, Unauthorized, Unexpected
from starlingx.records import BmcInterface, ComputerSystem
from starlingx.rows import Row
from starlingx.secret import Secret
from starlingx.session import DEFAULT_TIMEOUT, WRITE_TIMEOUT, deadline

ROOT = "/redfish/v1/"
ANSWER_TIMEOUT = 3.0  # as dcmanager gives a BMC before it redeploys
MOST_MEMBERS = 128
MOST_PAGES = 8

Switch = Literal["on", "off", "graceful-off", "restart", "graceful-restart"]
# Redfish's types for it, the best first; the BMC says which it has.
RESET_TYPES: dict[Switch, tuple[str, ...]] = {
    "on": ("On", "ForceOn"),
    "off": ("ForceOff", "GracefulShutdown"),
    "graceful-off": ("GracefulShutdown",),
    "restart": ("ForceRestart", "PowerCycle", "GracefulRestart"),
    "graceful-restart": ("GracefulRestart",),
}

_PATH = re.compile(r"/redfish/v1(/[A-Za-z0-9._~:@#-]+)+/?")

Told = TypeVar("Told")


class Redfish:
    """Calls to one BMC with basic authentication, which every Redfish service has. The password shows nowhere."""

    def __init__(self, connector: Connector, base_url: str, username: str, password: Secret) -> None:
        """`base_url` is what stands before /redfish/v1/. Raises BadValue for a user name with a colon."""
        if ":" in username:
            raise BadValue("a BMC's user name has no colon")
        self._connector = connector
        self._base = base_url.rstrip("/").removesuffix("/redfish/v1").removesuffix("/redfish")
        basic = b64encode(f"{username}:{password.reveal()}".encode()).decode()
        self._headers = {"Authorization": f"Basic {basic}"}
        self._secrets = (*password.spellings(), basic)
        self._gate = connector.gate()

    async def answers(self, *, timeout: float = ANSWER_TIMEOUT) -> bool:
        """Whether its service root answers without credentials, with a status below 400: dcmanager's own question.

        Raises TlsFailed where something answers but is not vouched for.
        """
        url = self._url(ROOT)
        try:
            async with deadline(timeout, place("GET", url)), self._gate:
                return (await self._connector.exchange("GET", url, {})).status < 400
        except TlsFailed:
            raise
        except StarlingXError as caught:
            return caught.status is not None and caught.status < 400  # a redirect, or an answer too large

    async def systems(self, *, timeout: float = DEFAULT_TIMEOUT) -> list[ComputerSystem]:
        """The servers behind it, one nearly always."""
        return await self._members(f"{ROOT}Systems", ComputerSystem.read, timeout)

    async def ethernet_interfaces(
        self, system: ComputerSystem, *, timeout: float = DEFAULT_TIMEOUT
    ) -> list[BmcInterface]:
        """The server's network ports; none where the BMC does not tell of them."""
        path = system.interfaces_path
        return await self._members(path, BmcInterface.read, timeout) if path else []

    async def switch(self, system: ComputerSystem, to: Switch, *, timeout: float = WRITE_TIMEOUT) -> str:
        """Switch it, once: the reset type that was taken. The server takes its time to obey: read `power_state`.

        Raises BadValue when the BMC has no fitting type, Refused when it cannot be done now (on while it is on).
        """
        if not system.reset_target:
            raise BadValue("the BMC offers no way to switch this server")
        url, delivery = self._url(_checked(system.reset_target)), Delivery()
        with delivery.judged():
            async with deadline(timeout, place("POST", url)):
                type_ = fitting(to, await self._reset_types(system))
                body = json_body({"ResetType": type_})
                headers = {**self._headers, "Content-Type": body.content_type}
                async with self._gate:
                    answer = await self._connector.exchange("POST", url, headers, body.content, delivery=delivery)
                _signed_in(answer, url)
                outcome(answer, url, self._secrets)
        return type_

    async def _reset_types(self, system: ComputerSystem) -> tuple[str, ...]:
        """Which there are. Newer BMCs tell so in a place of its own."""
        if system.reset_types or not system.reset_info:
            return system.reset_types
        info = Row(await self._json(system.reset_info), "reset info")
        found = [row.texts("AllowableValues") for row in info.inners("Parameters") if row.text("Name") == "ResetType"]
        return found[0] if found else ()

    async def _members(self, path: str, read: Callable[[Row], Told], timeout: float) -> list[Told]:
        """Every member of a collection. Raises Unexpected where it has no end."""
        async with deadline(timeout, place("GET", self._url(_checked(path)))):
            return [read(Row(await self._json(member), "member")) for member in await self._collection(path)]

    async def _collection(self, path: str) -> list[str]:
        """Where its members stand."""
        found: list[str] = []
        for _ in range(MOST_PAGES):
            row = Row(await self._json(path), "collection")
            if not isinstance(row.raw("Members"), list):
                raise Unexpected(f"the answer to {path} has no Members")
            found += [member.identity("@odata.id") for member in row.inners("Members")]
            if len(found) > MOST_MEMBERS:
                raise Unexpected(f"{path} has more than {MOST_MEMBERS} members")
            path = row.text("Members@odata.nextLink", 1024)
            if not path:
                return found
        raise Unexpected(f"{path} does not end after {MOST_PAGES} pages")

    async def _json(self, path: str) -> object:
        url = self._url(_checked(path))
        async with self._gate:
            answer = await self._connector.exchange("GET", url, self._headers)
        _signed_in(answer, url)
        return decode(answer, url, self._secrets)

    def _url(self, path: str) -> URL:
        return URL(self._base + path.replace("#", "%23"), encoded=True)


def fitting(to: Switch, there: tuple[str, ...]) -> str:
    """The best type for it among those the BMC has; the usual one where it does not tell. Raises BadValue."""
    wanted = RESET_TYPES[to]
    if not there:
        return wanted[0]
    for type_ in wanted:
        if type_ in there:
            return type_
    raise BadValue(f"the BMC cannot do {to}: it knows {', '.join(there)[:200]}")


def _checked(path: str) -> str:
    """A path the BMC named, if it leads to the BMC itself. Raises Unexpected."""
    if len(path) > 1024 or not _PATH.fullmatch(path) or "/.." in path or "/./" in path:
        raise Unexpected(f"the BMC names {path[:80]!r}, which is no place on it")
    return path


def _signed_in(answer: Answer, url: URL) -> None:
    if answer.status == 401:
        raise Unauthorized("the BMC does not accept these credentials", place=place(answer.method, url), status=401)
