"""One ASGI application on one port: HTTP through the one-hop handler, sockets through Channels."""

import gc
import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dcportal.settings")
django.setup()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402  apps must be loaded first
from django.urls import get_resolver  # noqa: E402

from dcportal import metrics  # noqa: E402
from dcportal.handler import OneHopHandler  # noqa: E402
from dcportal.health import Health  # noqa: E402
from events import hub  # noqa: E402
from events.routing import websocket_urlpatterns  # noqa: E402

Message = MutableMapping[str, Any]


class Lifespan:
    """Start and end of the process, as the server tells them. A server that does not loses nothing but speed."""

    def __init__(self, handler: OneHopHandler) -> None:
        self.handler = handler

    async def __call__(
        self, scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                settle()
                await hub.current()
                await send({"type": "lifespan.startup.complete"})
            else:
                await hub.shut_down()
                self.handler.close()
                await send({"type": "lifespan.shutdown.complete"})
                return


def settle() -> None:
    """Load what the first request would load, then take the heap out of the garbage collector's rounds.

    Full collections over everything ever imported are what makes the slowest page five times the median.
    """
    _ = get_resolver().url_patterns
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


http = OneHopHandler()
application = ProtocolTypeRouter(
    {
        "http": Health(http, lambda: metrics.measure(http)),
        "websocket": URLRouter(websocket_urlpatterns),
        "lifespan": Lifespan(http),
    }
)
