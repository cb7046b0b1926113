"""Sites of a batch that cannot be told apart by when they may be worked on and how long they take: a few kinds, however
many sites there are."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Min

from operations.campaign_facts.calendar import freezes
from operations.campaign_facts.durations import durations
from operations.campaigns.calendars import Calendar, calendar_of
from operations.campaigns.rulebook import Rulebook
from operations.campaigns.site_time import site_zone
from operations.models import CampaignTarget

COLUMNS = (
    "batch__number", "target__cloud__timezone", "target__region", "target__cloud__region", "target__profile",
    "target__cloud__software_version",
)  # fmt: skip


class Calendars:
    """Under the rules of a campaign and the freezes as they are now, each made once. One query."""

    def __init__(self, rules: Rulebook) -> None:
        self._rules, self._frozen = rules, freezes()
        self._known: dict[tuple[str, str, str], Calendar] = {}

    def of(self, timezone: str, region: str, region_now: str) -> Calendar:
        """Of a site that lay in `region` when it was planned."""
        key = (timezone, region, region_now)
        if key not in self._known:
            zone = site_zone(timezone, self._rules.default_zone).zone
            self._known[key] = calendar_of(zone, region, self._rules.windows, self._frozen, also=region_now)
        return self._known[key]


@dataclass(frozen=True, slots=True)
class Alike:
    """`name`: of one of them. `lasting`: in how much time nine of ten are done."""

    name: str
    calendar: Calendar
    lasting: timedelta


def alike(rules: Rulebook, batches: Iterable[int]) -> Mapping[int, Sequence[Alike]]:
    """By batch number, for the rows of batches that are given. Three queries, four where some sites go to another
    major release and others do not."""
    rows = CampaignTarget.objects.filter(batch__in=list(batches), target__cloud__isnull=False)
    kinds = list(rows.order_by().values_list(*COLUMNS).annotate(name=Min("target__name")))
    calendars = Calendars(rules)
    lasting = durations({at: (row[4], row[5]) for at, row in enumerate(kinds)}, rules.spec)
    found: dict[int, list[Alike]] = defaultdict(list)
    for at, (number, timezone, region, region_now, _, _, name) in enumerate(kinds):
        found[number].append(Alike(name, calendars.of(timezone, region, region_now), lasting[at].p90))
    return {number: sorted(each, key=lambda kind: kind.name) for number, each in found.items()}
