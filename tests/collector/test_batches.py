"""Results are stored in batches; one that cannot be stored does not take the others with it."""

import asyncio

import pytest

from collector.batches import Batches
from collector.writer import DatabaseLostError


async def test_what_comes_together_is_stored_together_and_within_the_limit() -> None:
    stored: list[list[int]] = []

    async def store(batch: list[int]) -> None:
        stored.append(batch)

    batches = Batches(store, most=4)
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

    batches = Batches(store, most=5)
    task = asyncio.create_task(batches.run())
    for number in (11, 12, 13, 14):
        await batches.put(number)
    await batches.drained()
    task.cancel()
    assert stored == [11, 12, 14]


async def test_a_lost_database_ends_nothing() -> None:
    tries = 0

    async def store(batch: list[int]) -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise DatabaseLostError("away")

    batches = Batches(store, most=1)
    task = asyncio.create_task(batches.run())
    for number in (1, 2):
        await batches.put(number)
    await batches.drained()
    task.cancel()
    assert tries == 2


@pytest.mark.parametrize("steps", range(6))
async def test_an_end_that_comes_with_a_result_is_an_end(steps: int) -> None:
    """Whoever is told to stop at the very moment a result arrives must not go on for ever."""

    async def store(batch: list[int]) -> None:
        pass

    batches = Batches(store, most=10)
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
