"""What the portal's books say of the fleet that new sites must fit in. Set-based: six queries for any fleet."""

from collections import defaultdict
from typing import Any

from django.db.models import Case, Q, Value, When

from hosts.models import Host
from operations.choices import ACTIVE_TARGETS, Kind, TargetState
from operations.models import Target
from operations.planning.fleet import FleetPlan, KnownSite
from sites.access import EVERYTHING, Scopes
from sites.choices import CloudKind
from sites.models import Cloud, Controller, Release, SubcloudGroup

SITE = (
    "name", "region_name", "management_subnet", "management_start_ip", "management_end_ip", "oam_ip", "bmc_address",
)  # fmt: skip
UNBEGUN = (TargetState.CHECKING, TargetState.READY)


def fleet_plan(
    controller: Controller,
    groups: frozenset[int] | None = None,
    scopes: Scopes = EVERYTHING,
    but_not: int | None = None,
) -> FleetPlan:
    """Of one System Controller: its subclouds and those on their way, its own network, releases, groups; and which
    addresses are taken elsewhere.

    `groups`: dcmanager's ids of those the planner may fill, None for all; others are not told of. `scopes`: the
    planner's; sites outside are compared but not named. `but_not`: an operation that is not compared with itself.
    Which releases it supports and has images of, no API tells: they stay unknown.
    """
    central = Cloud.objects.filter(controller=controller, kind=CloudKind.CENTRAL, removed_at=None).first()
    standing = dict(standing_groups(controller).values_list("dcmanager_id", "name"))
    names = {number: name for number, name in standing.items() if not _hidden(number, groups)}
    here, elsewhere = _clouds(controller, scopes)
    begun, planned = _on_their_way(controller, scopes, but_not)
    return FleetPlan(
        sites=(*here, *(site for site in begun if not site.controller)),
        elsewhere=(*elsewhere, *(site for site in begun if site.controller)),
        planned=tuple(planned),
        region_names=tuple(filter(None, (controller.region,))),
        management_subnets=tuple(filter(None, (central.management_subnet,))) if central else (),
        management_pools=_pools(central) if central else (),
        active_release=active_release(central) if central else "",
        groups=names or None,
        scoped=groups is not None,
    )


def standing_groups(controller: Controller) -> Any:
    """The groups of a controller that people made."""
    return SubcloudGroup.objects.filter(controller=controller, removed_at=None, portal_made=False)


def active_release(central: Cloud) -> str:
    """Like 26.09: the newest that is deployed on the controller, "" where that was never read."""
    live = Q(state__in=("deployed", "committed"))
    rows = Release.objects.filter(live, cloud=central).values_list("sw_version", flat=True)
    versions = [major for version in rows if (major := major_of(version))]
    return max(versions, default="") or major_of(central.software_version)


def major_of(version: str) -> str:
    """26.09 of 26.09.2; "" of anything else."""
    parts = version.split(".")
    return ".".join(parts[:2]) if len(parts) >= 2 and all(part.isascii() and part.isdigit() for part in parts) else ""


def _clouds(controller: Controller, scopes: Scopes) -> tuple[list[KnownSite], list[KnownSite]]:
    """The subclouds of the controller, and what else there is anywhere, central clouds too. Two queries."""
    bmcs: dict[int, list[str]] = defaultdict(list)
    told = Host.objects.filter(cloud__removed_at=None).exclude(bmc_ip="").values_list("cloud_id", "bmc_ip")
    for cloud, address in told.iterator(chunk_size=2000):
        bmcs[cloud].append(address)
    here: list[KnownSite] = []
    elsewhere: list[KnownSite] = []
    rows = Cloud.objects.filter(removed_at=None).annotate(seen=_seen(scopes.clouds()))
    for name, region_name, subnet, start, end, oam, bmc, pk, kind, of, of_name, seen in rows.values_list(
        *SITE, "pk", "kind", "controller_id", "controller__name", "seen"
    ).iterator(chunk_size=2000):
        ours = of == controller.pk and kind == CloudKind.SUBCLOUD
        (here if ours else elsewhere).append(
            KnownSite(
                name=name, region_name=region_name, subnet=subnet, start_ip=start, end_ip=end or start,
                oam_floating_ip=oam, bmc_address=bmc, host_bmcs=tuple(bmcs[pk]), hidden=not seen,
                controller="" if ours else of_name,
            )
        )  # fmt: skip
    return here, elsewhere


def _on_their_way(
    controller: Controller, scopes: Scopes, but_not: int | None
) -> tuple[list[KnownSite], list[KnownSite]]:
    """Sites that operations deploy now and that dcmanager does not list yet; and those of operations that have not
    begun. Of every controller."""
    begun: list[KnownSite] = []
    planned: list[KnownSite] = []
    rows = Target.objects.filter(operation__kind=Kind.DEPLOY, cloud=None, state__in=(*ACTIVE_TARGETS, *UNBEGUN))
    rows = rows.exclude(operation=but_not).annotate(seen=_seen(scopes.placed()))
    for name, facts, state, operation, of, of_name, seen in rows.values_list(
        "name", "facts__network", "state", "operation_id", "controller_id", "controller__name", "seen"
    ):
        network: dict[str, str] = facts or {}
        (planned if state in UNBEGUN else begun).append(
            KnownSite(
                name=name, subnet=network.get("subnet", ""), start_ip=network.get("start_ip", ""),
                end_ip=network.get("end_ip", ""), oam_floating_ip=network.get("oam_floating_ip", ""),
                bmc_address=network.get("bmc_address", ""), hidden=not seen,
                controller="" if of == controller.pk else of_name or "",
                operation=operation if state in UNBEGUN else None,
            )
        )  # fmt: skip
    return begun, planned


def _seen(condition: Q) -> Case | Value:
    """Whether a row is in scope."""
    if not condition:
        return Value(True)
    return Case(When(condition, then=Value(True)), default=Value(False))


def _hidden(group: int | None, groups: frozenset[int] | None) -> bool:
    return groups is not None and group not in groups


def _pools(central: Cloud) -> tuple[tuple[str, str], ...]:
    low, high = central.management_start_ip, central.management_end_ip
    return ((low, high),) if low and high else ()
