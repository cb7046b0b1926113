"""What the portal's books say of the fleet that new sites must fit in. Set-based: five queries for any fleet."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q

from operations.choices import ACTIVE_TARGETS, Kind
from operations.models import Target
from operations.planning.fleet import FleetPlan, KnownSite
from sites.choices import CloudKind
from sites.models import Cloud, Controller, Release, SubcloudGroup

SITE = (
    "name", "region_name", "management_subnet", "management_start_ip", "management_end_ip", "oam_ip", "bmc_address",
    "group__dcmanager_id",
)  # fmt: skip


def fleet_plan(controller: Controller, groups: frozenset[int] | None = None) -> FleetPlan:
    """Of one System Controller: its subclouds and those on their way, its own network, releases, groups.

    `groups`: dcmanager's ids of those the planner may see, None for all; sites of others are compared but not named,
    and other groups are not told of.
    Which releases it supports and has images of, no API tells: they stay unknown.
    """
    central = Cloud.objects.filter(controller=controller, kind=CloudKind.CENTRAL, removed_at=None).first()
    standing = dict(standing_groups(controller).values_list("dcmanager_id", "name"))
    names = {number: name for number, name in standing.items() if not _hidden(number, groups)}
    return FleetPlan(
        sites=(*_standing(controller, groups), *_on_their_way(controller, groups)),
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


def _standing(controller: Controller, groups: frozenset[int] | None) -> Iterator[KnownSite]:
    rows = Cloud.objects.filter(controller=controller, kind=CloudKind.SUBCLOUD, removed_at=None)
    for name, region_name, subnet, start, end, oam, bmc, group in rows.values_list(*SITE).iterator(chunk_size=2000):
        yield KnownSite(
            name=name, region_name=region_name, subnet=subnet, start_ip=start, end_ip=end or start,
            oam_floating_ip=oam, bmc_address=bmc, hidden=_hidden(group, groups),
        )  # fmt: skip


def _on_their_way(controller: Controller, groups: frozenset[int] | None) -> Iterator[KnownSite]:
    """Sites that an operation deploys now and that dcmanager does not list yet."""
    rows = Target.objects.filter(
        operation__kind=Kind.DEPLOY, controller=controller, cloud=None, state__in=ACTIVE_TARGETS
    )
    for name, facts, group in rows.values_list("name", "facts__network", "group__dcmanager_id"):
        network: dict[str, str] = facts or {}
        yield KnownSite(
            name=name, subnet=network.get("subnet", ""), start_ip=network.get("start_ip", ""),
            end_ip=network.get("end_ip", ""), oam_floating_ip=network.get("oam_floating_ip", ""),
            bmc_address=network.get("bmc_address", ""), hidden=_hidden(group, groups),
        )  # fmt: skip


def _hidden(group: int | None, groups: frozenset[int] | None) -> bool:
    return groups is not None and group not in groups


def _pools(central: Cloud) -> tuple[tuple[str, str], ...]:
    low, high = central.management_start_ip, central.management_end_ip
    return ((low, high),) if low and high else ()
