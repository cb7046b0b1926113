"""Reads about campaigns, all within scopes: waves and batches with their sites by how they stand, and single sites."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, Value
from django.db.models.functions import Coalesce

from operations.campaign_told import sees_controller
from operations.models import ArchivedStep, Batch, BatchIntent, Campaign, Wave
from operations.selectors import targets
from operations.standings import COUNT_AS_FAILED, Standing, standing, trouble
from sites.access import Scopes
from sites.paging import Sorts

NOWHERE = 1_000_000  # sorts those that are in no wave behind all that are
SITE_SORTS: Sorts = {
    "trouble": ("trouble", "wave", "number", "id"),
    "wave": ("wave", "batch", "number", "id"),
    "name": ("name", "id"),
    "number": ("number", "id"),
    "standing": ("standing", "number", "id"),
}
Counts = Mapping[str, int]
"""By Standing: how many sites there are of it."""


@dataclass(slots=True)
class BatchSeen:
    """A batch with its sites in scope. `told`: the reader sees its whole System Controller, so also what it waits for
    and which strategy it is, which may name sites that are out of scope."""

    row: Batch
    counts: Counter[str]
    told: bool

    @property
    def total(self) -> int:
        return self.counts.total()


@dataclass(slots=True)
class WaveSeen:
    """`is_first`: of the whole campaign, whatever of it is in scope."""

    row: Wave
    is_first: bool = False
    batches: list[BatchSeen] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return self.counts.total()

    @property
    def failed(self) -> int:
        return failed(self.counts)


def failed(counts: Counts) -> int:
    """How many count against the limits."""
    return sum(counts.get(word, 0) for word in COUNT_AS_FAILED)


def campaign_row(operation_id: int) -> Campaign:
    """The caller has seen to it that the operation is in the reader's scope. One query."""
    return Campaign.objects.select_related("parent__operation").get(pk=operation_id)


def sites(scopes: Scopes, operation_id: int) -> Any:
    """Targets of a campaign, with `standing`, `trouble` (0 is the worst), `wave` and `batch` (numbers in the plan).

    A QuerySet of Target; Any, as types do not know the columns that are added here.
    """
    return (
        targets(scopes)
        .filter(operation=operation_id)
        .annotate(
            standing=standing(),
            trouble=trouble(),
            wave=Coalesce(F("in_campaign__batch__wave__number"), Value(NOWHERE)),
            batch=Coalesce(F("in_campaign__batch__number"), Value(NOWHERE)),
        )
    )


def tally(scopes: Scopes, operation_id: int) -> dict[int | None, Counter[str]]:
    """{batch: {standing: sites in scope}}; None: those in no batch. One query."""
    rows = targets(scopes).filter(operation=operation_id).order_by()
    grouped = rows.annotate(standing=standing()).values_list("in_campaign__batch", "standing").annotate(n=Count("pk"))
    found: dict[int | None, Counter[str]] = {}
    for batch, word, number in grouped:
        found.setdefault(batch, Counter())[word] += number
    return found


def waves(scopes: Scopes, operation_id: int, counted: Mapping[int | None, Counter[str]]) -> list[WaveSeen]:
    """In order, with their batches; without those of which no site is in scope. `counted`: of tally(). Two queries."""
    rows_of_waves = Wave.objects.filter(campaign=operation_id).order_by("number")
    found = {row.pk: WaveSeen(row, is_first=not at) for at, row in enumerate(rows_of_waves)}
    rows = Batch.objects.filter(wave__campaign=operation_id).defer("progress", "last_steps")
    for batch in rows.select_related("controller").only(*BATCH_FIELDS).order_by("number"):
        counts = counted.get(batch.pk)
        if counts:
            wave = found[batch.wave_id]
            wave.batches.append(BatchSeen(batch, counts, sees_controller(scopes, batch.controller_id)))
            wave.counts.update(counts)
    return [wave for wave in found.values() if wave.batches]


BATCH_FIELDS = (
    "wave_id", "controller_id", "controller__name", "number", "group_name", "max_parallel", "alone", "state",
    "strategy_id", "strategy_state", "message", "seen_at", "started_at", "ended_at",
)  # fmt: skip


def added(each: Iterable[Counts]) -> Counter[str]:
    """The sum of them."""
    total: Counter[str] = Counter()
    for counts in each:
        total.update(counts)
    return total


def eligible(counts: Counts) -> int:
    """How many sites are in the plan."""
    return sum(number for word, number in counts.items() if word != Standing.REFUSED)


def requests_of(batch_id: int) -> list[dict[str, Any]]:
    """What was asked of the System Controller about a batch, the newest first."""
    rows: Any = BatchIntent.objects.filter(batch=batch_id).order_by("-number")
    return list(rows.values("number", "attempt", "verb", "subject", "outcome", "status", "detail", "created_at",
                            "answered_at", "settled_at")[:200])  # fmt: skip


def archive_of(batch_id: int) -> list[dict[str, Any]]:
    """Its strategy's steps as they were seen last before the strategy was deleted."""
    rows: Any = ArchivedStep.objects.filter(batch=batch_id)
    return list(rows.values("step_id", "cloud_name", "stage", "state", "details", "started_at", "finished_at",
                            "archived_at"))  # fmt: skip
