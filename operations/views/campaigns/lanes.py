"""The batches of a wave as a picture: a strip for each System Controller, a cell for each batch, in their order.

Where there are many, only those are drawn at which there is something to see, and all are counted by state."""

from collections import Counter
from dataclasses import dataclass

from operations.campaign_marks import BATCH_MARKS, counted
from operations.campaign_reads import BatchSeen, WaveSeen
from operations.choices import BatchState

MOST_CELLS = 24  # beyond, a strip is no picture any more
NEXT = 3  # to come, beside those under way
QUIET = (BatchState.COMPLETED, BatchState.FAILED, BatchState.CANCELLED, BatchState.PENDING)


@dataclass(frozen=True, slots=True)
class Cell:
    """`title` says in words what shape and colour say."""

    number: int
    sites: int
    mark: str
    word: str
    title: str
    alone: bool


@dataclass(frozen=True, slots=True)
class Strip:
    """`counted`: all of its batches in words, where not all are drawn."""

    controller: str
    cells: list[Cell]
    counted: str


def strips(wave: WaveSeen) -> list[Strip]:
    """By System Controller."""
    by_controller: dict[str, list[BatchSeen]] = {}
    for batch in wave.batches:
        by_controller.setdefault(batch.row.controller.name, []).append(batch)
    return [_strip(name, batches) for name, batches in sorted(by_controller.items())]


def _strip(controller: str, batches: list[BatchSeen]) -> Strip:
    if len(batches) <= MOST_CELLS:
        return Strip(controller, [_cell(batch) for batch in batches], "")
    failed = [batch for batch in batches if batch.row.state == BatchState.FAILED]
    active = [batch for batch in batches if batch.row.state not in QUIET]
    loud = sorted([*active, *failed][:MOST_CELLS], key=lambda batch: batch.row.number)
    coming = [batch for batch in batches if batch.row.state == BatchState.PENDING][:NEXT]
    numbers = Counter(BatchState(batch.row.state) for batch in batches)
    words = ", ".join(f"{numbers[state]:,} {state.label}" for state in BatchState if numbers[state])
    return Strip(controller, [_cell(batch) for batch in (*loud, *coming)], f"{len(batches):,} batches: {words}")


def _cell(batch: BatchSeen) -> Cell:
    row = batch.row
    alone = " alone, as it is in a peer group" if row.alone else ""
    title = f"Batch {row.number}: {batch.total} site{'' if batch.total == 1 else 's'}{alone}, {row.get_state_display()}"
    return Cell(
        row.number, batch.total, BATCH_MARKS[row.state], row.get_state_display(), f"{title}. {counted(batch.counts)}.",
        row.alone,
    )  # fmt: skip
