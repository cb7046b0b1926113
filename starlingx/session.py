"""A signed-in cloud: one Keystone, its catalog, one token that is renewed in time.

`Connector` and `Credentials` are offered here too, as they are needed together.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

from yarl import URL

from starlingx.bodies import Body, Form, Json, body_of
from starlingx.catalog import SYSTEM_CONTROLLER, Catalog, versioned
from starlingx.connector import LARGEST_BODY, Answer, Connector, place
from starlingx.decoding import decode, outcome, refusal
from starlingx.delivery import Delivery
from starlingx.errors import StarlingXError, Timeout, Unauthorized
from starlingx.keystone import Credentials, Token, read_token
from starlingx.long_lists import rows_of

__all__ = ["DEFAULT_TIMEOUT", "WRITE_TIMEOUT", "CloudSession", "Connector", "Credentials", "deadline"]

DEFAULT_TIMEOUT = 30.0
WRITE_TIMEOUT = 25.0  # a step of a job has 30 s
SIGN_IN_TIMEOUT = 30.0
LARGEST_LIST = 128 * 1024 * 1024  # dcmanager's list has 2 kB for each subcloud
UNAUTHORIZED = frozenset({401})


@contextlib.asynccontextmanager
async def deadline(seconds: float, where: str) -> AsyncIterator[None]:
    """Everything inside takes at most so long, queueing and signing in too; then Timeout."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        late = Timeout(f"no answer within {seconds:g} s", place=where)
    else:
        return
    raise late


@dataclass(frozen=True, slots=True)
class _Call:
    """One question or order. `stale` are the statuses that may mean an expired token."""

    method: str
    service: str
    version: str
    path: str
    central: bool
    timeout: float
    largest: int = LARGEST_BODY
    stale: frozenset[int] = UNAUTHORIZED
    body: Body | None = None
    delivery: Delivery | None = None


class CloudSession:
    """Calls to one cloud's services with one account. Signs in when first needed; safe for many tasks of one loop.

    `region` is the cloud's own region; left out, it is found in the catalog. `interface` is public, internal or admin.
    `token` is one that an earlier session of the same account had: used as long as it is good. A token is kept in
    memory only.
    """

    def __init__(
        self,
        connector: Connector,
        *,
        auth_url: str,
        credentials: Credentials,
        interface: str = "public",
        region: str | None = None,
        token: Token | None = None,
    ) -> None:
        self._connector = connector
        self._credentials = credentials
        self._interface = interface
        self._region = region
        self._token_url = URL(f"{versioned(auth_url, 'v3')}/auth/tokens")
        self._gate = connector.gate()
        self._token = token
        self._signing_in: asyncio.Task[Token] | None = None
        self._bases: dict[tuple[str, bool], str] = {}
        self.server_clock_skew: float | None = None

    @property
    def token(self) -> Token | None:
        """The token in use, for the next session; None before the first sign-in or when it is due for renewal."""
        return None if self._token is None or self._token.is_due() else self._token

    async def catalog(self, *, timeout: float = DEFAULT_TIMEOUT) -> Catalog:
        """What this account may use. Raises like any call."""
        async with deadline(timeout, place("POST", self._token_url)):
            return (await self._valid_token()).catalog

    async def get(
        self,
        service: str,
        version: str,
        path: str,
        *,
        central: bool = False,
        stale: frozenset[int] = UNAUTHORIZED,
        timeout: float = DEFAULT_TIMEOUT,
    ) -> object:
        """The JSON at `path` (with its query) of a service of that catalog type.

        `central` prefers region SystemController; `stale` are the statuses that may mean an expired token.
        """
        answer, url = await self._answer(_Call("GET", service, version, path, central, timeout, stale=stale))
        return decode(answer, url, self._secrets())

    async def send(
        self,
        method: str,
        service: str,
        version: str,
        path: str,
        *,
        json: Json | None = None,
        form: Form | None = None,
        central: bool = False,
        timeout: float = WRITE_TIMEOUT,
    ) -> object:
        """Order something, once: the JSON of the answer, None where it says nothing.

        Sent again only after a 401, which proves that it was refused, with a new token. A StarlingXError's
        `outcome_unknown` tells whether it may have taken effect. Secrets of the body are kept out of messages.
        """
        body, delivery = body_of(json, form), Delivery()
        secrets = body.secrets if body else ()
        with delivery.judged():
            answer, url = await self._answer(
                _Call(method, service, version, path, central, timeout, body=body, delivery=delivery)
            )
            return outcome(answer, url, (*self._secrets(), *secrets))

    async def get_rows(
        self,
        service: str,
        version: str,
        path: str,
        key: str,
        *,
        central: bool = False,
        timeout: float = DEFAULT_TIMEOUT,
    ) -> Iterator[object]:
        """The rows of a list that may be long, `{key: [...]}`; it is decoded while the rows are taken.

        Taking them raises Unexpected where the answer ends too soon: nothing may be used before the last one.
        """
        answer, url = await self._answer(_Call("GET", service, version, path, central, timeout, LARGEST_LIST))
        if answer.status != 200:
            raise refusal(answer, url, self._secrets())
        return rows_of(answer.body, key)

    def _secrets(self) -> tuple[str, ...]:
        return (*((self._token.value,) if self._token else ()), self._credentials.password)

    async def _answer(self, call: _Call) -> tuple[Answer, URL]:
        """The answer, after a new token if the first was refused, and where it came from."""
        cloud = f"the cloud at {self._token_url.host}:{self._token_url.port}"
        where = f"{call.method} {call.service}{call.path.partition('?')[0]} of {cloud}"
        async with deadline(call.timeout, where), self._gate:
            token = await self._valid_token()
            for attempt in (1, 2):
                base = self._base(token.catalog, call.service, call.version, call.central)
                answer, url = await self._exchange(call, URL(base + call.path, encoded=True), token)
                if answer.status not in call.stale or attempt == 2:
                    break
                if call.delivery:
                    call.delivery.refused()
                token = await self._replacement(token)
            return answer, url

    async def _exchange(self, call: _Call, url: URL, token: Token) -> tuple[Answer, URL]:
        headers = {"X-Auth-Token": token.value}
        content = None
        if call.body is not None:
            headers["Content-Type"] = call.body.content_type
            content = call.body.content
        answer = await self._connector.exchange(
            call.method, url, headers, content, largest=call.largest, delivery=call.delivery
        )
        self.server_clock_skew = answer.clock_skew
        return answer, url

    def _base(self, catalog: Catalog, service: str, version: str, central: bool) -> str:
        """The service's URL with its version. Looked up once for each token, as catalogs change rarely."""
        base = self._bases.get((service, central))
        if base is None:
            own = self._region if self._region not in (None, SYSTEM_CONTROLLER) else catalog.central_region()
            regions = {endpoint.region for endpoint in catalog.endpoints if endpoint.type == service}
            region = SYSTEM_CONTROLLER if central and (SYSTEM_CONTROLLER in regions or not regions) else own
            base = versioned(catalog.url(service, self._interface, region or ""), version)
            self._bases[service, central] = base
        return base

    async def _valid_token(self) -> Token:
        token = self._token
        return await self._signed_in() if token is None or token.is_due() else token

    async def _replacement(self, refused: Token) -> Token:
        """A token other than the one just refused; another task may have fetched it meanwhile."""
        return await self._signed_in() if self._token is None or self._token is refused else self._token

    async def _signed_in(self) -> Token:
        """Sign in, once for all who wait. A waiter that gives up does not stop it for the others."""
        if self._signing_in is None:
            self._signing_in = asyncio.create_task(self._sign_in())
            self._signing_in.add_done_callback(self._sign_in_over)
        return await asyncio.shield(self._signing_in)

    def _sign_in_over(self, task: asyncio.Task[Token]) -> None:
        self._signing_in = None
        if task.cancelled() or task.exception() is not None:  # looked at here, as all waiters may have gone
            return
        self._token = task.result()
        self._bases.clear()

    async def _sign_in(self) -> Token:
        where = place("POST", self._token_url)
        asked_at = time.monotonic()
        async with deadline(SIGN_IN_TIMEOUT, where):
            headers = {"Content-Type": "application/json"}
            body = self._credentials.request_body()
            answer = await self._connector.exchange("POST", self._token_url, headers, body)
        self.server_clock_skew = answer.clock_skew
        if answer.status == 401:
            raise Unauthorized("Keystone does not accept these credentials", place=where, status=401)
        decoded = decode(answer, self._token_url, (self._credentials.password,))
        try:
            return read_token(answer.subject_token, decoded, asked_at)
        except StarlingXError as caught:
            caught.place = where
            raise
