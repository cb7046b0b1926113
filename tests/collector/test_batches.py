"""Results are stored in batches; one that cannot be stored does not take the others with it."""

import asyncio
from collections.abc import Sequence

import pytest

from collector import batches as module
from collector.batches import Batches
from collector.writer import DatabaseLostError
from tests.collector.waiting import until


class Again:
    """Notes what it is told. `away`: how often the database does not answer yet."""

    def __init__(self, away: int = 0) -> None:
        self.lost: list[int] = []
        self.done_again: list[list[int]] = []
        self.bad: list[int] = []
        self._away = away

    def dropped(self, results: Sequence[int]) -> None:
        self.lost += results

    async def refused(self, result: int, why: Exception) -> None:
        self.bad.append(result)

    async def database(self) -> None:
        self._away -= 1
        if self._away >= 0:
            raise DatabaseLostError("away")

    def again(self) -> None:
        self.done_again.append(self.lost)
        self.lost = []


async def test_what_comes_together_is_stored_together_and_within_the_limit() -> None:
    stored: list[list[int]] = []

    async def store(batch: list[int]) -> None:
        stored.append(batch)

    batches = Batches(store, Again(), most=4)
    task = asyncio.create_task(batches.run())
    for number in range(10):
        await batches.put(number)
    await batches.drained()
    task.cancel()
    assert [number for batch in stored for number in batch] == list(range(10))
    assert all(len(batch) <= 4 for batch in stored)
    assert len(stored) == 3


async def test_a_poisoned_result_is_left_out_alone() -> None:
    stored: list[int] = []

    async def store(batch: list[int]) -> None:
        if 13 in batch:
            raise ValueError("poison")
        stored.extend(batch)

    again = Again()
    batches = Batches(store, again, most=5)
    task = asyncio.create_task(batches.run())
    for number in (11, 12, 13, 14):
        await batches.put(number)
    await batches.drained()
    task.cancel()
    assert stored == [11, 12, 14]
    assert again.bad == [13]


async def test_what_a_lost_database_does_not_take_is_done_again_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0.01)
    tries, again = 0, Again(away=2)
    stored: list[int] = []

    async def store(batch: list[int]) -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise DatabaseLostError("away")
        stored.extend(batch)

    batches = Batches(store, again, most=1)
    task = asyncio.create_task(batches.run())
    for number in (1, 2):  # the second comes while the database is away
        await batches.put(number)
    await batches.drained()
    await until(lambda: bool(again.done_again))
    assert again.done_again == [[1, 2]]
    await batches.put(3)
    await batches.drained()
    task.cancel()
    assert (tries, stored) == (2, [3])


@pytest.mark.parametrize("steps", range(6))
async def test_an_end_that_comes_with_a_result_is_an_end(steps: int) -> None:
    """Whoever is told to stop at the very moment a result arrives must not go on for ever."""

    async def store(batch: list[int]) -> None:
        pass

    batches = Batches(store, Again(), most=10)
    task = asyncio.create_task(batches.run())
    await batches.put(1)
    for _ in range(10):  # until it waits for a second one
        await asyncio.sleep(0)
    await batches.put(2)
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    done, _ = await asyncio.wait([task], timeout=5)
    assert done, "it was told to stop and goes on"
