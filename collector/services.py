"""How the services of one System Controller answer: kept for the reachability table, judged by the breaker."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from django.utils import timezone

from collector.certificates import expires_at
from collector.doors import Doors
from collector.pacing import Breaker
from collector.problems import problem_of
from collector.turns import Turns
from sites.ingest import ServiceLook
from starlingx.catalog import SYSTEM_CONTROLLER
from starlingx.errors import StarlingXError, Unauthorized, Unreachable

IDENTITY = "identity"
SIGN_IN_PATH = "/auth/tokens"
THRESHOLD = 3
T = TypeVar("T")


class Services:
    """Every central call goes through `ask`, so that its outcome is noted."""

    def __init__(self, name: str, doors: Doors, interface: str, longest_pause: float) -> None:
        self._doors = doors
        self._interface = interface
        self._turns = Turns(name)
        self._pending: dict[str, ServiceLook] = {}
        self._urls: dict[str, str] = {}
        self._expiry: dict[str, datetime] = {}
        self._doubts: dict[str, str] = {}
        self.breaker = Breaker(THRESHOLD, longest_pause)

    async def ask(self, service: str, call: Awaitable[T]) -> T:
        """The answer of `call`. Raises its StarlingXError after noting it, against Keystone where that failed."""
        loop = asyncio.get_running_loop()
        begun, at = loop.time(), timezone.now()
        try:
            answer = await call
        except StarlingXError as caught:
            self.note_failure(service, at, caught)
            if isinstance(caught, (Unreachable, Unauthorized)):
                self.breaker.failed(loop.time())
            raise
        self.breaker.succeeded()
        await self.note_success(service, at, loop.time() - begun)
        return answer

    def doubt(self, service: str, at: datetime, why: str) -> None:
        """The service answers, but one of its answers cannot be used: that stands in its row until `trust`."""
        self._doubts[service] = why
        self._pending[service] = replace(self._pending.get(service) or ServiceLook(service, at), error=why)

    def trust(self, service: str) -> None:
        """The answer that was in doubt is not any more."""
        why = self._doubts.pop(service, "")
        pending = self._pending.get(service)
        if why and pending is not None and pending.error == why:
            self._pending[service] = replace(pending, error="")

    async def read_certificates(self, ca_file: str | None) -> None:
        """Note when the certificate of each service that has answered expires."""
        if (names := self._doors.names) is None:
            return
        for service, url in list(self._urls.items()):
            if (when := await expires_at(url, ca_file, names)) is not None:
                self._expiry[service] = when

    def take_looks(self) -> list[ServiceLook]:
        """What was noted since the last time, one for each service."""
        looks, self._pending = list(self._pending.values()), {}
        return looks

    def note_failure(self, service: str, at: datetime, problem: StarlingXError) -> None:
        """A call failed. Where Keystone did, both it and the service are marked."""
        failed = IDENTITY if SIGN_IN_PATH in problem.place or isinstance(problem, Unauthorized) else service
        self._turns.failed(failed, problem)
        if failed != service:
            self._pending[failed] = ServiceLook(failed, at, error=str(problem), problem=problem_of(problem))
        self._pending[service] = ServiceLook(service, at, error=str(problem), problem=problem_of(problem))

    async def note_success(self, service: str, at: datetime, seconds: float) -> None:
        """A call was answered, so Keystone was too."""
        for each in (service, IDENTITY):
            self._turns.succeeded(each)
            self._urls[each] = await self._url(each)
            self._pending[each] = ServiceLook(
                each,
                at,
                url=self._urls[each],
                error=self._doubts.get(each, ""),
                seconds=seconds if each == service else None,
                clock_skew_seconds=self._doors.central.server_clock_skew,
                certificate_expires_at=self._expiry.get(each),
            )

    async def _url(self, service: str) -> str:
        """Where the catalog says it is; the proxies' region only where no other has it."""
        catalog = await self._doors.central.catalog()
        found = [e for e in catalog.endpoints if e.type == service and e.interface == self._interface]
        own = [endpoint for endpoint in found if endpoint.region != SYSTEM_CONTROLLER]
        return (own or found)[0].url if found else ""
