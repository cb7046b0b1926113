"""Parts of a reader that should never end: a fault of ours in one of them does not end the others."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from collector.pacing import retry_after
from collector.services import Services

log = logging.getLogger(__name__)
LONGEST_SECONDS = 300.0
SETTLED_SECONDS = 60.0  # a part that has run for so long after a fault is called well


async def lasting(services: Services, service: str, part: str, run: Callable[[], Awaitable[None]]) -> None:
    """Run until cancelled. After a fault it begins anew, ever later; meanwhile the row of `service` says so."""
    loop = asyncio.get_running_loop()
    faults = 0
    while True:
        begun = loop.time()
        settling = loop.call_later(SETTLED_SECONDS, services.recovered, service, part)
        try:
            await run()
        except Exception as caught:  # the other parts go on; the row says what does not
            if services.stumbled(service, part, caught):
                log.exception("a part of the reader (%s) failed", part)
        finally:
            settling.cancel()
        faults = 1 if loop.time() - begun > LONGEST_SECONDS else faults + 1
        await asyncio.sleep(retry_after(faults, LONGEST_SECONDS))
