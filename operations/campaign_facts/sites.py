"""Sites as campaigns judge and plan them. Nine queries for any number of sites."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from alarms.models import Alarm
from ceph.choices import CephSource
from hosts.models import Host
from operations.campaign_facts.controllers import is_young, kubernetes_versions
from operations.campaigns.facts import AlarmFact, AlarmKey, FailedCheck, SiteFacts
from operations.choices import ACTIVE_TARGETS
from operations.models import StrategyOptions, Target
from operations.profiles import profile_of
from sites.choices import Facet, Severity
from sites.models import Cloud, FacetState, HealthFailure, Neighbours, Release

FACETS = (
    Facet.SUBCLOUD, Facet.ALARMS, Facet.HOSTS, Facet.STORAGE, Facet.SOFTWARE, Facet.CEPH_HEALTH, Facet.KUBERNETES,
    Facet.HEALTH_QUERY,
)  # fmt: skip
SEEN_BY = {  # whose age is that of the Ceph badge
    CephSource.MEASURED: Facet.CEPH_HEALTH,
    CephSource.ALARM: Facet.ALARMS,
}
COLUMNS = (
    "pk", "name", "controller_id", "controller__name", "dcmanager_id", "region_name", "group_id",
    "group__dcmanager_id", "region", "timezone", "system_mode", "management_state", "availability_status",
    "deploy_status", "backup_status", "backup_at", "prestage_status", "prestage_versions", "software_version",
    "endpoint_sync", "peer_group_id", "ceph_status", "ceph_source", "ceph__detail", "upstream_updated_at",
    "removed_at", "surroundings__labels", "surroundings__wan_link", "surroundings__ring",
)  # fmt: skip
FIT = ("unlocked", "enabled", "available")
Ages = Mapping[str, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignSite:
    """`group_id`: the row of the group it belongs to, never of one that the portal made; `home_group`: dcmanager's id
    of that group."""

    id: int
    controller_id: int
    controller: str
    dcmanager_id: int
    region_name: str
    group_id: int | None
    home_group: int | None
    region: str
    site_type: str
    timezone: str
    labels: frozenset[str]
    wan_link: str
    ring: str
    facts: SiteFacts


def campaign_sites(
    cloud_ids: Iterable[int], now: datetime, *, but_for: int | None = None, with_removed: bool = False
) -> dict[int, CampaignSite]:
    """By cloud; those that are still there. `but_for`: the operation that asks, and so is no other that is at work.
    `with_removed`: and those that are not, to be told of."""
    ids = list(cloud_ids)
    rows = Cloud.objects.filter(pk__in=ids, dcmanager_id__isnull=False).values(*COLUMNS)
    if not with_removed:
        rows = rows.filter(removed_at=None)
    (ages, silence), alarms, releases = _ages(ids), _alarms(ids), _releases(ids)
    failures, kubernetes = _health(ids), kubernetes_versions(ids)
    unfit, active = _hosts(ids)
    busy, strict = _busy(ids, but_for), _strict(ids)
    found = {}
    for row in rows:
        pk = row["pk"]
        own = ages[pk]
        facts = _facts(row, own, now) | {
            "alarms": tuple(alarms[pk]) if Facet.ALARMS in own else None,
            "releases": releases[pk] if is_young(own.get(Facet.SOFTWARE), now) else None,
            "prestaged_since": _prestaged_since(row, own.get(Facet.SOFTWARE)),
            "health_failures": tuple(failures[pk]) if Facet.HEALTH_QUERY in own else None,
            "health_error": silence.get(pk, ""),
            "kubernetes": kubernetes[pk] if is_young(own.get(Facet.KUBERNETES), now) else None,
            "hosts_unfit": tuple(unfit[pk]) if Facet.HOSTS in own else None,
            "active_controller": active.get(pk, ""),
            "busy_with": busy.get(pk, ""),
            "strict_alarms": strict(row["controller_id"], pk),
        }
        found[pk] = _site(row, SiteFacts(**facts))
    return found


def neighbours(cloud_ids: Iterable[int]) -> list[tuple[int, int]]:
    """Pairs of these sites that cover for each other, each once. One query."""
    ids = list(cloud_ids)
    return list(Neighbours.objects.filter(first__in=ids, second__in=ids).values_list("first_id", "second_id"))


def _site(row: Mapping[str, Any], facts: SiteFacts) -> CampaignSite:
    return CampaignSite(
        id=row["pk"], controller_id=row["controller_id"], controller=row["controller__name"],
        dcmanager_id=row["dcmanager_id"], region_name=row["region_name"], group_id=row["group_id"],
        home_group=row["group__dcmanager_id"], region=row["region"], site_type=profile_of(row["system_mode"]),
        timezone=row["timezone"], labels=frozenset(row["surroundings__labels"] or ()),
        wan_link=row["surroundings__wan_link"] or "", ring=row["surroundings__ring"] or "", facts=facts,
    )  # fmt: skip


def _facts(row: Mapping[str, Any], ages: Ages, now: datetime) -> dict[str, Any]:
    same = (
        "name", "management_state", "availability_status", "deploy_status", "backup_status", "backup_at",
        "prestage_status", "prestage_versions", "software_version", "endpoint_sync", "system_mode",
    )  # fmt: skip
    return {name: row[name] for name in same} | {
        "removed": row["removed_at"] is not None,
        "peer_group": row["peer_group_id"] is not None,
        "ceph": row["ceph_status"],
        "ceph_measured": row["ceph_source"] == CephSource.MEASURED,
        "ceph_reason": (row["ceph__detail"] or "").rstrip("."),
        "statuses_at": ages.get(Facet.SUBCLOUD),
        "alarms_at": ages.get(Facet.ALARMS),
        "hosts_at": ages.get(Facet.HOSTS),
        "health_at": ages.get(Facet.HEALTH_QUERY),
        "kubernetes_at": ages.get(Facet.KUBERNETES),
        "ceph_at": ages.get(SEEN_BY.get(row["ceph_source"], Facet.STORAGE)),
    }


def _prestaged_since(row: Mapping[str, Any], read_at: datetime | None) -> bool:
    """Whether a prestage may have ended since the releases were read, which is once an hour. dcmanager stamps a row for
    any change, a move to another group too."""
    moved = row["upstream_updated_at"]
    return row["prestage_status"] == "complete" and read_at is not None and moved is not None and moved > read_at


def _ages(ids: list[int]) -> tuple[dict[int, dict[str, datetime]], dict[int, str]]:
    """{cloud: {facet: when it was read}}, {cloud: why its last health query brought nothing}."""
    rows = FacetState.objects.filter(cloud__in=ids, facet__in=FACETS)
    found: dict[int, dict[str, datetime]] = defaultdict(dict)
    silence: dict[int, str] = {}
    for pk, facet, at, error in rows.values_list("cloud_id", "facet", "observed_at", "error"):
        if at is not None:
            found[pk][facet] = at
        if error and facet == Facet.HEALTH_QUERY:
            silence[pk] = error
    return found, silence


def _alarms(ids: list[int]) -> dict[int, list[AlarmFact]]:
    """What stands, suppressed or not: the VIM does not ask for that."""
    rows = Alarm.objects.filter(cloud__in=ids, cleared_at=None).order_by()
    columns = ("alarm_id", "entity_instance_id", "severity", "management_affecting", "service_affecting")
    found: dict[int, list[AlarmFact]] = defaultdict(list)
    for pk, alarm_id, entity, severity, management, service in rows.values_list("cloud_id", *columns):
        found[pk].append(AlarmFact(AlarmKey(alarm_id, entity), Severity(severity).label, management, service))
    return found


def _releases(ids: list[int]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for pk, release, state in Release.objects.filter(cloud__in=ids).values_list("cloud_id", "release_id", "state"):
        found[pk][release] = state
    return found


def _health(ids: list[int]) -> dict[int, list[FailedCheck]]:
    found: dict[int, list[FailedCheck]] = defaultdict(list)
    rows = HealthFailure.objects.filter(cloud__in=ids).order_by("cloud_id", "pk")
    for pk, name, detail in rows.values_list("cloud_id", "name", "detail"):
        found[pk].append(FailedCheck(name, detail))
    return found


def _hosts(ids: list[int]) -> tuple[dict[int, list[str]], dict[int, str]]:
    """{cloud: hosts that are not fit, with their states}, {cloud: its active controller}."""
    unfit: dict[int, list[str]] = defaultdict(list)
    active: dict[int, str] = {}
    rows = Host.objects.filter(cloud__in=ids).order_by("cloud_id", "hostname")
    columns = ("cloud_id", "hostname", "administrative", "operational", "availability", "active_controller")
    for pk, hostname, *states, is_active in rows.values_list(*columns):
        if tuple(states) != FIT:
            unfit[pk].append(f"{hostname} ({'-'.join(state or 'unknown' for state in states)})")
        if is_active:
            active[pk] = hostname
    return unfit, active


def _strict(ids: list[int]) -> Callable[[int, int], bool]:
    """(controller, cloud) -> whether its own option, or else its System Controller's default, is strict."""
    rows = StrategyOptions.objects.filter(Q(cloud__in=ids) | Q(cloud=None))
    words: dict[tuple[int | None, int | None], str] = {
        (None if cloud else controller, cloud): word
        for controller, cloud, word in rows.values_list("controller_id", "cloud_id", "alarm_restriction_type")
    }
    return lambda controller, cloud: words.get((None, cloud), words.get((controller, None), "")) == "strict"


def _busy(ids: list[int], but_for: int | None) -> dict[int, str]:
    rows = Target.objects.filter(cloud__in=ids, state__in=ACTIVE_TARGETS).exclude(operation=but_for)
    columns = ("cloud_id", "operation_id", "operation__title")
    return {pk: f"Operation {number} ({title})" for pk, number, title in rows.values_list(*columns)}
