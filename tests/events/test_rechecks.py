"""The look for ended rights goes on after a database that was away."""

import asyncio
from dataclasses import dataclass, field

import pytest
from django.db import Error, InterfaceError, OperationalError

from events import frames, rechecks
from events.frames import Frame


@dataclass
class Socket:
    session: str = "key"
    heard: list[Frame] = field(default_factory=list)

    def put(self, frame: Frame) -> None:
        self.heard.append(frame)


@pytest.mark.parametrize("loss", [OperationalError, InterfaceError])
async def test_a_lost_database_ends_it_not(loss: type[Error], settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.STREAM_ACCESS_SECONDS = 0.01
    looks = 0

    def look(sessions: set[str]) -> tuple[str, set[str]]:
        nonlocal looks
        looks += 1
        if looks == 1:
            raise loss("gone")
        return "mark", sessions

    monkeypatch.setattr(rechecks, "_look", look)
    socket = Socket()
    task = asyncio.create_task(rechecks.Rechecks(lambda: [socket]).run())  # type: ignore[arg-type, list-item] # as much of one as is asked
    async with asyncio.timeout(10):
        while not socket.heard:
            await asyncio.wait({task}, timeout=0.01)
            assert not task.done(), task
    task.cancel()
    assert socket.heard[0] is frames.RECHECK
