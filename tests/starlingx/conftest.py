"""A replaying cloud and a session with it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from starlingx.session import CloudSession, Connector, Credentials
from tests.starlingx.replay import PASSWORD, Replay

CREDENTIALS = Credentials("portal-reader", PASSWORD)


@pytest_asyncio.fixture
async def replay() -> AsyncIterator[Replay]:
    cloud = Replay()
    server = await cloud.start()
    yield cloud
    await server.close()


@pytest_asyncio.fixture
async def connector() -> AsyncIterator[Connector]:
    async with Connector() as made:
        yield made


@pytest_asyncio.fixture
async def session(replay: Replay, connector: Connector) -> CloudSession:
    return CloudSession(connector, auth_url=replay.auth_url, credentials=CREDENTIALS)
