"""A signed-in cloud: one Keystone, its catalog, one token that is renewed in time.

`Connector` and `Credentials` are offered here too, as they are needed together.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass

from yarl import URL

from starlingx.bodies import Body, Form, Json, body_of
from starlingx.catalog import SYSTEM_CONTROLLER, Catalog, versioned
from starlingx.connector import LARGEST_BODY, Answer, Connector, place
from starlingx.decoding import decode, outcome, refusal
from starlingx.delivery import Delivery
from starlingx.keystone import Credentials, Token
from starlingx.long_lists import rows_of
from starlingx.patience import Patience
from starlingx.sign_in import SignIn, deadline

__all__ = ["DEFAULT_TIMEOUT", "WRITE_TIMEOUT", "CloudSession", "Connector", "Credentials", "Patience", "deadline"]

DEFAULT_TIMEOUT = 30.0
WRITE_TIMEOUT = 25.0  # a step of a job has 30 s
LARGEST_LIST = 128 * 1024 * 1024  # dcmanager's list has 2 kB for each subcloud
UNAUTHORIZED = frozenset({401})


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
    memory only. `patience` says when refused credentials are tried again.
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
        patience: Patience | None = None,
    ) -> None:
        self._connector = connector
        self._sign_in = SignIn(connector, auth_url, credentials, token, patience)
        self._interface = interface
        self._region = region
        self._gate = connector.gate()
        self._bases: dict[tuple[str, bool], str] = {}
        self._bases_of: Token | None = None
        self._clock_skew: float | None = None

    def aside(self) -> CloudSession:
        """The same account and token, and a gate of its own: for calls that may hang, so that no others do."""
        other = copy(self)
        other._gate = self._connector.gate()
        other._bases, other._bases_of = {}, None
        return other

    @property
    def token(self) -> Token | None:
        """The token in use, for the next session; None before the first sign-in or when it is due for renewal."""
        return self._sign_in.token

    @property
    def server_clock_skew(self) -> float | None:
        """By how many seconds the cloud's clock was ahead of ours at the last answer; None where it did not tell."""
        return self._sign_in.clock_skew if self._clock_skew is None else self._clock_skew

    async def catalog(self, *, timeout: float = DEFAULT_TIMEOUT) -> Catalog:
        """What this account may use. Raises like any call."""
        async with deadline(timeout, place("POST", self._sign_in.url)):
            return (await self._sign_in.valid()).catalog

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
        return decode(answer, url, self._sign_in.secrets)

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
            return outcome(answer, url, (*self._sign_in.secrets, *secrets))

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
            raise refusal(answer, url, self._sign_in.secrets)
        return rows_of(answer.body, key)

    async def _answer(self, call: _Call) -> tuple[Answer, URL]:
        """The answer, after a new token if the first was refused, and where it came from."""
        cloud = f"the cloud at {self._sign_in.url.host}:{self._sign_in.url.port}"
        where = f"{call.method} {call.service}{call.path.partition('?')[0]} of {cloud}"
        async with deadline(call.timeout, where), self._gate:
            token = await self._sign_in.valid()
            for attempt in (1, 2):
                base = self._base(token, call.service, call.version, call.central)
                answer, url = await self._exchange(call, URL(base + call.path, encoded=True), token)
                if answer.status not in call.stale or attempt == 2:
                    break
                if call.delivery:
                    call.delivery.refused()
                token = await self._sign_in.replacement(token)
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
        self._clock_skew = answer.clock_skew
        return answer, url

    def _base(self, token: Token, service: str, version: str, central: bool) -> str:
        """The service's URL with its version. Looked up once for each token, as catalogs change rarely."""
        if token is not self._bases_of:
            self._bases_of = token
            self._bases.clear()
        base = self._bases.get((service, central))
        if base is None:
            catalog = token.catalog
            own = self._region if self._region not in (None, SYSTEM_CONTROLLER) else catalog.central_region()
            regions = {endpoint.region for endpoint in catalog.endpoints if endpoint.type == service}
            region = SYSTEM_CONTROLLER if central and (SYSTEM_CONTROLLER in regions or not regions) else own
            base = versioned(catalog.url(service, self._interface, region or ""), version)
            self._bases[service, central] = base
        return base
