"""What a look at a System Controller asks for, and for how long: no System Controller takes a minute to answer here."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from operations.campaigns.batch import Memory, OwnGroup
from operations.engine.campaign.look import LIST_SECONDS, LOOK_SECONDS, TO_WRITE, look

MADE_AT = datetime(2026, 11, 26, 1, 0, tzinfo=UTC)
RUNS = Memory(strategy_id=7, groups=(OwnGroup(10, "dcportal-7-1-1", MADE_AT),))


class Told:
    """A session to a System Controller that answers at once, and keeps what was asked."""

    server_clock_skew = 0.0

    def __init__(self, *groups: dict[str, Any]) -> None:
        self.groups, self.asked = list(groups), dict[str, float]()

    async def get(self, _service: str, _version: str, path: str, *, timeout: float, **_: Any) -> Any:
        self.asked[path] = timeout
        strategy = {"id": 7, "type": "sw-deploy", "state": "applying", "max-parallel-subclouds": 2}
        return {"/subcloud-groups": {"subcloud_groups": self.groups}, "/sw-update-strategy": strategy}.get(
            path, {"strategy-steps": []}
        )

    async def get_rows(self, _service: str, _version: str, path: str, *_: str, timeout: float, **__: Any) -> Any:
        self.asked[path] = timeout
        return []


async def asked(memory: Memory, seconds: float, *groups: dict[str, Any]) -> float | None:
    """For how long the list of all subclouds was waited for."""
    session: Any = Told(*groups)
    now = timezone.now()
    await look(session, "dcportal-7-1", memory, now, now + timedelta(seconds=seconds))
    return session.asked.get("/subclouds")


def group(number: int, name: str, created: str) -> dict[str, Any]:
    return {"id": number, "name": name, "created-at": created}


async def test_a_list_is_waited_for_as_long_as_the_lease_lasts_and_the_collector_waits() -> None:
    assert await asked(Memory(), 90) == LIST_SECONDS
    assert LOOK_SECONDS < (await asked(Memory(), 40) or 0) < 36


@pytest.mark.parametrize("seconds", [20, 12, 10, 6])
async def test_it_is_not_waited_for_beyond_the_lease(seconds: float) -> None:
    """Somebody else looks once it is over."""
    assert TO_WRITE <= (await asked(Memory(), seconds) or 0) <= max(TO_WRITE, seconds - TO_WRITE)


async def test_it_is_asked_while_a_group_of_ours_stands_whatever_it_is_called() -> None:
    assert await asked(RUNS, 90) is None
    assert await asked(RUNS, 90, group(9, "North", "2026-11-26 01:00:00")) is None
    assert await asked(RUNS, 90, group(10, "theirs", "2026-11-26 02:00:00")) is None
    assert await asked(RUNS, 90, group(10, "theirs", "2026-11-26 01:00:00")) == LIST_SECONDS
    assert await asked(RUNS, 90, group(11, "dcportal-7-1-2", "2026-11-26 02:00:00")) == LIST_SECONDS
