"""A lane runs what is due, within its limit, once at a time for each site."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from collector.lane import Lane, Look
from collector.site import Kind, Site
from tests.collector.waiting import until


@asynccontextmanager
async def running(look: Look, *, limit: int = 4, rate: float = 1000.0) -> AsyncIterator[Lane]:
    lane = Lane(Kind.ALARMS, look, limit=limit, rate=rate)
    task = asyncio.create_task(lane.run())
    yield lane
    task.cancel()


def now() -> float:
    return asyncio.get_running_loop().time()


async def test_looks_run_when_they_are_due_and_again_after_their_pause() -> None:
    seen: list[str] = []

    async def look(site: Site) -> float:
        seen.append(site.name)
        return 0.01 if site.name == "often" else 60.0

    async with running(look) as lane:
        lane.put(Site(1, 1, "often"), now())
        lane.put(Site(2, 2, "once"), now())
        lane.put(Site(3, 3, "later"), now() + 60)
        await until(lambda: seen.count("often") >= 3)
    assert seen.count("once") == 1
    assert "later" not in seen


async def test_no_more_at_once_than_the_limit() -> None:
    under_way, most, open_gate = 0, 0, asyncio.Event()

    async def look(site: Site) -> float:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await open_gate.wait()
        under_way -= 1
        return 60.0

    async with running(look, limit=2) as lane:
        for number in range(1, 6):
            lane.put(Site(number, number, "site"), now())
        await until(lambda: under_way == 2)
        assert lane.overdue(now())[0] == 3
        open_gate.set()
        await until(lambda: lane.overdue(now())[0] == 0)
    assert most == 2


async def test_a_look_asked_for_while_it_runs_is_run_again() -> None:
    begun, gate = 0, asyncio.Event()

    async def look(site: Site) -> float:
        nonlocal begun
        begun += 1
        await gate.wait()
        return 60.0

    site = Site(1, 1, "site")
    async with running(look) as lane:
        lane.put(site, now())
        await until(lambda: begun == 1)
        lane.hasten(site, now())
        assert begun == 1, "two looks at one site at a time"
        gate.set()
        await until(lambda: begun == 2)


async def test_a_fault_with_one_site_does_not_end_the_lane() -> None:
    seen: list[str] = []

    async def look(site: Site) -> float:
        seen.append(site.name)
        if site.name == "bad":
            raise RuntimeError("a fault of ours")
        return 60.0

    async with running(look, limit=1) as lane:
        lane.put(Site(1, 1, "bad"), now())
        lane.put(Site(2, 2, "good"), now() + 0.01)
        await until(lambda: "good" in seen)


async def test_a_site_that_left_is_not_looked_at_again() -> None:
    seen = 0

    async def look(site: Site) -> float:
        nonlocal seen
        seen += 1
        site.gone = True
        return 0.0

    site = Site(1, 1, "gone")
    async with running(look) as lane:
        lane.put(site, now())
        await until(lambda: seen == 1 and not site.due)
    assert seen == 1
