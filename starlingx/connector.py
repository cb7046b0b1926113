"""One HTTP exchange with any service: connections, TLS, time and size limits, and failures as our own errors."""

from __future__ import annotations

import asyncio
import os
import ssl
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import aiohttp
from yarl import URL

from starlingx.delivery import Delivery, watching
from starlingx.errors import StarlingXError, Timeout, TlsFailed, Unexpected, Unreachable
from starlingx.name_lookups import NameLookups
from starlingx.timestamps import parse_http_date

VERSION = "0.1.0"
# sysinv takes agents beginning with "mtce" or "vim" for its own and acts differently; dcmanager has two of that kind.
USER_AGENT = f"dcportal/{VERSION}"
LARGEST_BODY = 16 * 1024 * 1024
LONG = 1024 * 1024
CONNECT_TIMEOUT = 10.0
DNS_SECONDS = 300
IDLE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `clock_skew` is by how many seconds the server's clock is ahead of ours, None if not told."""

    method: str
    status: int
    body: bytes | bytearray
    content_type: str
    subject_token: str | None
    clock_skew: float | None

    def __repr__(self) -> str:
        """Without body and token: both may hold secrets."""
        return f"Answer(status={self.status}, {len(self.body)} bytes of {self.content_type!r})"


class Connector:
    """The connections to clouds that share a CA bundle; an async context manager, for one event loop.

    `ca_file` (PEM, may hold several CAs) replaces the system's trust store. `verify=False` takes any certificate: for
    BMCs only, and only where somebody chose so. `names` looks up names for it alone. `limit` bounds all connections,
    `per_host` the calls at once to one cloud: each session and Kubernetes client takes a gate of that width.
    """

    def __init__(
        self,
        *,
        ca_file: str | os.PathLike[str] | None = None,
        verify: bool = True,
        limit: int = 200,
        per_host: int = 4,
    ) -> None:
        self._ca_file = ca_file
        self._verify = verify
        self._limit = limit
        self._per_host = per_host
        self._reading: aiohttp.ClientSession | None = None
        self._writing: aiohttp.ClientSession | None = None
        self.names: NameLookups | None = None

    async def __aenter__(self) -> Self:
        context = await asyncio.to_thread(_tls_context, self._ca_file, self._verify)
        self.names = names = NameLookups()
        kept = aiohttp.TCPConnector(
            ssl=context, limit=self._limit, ttl_dns_cache=DNS_SECONDS, keepalive_timeout=IDLE_SECONDS, resolver=names
        )
        # A write gets a fresh connection: one the server had already closed would leave its outcome unknown.
        fresh = aiohttp.TCPConnector(
            ssl=context, limit=self._limit, ttl_dns_cache=DNS_SECONDS, force_close=True, resolver=names
        )
        self._reading, self._writing = _http_session(kept), _http_session(fresh, watching())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        reading, writing = self._reading, self._writing
        self._reading = self._writing = None
        for session in (reading, writing):
            if session is not None:
                await session.close()
        if self.names is not None:
            await self.names.close()

    def gate(self) -> asyncio.Semaphore:
        """A limit of calls at once to one cloud."""
        return asyncio.Semaphore(self._per_host)

    async def exchange(
        self,
        method: str,
        url: URL,
        headers: dict[str, str],
        body: bytes | None = None,
        *,
        largest: int = LARGEST_BODY,
        delivery: Delivery | None = None,
    ) -> Answer:
        """Send and read one answer, whatever its status. The caller bounds the time (`deadline`).

        A write comes with its `delivery`, which learns when sending begins and forbids to send again.
        Raises Unreachable, TlsFailed, Timeout, or Unexpected for a redirect or a body of more than `largest` bytes.
        """
        http = self._reading if delivery is None else self._writing
        if http is None:
            raise RuntimeError("the Connector is used outside its `async with`")
        problem: StarlingXError
        try:
            # Redirects are not followed: they would carry the token to whom the answer names.
            async with http.request(
                method, url, headers=headers, data=body, allow_redirects=False, trace_request_ctx=delivery
            ) as response:
                skew = _skew(response.headers.get("Date"))
                content = await _read(response, largest)
                subject_token = response.headers.get("X-Subject-Token")
                return Answer(method, response.status, content, response.content_type, subject_token, skew)
        except (aiohttp.ClientError, OSError, ValueError) as caught:
            problem = _translated(caught, self._ca_file)
        except StarlingXError as caught:
            problem = caught
        problem.place = place(method, url)
        # Outside the handler, so that no traceback chains to an exception whose attributes hold our request headers.
        raise problem


def _http_session(connector: aiohttp.TCPConnector, *traces: aiohttp.TraceConfig) -> aiohttp.ClientSession:
    # The connector has no limit per host: the gates count by cloud, and a proxy has many clouds at one address.
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"Accept": "application/json", "User-Agent": USER_AGENT},
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_TIMEOUT),
        trust_env=False,
        trace_configs=list(traces),
    )


def place(method: str, url: URL) -> str:
    """Method, host and path, for messages: no query, no credentials."""
    return f"{method} {url.scheme}://{url.authority.rpartition('@')[2]}{url.path}"[:300]


def _tls_context(ca_file: str | os.PathLike[str] | None, verify: bool) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=ca_file)
        if not verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context
    except (OSError, ssl.SSLError) as caught:
        reason = caught.strerror or "it holds no PEM certificate"
    raise TlsFailed(f"the CA bundle {os.fspath(ca_file or '')!r} cannot be used: {reason}")


def _translated(caught: Exception, ca_file: object) -> StarlingXError:
    """Our error for one of aiohttp's, in words for people. Takes nothing from it but names and system error texts."""
    if isinstance(caught, aiohttp.ClientConnectorCertificateError):
        reason = getattr(caught.certificate_error, "verify_message", "") or "it does not fit the host name"
        bundle = "the configured CA bundle" if ca_file else "the system's trust store (no CA bundle is configured)"
        return TlsFailed(f"the certificate of {caught.host}:{caught.port} fails against {bundle}: {reason}")
    if isinstance(caught, (aiohttp.ClientSSLError, ssl.SSLError)):
        return TlsFailed("the TLS handshake failed: the port may speak plain HTTP, or another TLS version")
    if isinstance(caught, TimeoutError):
        return Timeout("no connection in time")
    if isinstance(caught, aiohttp.ClientConnectorDNSError):
        return Unreachable(f"the name {caught.host!r} cannot be resolved")
    if isinstance(caught, aiohttp.ClientConnectorError):
        return Unreachable(
            "no connection: " + (os.strerror(caught.errno) if caught.errno else "none of the addresses works")
        )
    if isinstance(caught, aiohttp.ClientPayloadError):
        return Unexpected("the answer is cut off or wrongly encoded")
    if isinstance(caught, aiohttp.ClientResponseError):
        return Unexpected("the answer is not proper HTTP")
    if isinstance(caught, (aiohttp.InvalidURL, ValueError)):
        return Unexpected("the address or a header is not usable")
    return Unreachable("the connection was lost")


async def _read(response: aiohttp.ClientResponse, largest: int) -> bytes | bytearray:
    if 300 <= response.status < 400 and response.status != 304:
        raise Unexpected("the answer is a redirect, which is not followed", status=response.status)
    size = response.content_length or 0
    if 0 < size <= largest and "Content-Encoding" not in response.headers:
        return await response.read() if size < LONG else await _read_long(response, size)
    chunks: list[bytes] = []
    if size <= largest:
        size = 0
        async for chunk in response.content.iter_any():
            chunks.append(chunk)
            size += len(chunk)
            if size > largest:
                break
        else:
            return b"".join(chunks)
    response.close()
    raise Unexpected(f"the answer is larger than {largest} bytes", status=response.status)


async def _read_long(response: aiohttp.ClientResponse, size: int) -> bytearray:
    """The same without a second copy: a fleet's list has tens of megabytes."""
    body, at = bytearray(size), 0
    async for chunk in response.content.iter_any():
        body[at : at + len(chunk)] = chunk
        at += len(chunk)
    return body


def _skew(date: str | None) -> float | None:
    moment = parse_http_date(date) if date else None
    # The header is cut to the second, so on average the server is half a second further.
    return None if moment is None else moment + 0.5 - time.time()
