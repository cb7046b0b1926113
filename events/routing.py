"""Addresses of sockets."""

from channels.generic.websocket import AsyncWebsocketConsumer
from django.urls import path, re_path

from events.consumers import EventStream


class Nobody(AsyncWebsocketConsumer):
    """Refuses sockets to any other address, without the traceback that a router without a match would log."""

    async def connect(self) -> None:
        await self.close()


websocket_urlpatterns = [path("ws/stream", EventStream.as_asgi()), re_path("", Nobody.as_asgi())]
