"""Strips of batches: all of few, and of many what there is to see."""

from collections import Counter
from typing import Any

from operations.campaign_reads import BatchSeen, WaveSeen
from operations.choices import BatchState
from operations.models import Batch, Wave
from operations.views.campaigns.lanes import MOST_CELLS, NEXT, Strip, strips
from sites.models import Controller


def strip(*states: str) -> Strip:
    controller: Any = Controller(name="central-1")
    rows = [Batch(number=at, state=state, controller=controller) for at, state in enumerate(states, 1)]
    wave = WaveSeen(Wave(number=1), batches=[BatchSeen(row, Counter(ready=5), told=True) for row in rows])
    (found,) = strips(wave)
    return found


def test_few_are_all_drawn() -> None:
    found = strip(*[BatchState.PENDING] * MOST_CELLS)
    assert ([cell.number for cell in found.cells], found.counted) == ([*range(1, MOST_CELLS + 1)], "")


def test_of_many_what_there_is_to_see_and_what_comes_next() -> None:
    seen = (BatchState.FAILED, BatchState.RUNNING, BatchState.HELD)
    found = strip(*[BatchState.COMPLETED] * 30, *seen, *[BatchState.PENDING] * 1967)
    assert [cell.number for cell in found.cells] == [31, 32, 33, *range(34, 34 + NEXT)]
    assert found.counted.startswith("2,000 batches: ")
    assert all(word in found.counted for word in ("30 completed", "1 failed", "1 running", "1,967 to come"))


def test_cells_stay_few_though_all_failed() -> None:
    found = strip(*[BatchState.FAILED] * 500, BatchState.RUNNING)
    assert len(found.cells) == MOST_CELLS
    assert found.cells[-1].number == 501  # what runs is drawn before what has failed
