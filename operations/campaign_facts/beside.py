"""What other operations do now beside the sites of a campaign. At most three queries for any number of sites,
one where nothing else is at work."""

from collections import Counter, defaultdict
from collections.abc import Mapping

from django.db.models import Q

from operations.campaign_facts.neighbours import around
from operations.campaigns.beside import NOTHING, Beside, Names
from operations.choices import Kind, TargetState
from operations.models import Target
from sites.models import Surroundings

# Targets of a campaign wait from when their batch has begun; of other operations those wait that have not. What waits
# for a person's decision is as it was left, perhaps in the middle.
AT_WORK = Q(state__in=[TargetState.RUNNING, TargetState.HELD]) | Q(
    state=TargetState.WAITING, operation__kind=Kind.CAMPAIGN
)
COLUMNS = (
    "cloud_id", "operation__kind", "cloud__controller__name", "cloud__region", "cloud__surroundings__wan_link",
    "cloud__surroundings__ring",
)  # fmt: skip


def beside(operation_id: int) -> Beside:
    """Of all operations but this one. A site that is being made and has no row of its own yet has no neighbours."""
    rows = Target.objects.filter(AT_WORK, cloud__isnull=False).exclude(operation=operation_id).values_list(*COLUMNS)
    regions: Counter[str] = Counter()
    links: Counter[str] = Counter()
    where: dict[int, str] = {}
    rings: dict[str, dict[int, str]] = defaultdict(dict)
    for cloud, kind, controller, region, link, ring in rows:
        where[cloud] = controller
        if ring:
            rings[ring][cloud] = controller
        if kind == Kind.CAMPAIGN:
            regions[region] += 1
            if link:
                links[link] += 1
    return Beside(_near(where), _ringed(rings), regions, links) if where else NOTHING


def _near(where: Mapping[int, str]) -> dict[int, Names]:
    near = {site: frozenset(where[pk] for pk in others if pk in where) for site, others in around(list(where)).items()}
    return {site: names for site, names in near.items() if names}


def _ringed(rings: Mapping[str, Mapping[int, str]]) -> dict[int, tuple[str, Names]]:
    found = {}
    for cloud, ring in Surroundings.objects.filter(ring__in=list(rings)).values_list("cloud_id", "ring"):
        others = frozenset(name for site, name in rings[ring].items() if site != cloud)
        if others:
            found[cloud] = (ring, others)
    return found
