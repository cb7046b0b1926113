"""A script on the stream: keeps its cursor, comes back after every loss, and keeps all it was told."""

import json
import threading
from typing import Any

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

PAUSE = 0.1


class Follower:
    """Follows `topics` in a thread of its own. `events` in the order told; `resyncs`: how often it began anew."""

    def __init__(self, url: str, topics: str, **headers: str) -> None:
        self.address = f"{url.replace('http', 'ws', 1)}/ws/stream"
        self.topics = topics
        self.headers = headers
        self.cursor = self.first_cursor = ""
        self.events: list[dict[str, Any]] = []
        self.resyncs = self.connections = 0
        self.problem = ""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def __enter__(self) -> "Follower":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(10)

    def _follow(self) -> None:
        while not self._stop.is_set():
            try:
                self._listen()
            except (OSError, WebSocketException) as error:
                self.problem = str(error)
            self._stop.wait(PAUSE)

    def _listen(self) -> None:
        address = f"{self.address}?cursor={self.cursor}&topics={self.topics}"
        with connect(address, additional_headers=self.headers, proxy=None, compression=None, open_timeout=5) as socket:
            self.connections += 1
            while not self._stop.is_set():
                try:
                    self._take(json.loads(socket.recv(timeout=0.5)))
                except TimeoutError:
                    continue

    def _take(self, frame: dict[str, Any]) -> None:
        self.cursor = frame.get("cursor", self.cursor)
        self.first_cursor = self.first_cursor or self.cursor
        self.resyncs += bool(frame.get("resync"))
        self.events += frame.get("events", [])
