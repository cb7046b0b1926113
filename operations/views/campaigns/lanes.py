"""The batches of a wave as a picture: a strip for each System Controller, a cell for each batch, in their order."""

from dataclasses import dataclass

from operations.campaign_marks import BATCH_MARKS, counted
from operations.campaign_reads import BatchSeen, WaveSeen

MOST_CELLS = 160


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
    """`more`: how many batches are not drawn."""

    controller: str
    cells: list[Cell]
    batches: int
    more: int


def strips(wave: WaveSeen) -> list[Strip]:
    """By System Controller."""
    by_controller: dict[str, list[BatchSeen]] = {}
    for batch in wave.batches:
        by_controller.setdefault(batch.row.controller.name, []).append(batch)
    return [
        Strip(name, [_cell(batch) for batch in batches[:MOST_CELLS]], len(batches), max(0, len(batches) - MOST_CELLS))
        for name, batches in sorted(by_controller.items())
    ]


def _cell(batch: BatchSeen) -> Cell:
    row = batch.row
    alone = " alone, as it is in a peer group" if row.alone else ""
    title = f"Batch {row.number}: {batch.total} site{'' if batch.total == 1 else 's'}{alone}, {row.get_state_display()}"
    return Cell(
        row.number, batch.total, BATCH_MARKS[row.state], row.get_state_display(), f"{title}. {counted(batch.counts)}.",
        row.alone,
    )  # fmt: skip
