"""What a kind of operation would come to for some subclouds, by what is known of them now, and how old that is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q

from operations.busy import busy_clouds
from operations.choices import Kind
from operations.kinds import KindSpec
from operations.planning.cautions import cautions
from operations.planning.subcloud_state import Verb
from operations.states import stored_state
from operations.verdicts import refused
from sites.choices import Facet
from sites.freshness import is_stale
from sites.models import Cloud, FacetState

# With what was ticked, more may be legal than without: the form is offered where any of these is.
VARIANTS: tuple[dict[str, bool], ...] = ({}, {"force": True}, {"local_only": True},
                                         {"without_known_backup": True})  # fmt: skip
OUTAGES = (Kind.REDEPLOY, Kind.RESTORE, Kind.RECONFIGURE_NETWORK, Kind.INSTALL)
GONE = "Out of service for good: powered down, and forgotten by the System Controller."
SIMPLEX = "simplex"
KNOWN = frozenset(verb.value for verb in Verb)


@dataclass(frozen=True, slots=True)
class Judged:
    """`refused`: those for which nothing would be sent, with the reason. `oldest`: when the oldest of them was read.

    `possible`: an option may still make one of them legal.
    """

    clouds: Sequence[Cloud]
    legal: list[Cloud]
    refused: list[tuple[Cloud, str]]
    possible: bool
    cautions: list[str]
    outage: str
    oldest: datetime | None
    stale: int

    @property
    def total(self) -> int:
        return len(self.clouds)


def judge(spec: KindSpec, clouds: Sequence[Cloud], now: datetime) -> Judged:
    """Three queries for any number of subclouds."""
    busy = busy_clouds(clouds)
    reasons = [(cloud, _reason(spec, cloud, busy.get(cloud.pk), {})) for cloud in clouds]
    offered = [variant for variant in VARIANTS if all(name in spec.options for name in variant)]
    possible = any(not _reason(spec, cloud, busy.get(cloud.pk), variant) for cloud in clouds for variant in offered)
    oldest, stale = _ages(clouds, now)
    return Judged(
        clouds=clouds,
        legal=[cloud for cloud, reason in reasons if not reason],
        refused=[(cloud, reason) for cloud, reason in reasons if reason],
        possible=possible,
        cautions=_cautions(spec, clouds),
        outage=_outage(spec, clouds),
        oldest=oldest,
        stale=stale,
    )


def _reason(spec: KindSpec, cloud: Cloud, busy: int | None, facts: dict[str, bool]) -> str:
    if busy is not None:
        return f"Operation {busy} works on it: wait until that has ended."
    return refused(spec, facts, cloud) or ""


def _cautions(spec: KindSpec, clouds: Sequence[Cloud]) -> list[str]:
    """What its name does not say; each sentence once."""
    if spec.kind == Kind.DECOMMISSION:
        return [GONE]
    if spec.verb not in KNOWN:
        return []
    return list(dict.fromkeys(text for cloud in clouds for text in cautions(spec.verb, stored_state(cloud))))


def _outage(spec: KindSpec, clouds: Sequence[Cloud]) -> str:
    """A site with one server has nothing that takes over."""
    single = sum(cloud.system_mode == SIMPLEX for cloud in clouds)
    if spec.kind not in OUTAGES or not single:
        return ""
    if len(clouds) == 1:
        return "This is a site with one server (AIO-SX): everything that runs there is down until it is over."
    return f"{single:,} of them have one server (AIO-SX): everything that runs there is down until it is over."


def _ages(clouds: Sequence[Cloud], now: datetime) -> tuple[datetime | None, int]:
    """When the oldest state was read at the System Controller, and how many are stale or were never read."""
    rows = FacetState.objects.filter(cloud__in=[cloud.pk for cloud in clouds], facet=Facet.SUBCLOUD)
    told = rows.aggregate(oldest=Min("observed_at"), read=Count("pk", filter=Q(observed_at__isnull=False)))
    unread = len(clouds) - told["read"]
    if told["oldest"] is None or not is_stale(Facet.SUBCLOUD, told["oldest"], now):
        return told["oldest"], unread
    young = sum(not is_stale(Facet.SUBCLOUD, at, now) for at in rows.values_list("observed_at", flat=True))
    return told["oldest"], len(clouds) - young
