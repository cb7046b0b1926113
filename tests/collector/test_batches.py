"""Results are stored in batches; one that cannot be stored does not take the others with it."""

import asyncio

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
