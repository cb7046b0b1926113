"""The sites of a campaign, read batch by batch as they are asked for: a turn is about one batch among hundreds."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.db.models import F, QuerySet

from operations.models import Batch, CampaignTarget

ALARMS = ("baseline", "after", "new_alarms")  # columns that may hold thousands of alarms


@dataclass(frozen=True, slots=True)
class Site:
    """One site of the plan, with what is kept of it but its alarms, which may be many. `region` is that of the plan."""

    cloud_id: int
    name: str
    dcmanager_id: int
    region_name: str
    region: str
    region_now: str
    row: CampaignTarget

    @property
    def regions(self) -> frozenset[str]:
        """That of the plan, and the one it lies in now: brakes of either hold."""
        return frozenset((self.region, self.region_now))


class Sites(Mapping[int, Site]):
    """By cloud id. One query for each batch that is asked for; for all of them only where somebody goes through all."""

    def __init__(self, batches: Mapping[int, Batch]) -> None:
        self._batches = batches
        self._known: dict[int, dict[int, Site]] = {}

    def of(self, number: int) -> Mapping[int, Site]:
        """Of that batch."""
        if number not in self._known:
            self._read([number])
        return self._known[number]

    def __getitem__(self, pk: int) -> Site:
        found = next((sites[pk] for sites in self._known.values() if pk in sites), None)
        return found if found is not None else self.of(self._number_of(pk))[pk]

    def __iter__(self) -> Iterator[int]:
        self._read([number for number in self._batches if number not in self._known])
        return (pk for sites in self._known.values() for pk in sites)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _number_of(self, pk: int) -> int:
        """Raises KeyError where no batch has it."""
        rows = _rows(self._batches.values()).filter(target__cloud=pk)
        number = rows.values_list("batch__number", flat=True).first()
        if number is None:
            raise KeyError(pk)
        return number

    def _read(self, numbers: list[int]) -> None:
        """Sites that are in the books no more have no part in anything."""
        if not numbers:
            return
        self._known |= {number: {} for number in numbers}
        rows = _rows(self._batches[number] for number in numbers).filter(target__controller__isnull=False)
        rows = rows.annotate(number=F("batch__number"), region_now=F("target__cloud__region"))
        for row in rows.defer(*ALARMS).select_related("target").order_by("target__cloud"):
            told, target = vars(row), row.target
            pk = target.cloud_id or 0
            self._known[told["number"]][pk] = Site(
                pk, target.name, target.dcmanager_id or 0, target.region_name, target.region, told["region_now"], row
            )


class Members(Mapping[int, tuple[int, ...]]):
    """Cloud ids by batch number, in order."""

    def __init__(self, sites: Sites, batches: Mapping[int, Batch]) -> None:
        self._sites, self._batches = sites, batches

    def __getitem__(self, number: int) -> tuple[int, ...]:
        return tuple(sorted(self._sites.of(number)))

    def __iter__(self) -> Iterator[int]:
        return iter(self._batches)

    def __len__(self) -> int:
        return len(self._batches)


def _rows(batches: Iterable[Batch]) -> QuerySet[CampaignTarget]:
    return CampaignTarget.objects.filter(batch__in=[batch.pk for batch in batches], target__cloud__isnull=False)
