"""How the services of one System Controller answer: kept for the reachability table, judged by the breaker."""

import asyncio
import contextlib
from collections.abc import Awaitable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from django.utils import timezone

from collector.certificates import expires_at
from collector.doors import Doors
from collector.pacing import Breaker
from collector.problems import problem_of
from collector.standing import Standing
from collector.turns import Turns
from sites.choices import Problem
from sites.ingest import ServiceLook
from starlingx.catalog import SYSTEM_CONTROLLER
from starlingx.errors import BadPattern, StarlingXError, Unauthorized, Unexpected, Unreachable

IDENTITY = "identity"
SIGN_IN_PATH = "/auth/tokens"
SIGN_IN = "sign-in"
STUMBLES = "reading of {}"
FAULT = "the portal itself failed ({}) and tries again; the collector's log says more, which is worth a bug report"
THRESHOLD = 3
T = TypeVar("T")


class Services:
    """Every central call goes through `ask`, so that its outcome is noted."""

    def __init__(self, name: str, doors: Doors, interface: str, longest_pause: float) -> None:
        self._doors = doors
        self._interface = interface
        self._turns = Turns(name)
        self._standing = Standing()
        self._pending: dict[str, ServiceLook] = {}
        self._answered: dict[str, ServiceLook] = {}  # the last answer of each
        self._urls: dict[str, str] = {}
        self._expiry: dict[str, datetime] = {}
        self.breaker = Breaker(THRESHOLD, longest_pause)

    async def ask(self, service: str, name: str, call: Awaitable[T]) -> T:
        """The answer of `call`. Raises its StarlingXError after noting it, against Keystone where that failed.

        An error stands in the service's row until the call of the same `name` succeeds, whatever else it answers.
        """
        loop = asyncio.get_running_loop()
        begun, at = loop.time(), timezone.now()
        try:
            answer = await call
        except StarlingXError as caught:
            self.note_failure(service, at, caught, name)
            if isinstance(caught, (Unreachable, Unauthorized)):
                self.breaker.failed(loop.time())
            raise
        self.breaker.succeeded()
        await self.note_success(service, at, loop.time() - begun, name)
        return answer

    async def read_certificates(self, ca_file: str | None) -> None:
        """Note when the certificate of each service that has answered expires."""
        if (names := self._doors.names) is None:
            return
        for service, url in [(each, url) for each, url in self._urls.items() if url]:
            what = f"the certificate of {service}"
            try:
                when = await expires_at(url, ca_file, names)
            except BadPattern as caught:  # the service is asked elsewhere, and may well answer
                self._turns.failed(what, caught)
                self._expiry.pop(service, None)
                continue
            self._turns.succeeded(what)
            if when is not None:
                self._expiry[service] = when

    def take_looks(self) -> list[ServiceLook]:
        """What was noted since the last time, one for each service."""
        looks, self._pending = list(self._pending.values()), {}
        return looks

    def give_back(self, looks: list[ServiceLook]) -> None:
        """These could not be stored: take them again, unless something newer was noted."""
        self._pending = {look.service: look for look in looks} | self._pending

    def note_failure(self, service: str, at: datetime, problem: StarlingXError, name: str = "") -> None:
        """A call failed. Where Keystone did, both it and the service are marked."""
        if SIGN_IN_PATH in problem.place:
            self._fails(IDENTITY, SIGN_IN, at, problem)
        elif isinstance(problem, Unauthorized):
            self._fails(IDENTITY, f"{service} {name}", at, problem)
        self._fails(service, name, at, problem, log=SIGN_IN_PATH not in problem.place)

    async def note_success(self, service: str, at: datetime, seconds: float, name: str = "") -> None:
        """A call was answered, so Keystone was too."""
        self._standing.succeeded(service, name)
        for call in (SIGN_IN, f"{service} {name}"):
            self._standing.succeeded(IDENTITY, call)
        for each in (service, IDENTITY):
            with contextlib.suppress(StarlingXError):  # the call itself was answered
                self._urls[each] = await self._url(each)
            worst = self._standing.worst(each)
            if worst is None:
                self._turns.succeeded(each)
            self._pending[each] = ServiceLook(
                each,
                at,
                url=self._urls.get(each, ""),
                error=worst.error if worst else "",
                problem=worst.problem if worst else Problem.OTHER,
                seconds=seconds if each == service else None,
                clock_skew_seconds=self._doors.central.server_clock_skew,
                certificate_expires_at=self._expiry.get(each),
            )
            self._answered[each] = replace(self._pending[each], error="")

    def stumbled(self, service: str, part: str, fault: Exception) -> bool:
        """A fault of ours, in the reading of `service`: its row says so until `recovered`. True the first time."""
        name = STUMBLES.format(part)
        first = not self._standing.fails(service, name)
        self._fails(service, name, timezone.now(), Unexpected(FAULT.format(type(fault).__name__)), log=False)
        return first

    def recovered(self, service: str, part: str) -> None:
        """That part of the reading works: the row says again what the service answered last."""
        name = STUMBLES.format(part)
        if not self._standing.fails(service, name):
            return
        self._standing.succeeded(service, name)
        if self.well(service) and service in self._answered:
            self._pending[service] = self._answered[service]

    def well(self, service: str) -> bool:
        """Whether nothing of it fails."""
        return self._standing.worst(service) is None

    def _fails(self, service: str, name: str, at: datetime, problem: StarlingXError, *, log: bool = True) -> None:
        """What has failed for longest stands in the row; it is logged once, until nothing of the service fails."""
        error = str(problem) if problem.place or not name else f"{name}: {problem}"
        self._standing.failed(service, name, at, error, problem_of(problem))
        if log:
            self._turns.failed(service, error)
        if (worst := self._standing.worst(service)) is not None:
            self._pending[service] = ServiceLook(service, at, error=worst.error, problem=worst.problem)

    async def _url(self, service: str) -> str:
        """Where the catalog says it is; the proxies' region only where no other has it."""
        catalog = await self._doors.central.catalog()
        found = [e for e in catalog.endpoints if e.type == service and e.interface == self._interface]
        own = [endpoint for endpoint in found if endpoint.region != SYSTEM_CONTROLLER]
        return (own or found)[0].url if found else ""
