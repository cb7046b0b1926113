"""System Controllers as campaigns judge them. Three queries for any number."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from operations.campaigns.facts import ControllerFacts
from sites.choices import CloudKind, Facet
from sites.models import Cloud, Controller, FacetState, Release

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
    read_at = dict(
        FacetState.objects.filter(cloud__in=by_cloud, facet=Facet.SOFTWARE).values_list("cloud_id", "observed_at")
    )
    found = {}
    for controller in Controller.objects.filter(pk__in=ids).values("pk", "name", "write_username", "beat__t0_at"):
        central = centrals.get(controller["pk"])
        at = read_at.get(central["pk"]) if central else None
        releases = by_cloud[central["pk"]] if central and at else None
        heard = controller["beat__t0_at"]
        found[controller["pk"]] = ControllerFacts(
            name=controller["name"],
            reachable=None if heard is None else now - heard <= SILENT,
            writable=bool(controller["write_username"]),
            software_version=central["software_version"] if central else "",
            releases=releases,
            deploying=None if releases is None else _is_deploying(releases),
            seen_at=at,
        )
    return found


def _is_deploying(releases: Mapping[str, str]) -> bool:
    return any(state in MOVING for state in releases.values())


def _releases(central_ids: list[int]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {pk: {} for pk in central_ids}
    rows = Release.objects.filter(cloud__in=central_ids).values_list("cloud_id", "release_id", "state")
    for pk, release, state in rows:
        found[pk][release] = state
    return found
