"""Reads about clouds. Every one takes scopes: what is out of scope does not exist."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest

from sites.access import Scopes
from sites.choices import CloudKind, Contact, Facet, Severity
from sites.expressions import listed
from sites.freshness import Freshness, freshness_of
from sites.middleware import PortalRequest, once
from sites.models import Cloud, Controller, FacetState, Release, SubcloudGroup
from sites.models.controllers import unshown
from sites.paging import Sorts

CLOUD_SORTS: Sorts = {
    "name": ("name", "id"),
    "severity": ("severity", "name", "id"),
    "region": ("region", "name", "id"),
    "controller": ("controller__name", "name", "id"),
    "availability": ("availability_status", "name", "id"),
    "deploy": ("deploy_status", "name", "id"),
    "sync": ("sync_status", "name", "id"),
    "release": ("software_version", "name", "id"),
    "id": ("id",),
}
CEPH_FACETS = {"measured": Facet.CEPH_HEALTH, "alarm": Facet.ALARMS, "inferred": Facet.ALARMS}  # by ceph_source
WORDS = {severity.value: severity.label for severity in Severity}


def clouds(scopes: Scopes) -> QuerySet[Cloud]:
    """Standing clouds, central ones too."""
    return Cloud.objects.filter(scopes.clouds(), removed_at=None)


def subclouds(scopes: Scopes) -> QuerySet[Cloud]:
    return clouds(scopes).filter(kind=CloudKind.SUBCLOUD)


def controllers(scopes: Scopes) -> QuerySet[Controller]:
    """Controllers of which the user sees at least one cloud."""
    if scopes.fleet:
        return Controller.objects.all()
    return Controller.objects.filter(Q(pk__in=scopes.controllers) | Q(pk__in=subclouds(scopes).values("controller_id")))


def sees_all(scopes: Scopes) -> bool:
    """Whether every cloud is in these scopes, because the fleet is or each controller. At most one small query."""
    return scopes.fleet or not Controller.objects.exclude(pk__in=scopes.controllers).exists()


def groups(scopes: Scopes) -> QuerySet[SubcloudGroup]:
    """Standing groups that people made."""
    standing = SubcloudGroup.objects.filter(removed_at=None, portal_made=False)
    if scopes.fleet:
        return standing
    return standing.filter(
        Q(pk__in=scopes.groups)
        | Q(controller_id__in=scopes.controllers)
        | Q(pk__in=subclouds(scopes).values("group_id"))
    )


def fleet_counts(scopes: Scopes) -> dict[str, int]:
    """Standing alarms by severity over all clouds in scope, and how many clouds there are."""
    return clouds(scopes).aggregate(
        critical=Coalesce(Sum("critical_alarms"), 0),
        major=Coalesce(Sum("major_alarms"), 0),
        minor=Coalesce(Sum("minor_alarms"), 0),
        warning=Coalesce(Sum("warning_alarms"), 0),
        subclouds=Count("pk", filter=Q(kind=CloudKind.SUBCLOUD)),
    )


@dataclass(frozen=True, slots=True)
class CloudInView:
    """One cloud with the ages of its facets, as the parts of a page share it."""

    cloud: Cloud
    facets: dict[str, Freshness]
    releases: list[dict[str, Any]]  # release_id, state, sw_version, reboot_required
    now: datetime

    @property
    def out_of_contact(self) -> bool:
        """What is shown is from before contact was lost."""
        return self.cloud.contact == Contact.UNREACHABLE

    @property
    def ceph_evidence(self) -> Freshness:
        """The age of the Ceph badge is the age of what it was derived from."""
        return self.facets[CEPH_FACETS.get(self.cloud.ceph_source, Facet.STORAGE)]

    @property
    def severity_word(self) -> str:
        return WORDS[self.cloud.severity]


def cloud_in_view(request: HttpRequest, pk: int) -> CloudInView:
    """The cloud `pk`, read once per request (one query). Raises Http404 where it is not in scope."""
    return once(request, ("cloud", pk), lambda: _read_cloud(cast(PortalRequest, request), pk))


def _read_cloud(request: PortalRequest, pk: int) -> CloudInView:
    states = listed(FacetState, "cloud", ("facet", "observed_at", "attempted_at", "source", "error"), "id")
    releases = listed(Release, "cloud", ("release_id", "state", "sw_version", "reboot_required"), "-release_id")
    cloud = (
        clouds(request.scopes)
        .filter(pk=pk)
        .select_related("controller", "group")
        .defer("search", *unshown())
        .annotate(states=states, release_rows=releases)
        .first()
    )
    if cloud is None:
        raise Http404("There is no such cloud, or it is not in your scope.")
    return CloudInView(
        cloud=cloud,
        facets=freshness_of(
            cast(Any, cloud).states,
            request.now,
            lost=cloud.contact == Contact.UNREACHABLE,
            central=cloud.kind == CloudKind.CENTRAL,
        ),
        releases=cast(Any, cloud).release_rows,
        now=request.now,
    )
