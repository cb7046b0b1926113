"""One account's token at one Keystone: fetched when first needed, renewed in time, replaced when it is refused."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

from yarl import URL

from starlingx.addresses import usable
from starlingx.catalog import versioned
from starlingx.connector import Connector, place
from starlingx.decoding import decode
from starlingx.errors import StarlingXError, Timeout, Unauthorized
from starlingx.keystone import Credentials, Token, read_token
from starlingx.patience import Patience

SIGN_IN_TIMEOUT = 30.0
REFUSED = "Keystone does not accept these credentials; they are tried again at {}"


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


class SignIn:
    """Keeps the token. Safe for many tasks of one loop: they share one sign-in.

    Credentials that Keystone refused are not shown to it again for a while, whoever calls, however often. Raises
    BadPattern where `auth_url` is no URL of a host.
    """

    def __init__(
        self,
        connector: Connector,
        auth_url: str,
        credentials: Credentials,
        token: Token | None,
        patience: Patience | None = None,
    ) -> None:
        self._connector = connector
        self._credentials = credentials
        self._token = token
        self._patience = patience or Patience()
        self._under_way: asyncio.Task[Token] | None = None
        self.url = URL(f"{versioned(usable(auth_url), 'v3')}/auth/tokens")
        self.clock_skew: float | None = None

    @property
    def token(self) -> Token | None:
        """The token in use; None before the first sign-in or when it is due for renewal."""
        return None if self._token is None or self._token.is_due() else self._token

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not come back in a message."""
        return (*((self._token.value,) if self._token else ()), self._credentials.password)

    async def valid(self) -> Token:
        """A token that is good for a while. Raises what stands in the way of signing in."""
        return self.token or await self._signed_in()

    async def replacement(self, refused: Token) -> Token:
        """A token other than the one just refused; another task may have fetched it meanwhile."""
        return await self._signed_in() if self._token is None or self._token is refused else self._token

    async def _signed_in(self) -> Token:
        """Sign in, once for all who wait. A waiter that gives up does not stop it for the others."""
        if self._under_way is None:
            self._under_way = asyncio.create_task(self._sign_in())
            self._under_way.add_done_callback(self._over)
        return await asyncio.shield(self._under_way)

    def _over(self, task: asyncio.Task[Token]) -> None:
        self._under_way = None
        if task.cancelled() or task.exception() is not None:  # looked at here, as all waiters may have gone
            return
        self._token = task.result()

    async def _sign_in(self) -> Token:
        where = place("POST", self.url)
        asked_at = time.monotonic()
        if due := self._patience.until(asked_at):
            raise Unauthorized(REFUSED.format(due), place=where, status=401)
        async with deadline(SIGN_IN_TIMEOUT, where):
            headers = {"Content-Type": "application/json"}
            body = self._credentials.request_body()
            answer = await self._connector.exchange("POST", self.url, headers, body)
        self.clock_skew = answer.clock_skew
        if answer.status == 401:
            self._patience.refused(time.monotonic())
            raise Unauthorized(REFUSED.format(self._patience.until(time.monotonic())), place=where, status=401)
        self._patience.accepted()
        decoded = decode(answer, self.url, (self._credentials.password,))
        try:
            return read_token(answer.subject_token, decoded, asked_at)
        except StarlingXError as caught:
            caught.place = where
            raise
