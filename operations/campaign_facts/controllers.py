"""System Controllers as campaigns judge them. Five queries for any number."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from operations.campaigns.facts import ControllerFacts
from operations.campaigns.rulebook import RELEASES_FRESH
from sites.choices import CloudKind, Facet
from sites.models import Cloud, Controller, FacetState, KubernetesVersion, Release

MOVING = ("deploying", "removing")
SILENT = timedelta(minutes=3)  # three periods of the list of subclouds, however fast a demo polls


def controller_facts(controller_ids: Iterable[int], now: datetime) -> dict[int, ControllerFacts]:
    """By controller. It is reachable where dcmanager has told of its subclouds lately."""
    ids = list(controller_ids)
    centrals = {
        row["controller_id"]: row
        for row in Cloud.objects.filter(controller__in=ids, kind=CloudKind.CENTRAL, removed_at=None).values(
            "pk", "controller_id", "software_version"
        )
    }
    by_cloud = _releases([row["pk"] for row in centrals.values()])
    rows = FacetState.objects.filter(cloud__in=by_cloud, facet__in=(Facet.SOFTWARE, Facet.KUBERNETES))
    read_at = {(pk, facet): at for pk, facet, at in rows.values_list("cloud_id", "facet", "observed_at")}
    kubernetes = kubernetes_versions(by_cloud)
    found = {}
    for controller in Controller.objects.filter(pk__in=ids).values("pk", "name", "write_username", "beat__t0_at"):
        central = centrals.get(controller["pk"])
        at = read_at.get((central["pk"], Facet.SOFTWARE)) if central else None
        told = central is not None and is_young(read_at.get((central["pk"], Facet.KUBERNETES)), now)
        releases = by_cloud[central["pk"]] if central and at else None
        heard = controller["beat__t0_at"]
        found[controller["pk"]] = ControllerFacts(
            name=controller["name"],
            reachable=None if heard is None else now - heard <= SILENT,
            writable=bool(controller["write_username"]),
            software_version=central["software_version"] if central else "",
            releases=releases,
            kubernetes=kubernetes[central["pk"]] if central and told else None,
            deploying=None if releases is None else _is_deploying(releases),
            seen_at=at,
        )
    return found


def is_young(read_at: datetime | None, now: datetime) -> bool:
    """Whether what is read once an hour was read lately."""
    return read_at is not None and now - read_at <= RELEASES_FRESH


def kubernetes_versions(cloud_ids: Iterable[int]) -> dict[int, dict[str, str]]:
    """{cloud: {version: sysinv's state}}. One query."""
    found: dict[int, dict[str, str]] = {pk: {} for pk in cloud_ids}
    rows = KubernetesVersion.objects.filter(cloud__in=found).values_list("cloud_id", "version", "state")
    for pk, version, state in rows:
        found[pk][version] = state
    return found


def _is_deploying(releases: Mapping[str, str]) -> bool:
    return any(state in MOVING for state in releases.values())


def _releases(central_ids: list[int]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {pk: {} for pk in central_ids}
    rows = Release.objects.filter(cloud__in=central_ids).values_list("cloud_id", "release_id", "state")
    for pk, release, state in rows:
        found[pk][release] = state
    return found
