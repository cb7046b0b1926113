"""A replaying cloud and a session with it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from starlingx.session import CloudSession, Connector, Credentials
from tests.starlingx.authority import make_authority
from tests.starlingx.replay import PASSWORD, Replay

CREDENTIALS = Credentials("portal-reader", PASSWORD)


@pytest_asyncio.fixture
async def replay() -> AsyncIterator[Replay]:
    cloud = Replay()
    server = await cloud.start()
    yield cloud
    await server.close()


@pytest.fixture(scope="session")
def small_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One CA that nobody uses: reading it takes a hundredth of the time that the system's many take."""
    return make_authority(tmp_path_factory.mktemp("bundle"), "unused")[0]


@pytest_asyncio.fixture
async def connector(small_bundle: Path) -> AsyncIterator[Connector]:
    async with Connector(ca_file=small_bundle) as made:
        yield made


@pytest_asyncio.fixture
async def session(replay: Replay, connector: Connector) -> CloudSession:
    return CloudSession(connector, auth_url=replay.auth_url, credentials=CREDENTIALS)
