"""Names to addresses, so that a name server that is slow for some does not hold up the rest.

The system's resolver blocks a thread, for half a minute where nobody answers, and nothing can stop it. asyncio gives
all lookups of a process one small pool: a few names of one System Controller would keep all others from connecting.
Here each Connector has its own threads, each name at most one of them, and whoever waits does so for seconds.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from concurrent.futures import ThreadPoolExecutor

from aiohttp.abc import AbstractResolver, ResolveResult

log = logging.getLogger(__name__)
THREADS = 16
PATIENCE_SECONDS = 5.0
NUMERIC = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
Key = tuple[str, int, socket.AddressFamily]


class NameLookups(AbstractResolver):
    """For one event loop. A name that was resolved before keeps its addresses while it cannot be resolved anew."""

    def __init__(self, *, threads: int = THREADS, patience: float = PATIENCE_SECONDS) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="names")
        self._patience = patience
        self._under_way: dict[Key, asyncio.Future[list[ResolveResult]]] = {}
        self._last: dict[Key, list[ResolveResult]] = {}

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Raises OSError where there is no answer, or none in time."""
        key = (host, port, family)
        try:
            async with asyncio.timeout(self._patience):
                return await asyncio.shield(self._lookup(key))
        except TimeoutError:
            problem = OSError(f"the name server did not answer for {host!r} within {self._patience:g} s")
        except OSError as caught:
            problem = caught
        if (known := self._last.get(key)) is None:
            raise problem
        log.debug("%s: going on with the last addresses of %s", problem, host)
        return known

    async def close(self) -> None:
        """Lookups under way end by themselves; nobody waits for them."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _lookup(self, key: Key) -> asyncio.Future[list[ResolveResult]]:
        """The one under way for this name, or a new one."""
        future = self._under_way.get(key)
        if future is None:
            future = asyncio.get_running_loop().run_in_executor(self._pool, _addresses, *key)
            self._under_way[key] = future
            future.add_done_callback(lambda done: self._over(key, done))
        return future

    def _over(self, key: Key, done: asyncio.Future[list[ResolveResult]]) -> None:
        del self._under_way[key]
        if not done.cancelled() and done.exception() is None:  # looked at here, as all who waited may have gone
            self._last[key] = done.result()


def _addresses(host: str, port: int, family: socket.AddressFamily) -> list[ResolveResult]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, family=family, flags=socket.AI_ADDRCONFIG)
    except UnicodeError:  # an empty label, or one of more than 63 characters
        raise OSError(f"{host[:100]!r} is no name of a host") from None
    return [
        ResolveResult(hostname=host, host=_text(address), port=port, family=kind, proto=protocol, flags=NUMERIC)
        for kind, _, protocol, _, address in found
    ]


def _text(address: tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]) -> str:
    """With the interface where the address means nothing without it."""
    if len(address) == 4 and address[3]:
        return socket.getnameinfo(address, socket.NI_NUMERICHOST | socket.NI_NUMERICSERV)[0]
    return str(address[0])
