"""Refused credentials are not shown to Keystone again for a while, however often somebody calls."""

import asyncio

import pytest

from starlingx.errors import Unauthorized
from starlingx.fault import FaultManagement
from starlingx.session import CloudSession, Connector, Credentials, Patience
from tests.starlingx.replay import Replay

WRONG = Credentials("portal-reader", "wrong-one")


def test_pauses_double_up_to_the_longest_and_end_with_a_success() -> None:
    patience = Patience(first=60, longest=1800)
    assert not patience.until(0.0)
    now = 0.0
    for pause in (60, 120, 240, 480, 960, 1800, 1800):
        patience.refused(now)
        assert patience.until(now + 0.89 * pause)
        now += 1.11 * pause
        assert not patience.until(now)
    patience.accepted()
    patience.refused(now)
    assert not patience.until(now + 70), "it counts from the start"


async def test_keystone_is_asked_once_however_many_call(replay: Replay, connector: Connector) -> None:
    session = CloudSession(connector, auth_url=replay.auth_url, credentials=WRONG)
    for _ in range(5):
        with pytest.raises(Unauthorized, match=r"tried again at \d\d:\d\d:\d\d UTC") as failure:
            await FaultManagement(session).alarms()
        assert "/auth/tokens" in failure.value.place
    calls = await asyncio.gather(*(FaultManagement(session).summary() for _ in range(20)), return_exceptions=True)
    assert {type(call) for call in calls} == {Unauthorized}
    assert replay.sign_ins == 1


async def test_what_it_says_stays_the_same_until_the_next_try(replay: Replay, connector: Connector) -> None:
    """Else each look would change rows and logs."""
    session = CloudSession(connector, auth_url=replay.auth_url, credentials=WRONG)
    calls = await asyncio.gather(*(session.catalog() for _ in range(3)), return_exceptions=True)
    calls += await asyncio.gather(session.catalog(), return_exceptions=True)
    assert len({str(call) for call in calls}) == 1


async def test_it_is_tried_again_when_its_time_has_come(replay: Replay, connector: Connector) -> None:
    session = CloudSession(
        connector, auth_url=replay.auth_url, credentials=WRONG, patience=Patience(first=0.05, longest=0.05)
    )

    async def attempt() -> bool:
        with pytest.raises(Unauthorized):
            await session.catalog()
        return replay.sign_ins >= 3

    async with asyncio.timeout(10):
        while not await attempt():
            pass
