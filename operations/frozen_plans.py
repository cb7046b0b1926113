"""The plan of a campaign out of its rows, as the value that planning made: what was approved is what runs.

The mop-up wave is no part of it: it has no sites but those of the plan, and comes behind all of its waves.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from operations.campaigns.failure_limits import ANY_MAY_FAIL
from operations.campaigns.plan import Batch, Plan, RosterRow, Wave
from operations.campaigns.rulebook import Rulebook, read_limit, read_rulebook
from operations.models import Campaign, CampaignTarget


def rulebook_of(campaign: Campaign) -> Rulebook:
    """No query."""
    return read_rulebook(campaign.ask, campaign.rules)


@dataclass(frozen=True, slots=True)
class Plans:
    """`approved`: what was planned and hashed. `as_run`: with the mop-up wave, and sites in the batch that has them."""

    approved: Plan
    as_run: Plan


def plan_of(campaign: Campaign) -> Plan:
    """As it was approved. Three queries. Sites are ids of clouds, as in planning."""
    return plans_of(campaign).approved


def plans_of(campaign: Campaign) -> Plans:
    """Three queries."""
    named = _Named(campaign.plan.get("controllers", {}))
    planned, placed, roster = _sites(campaign, named)
    columns = ("batches__controller_id", "batches__controller__name")
    rows = [
        (wave, number, pk, named(*controller), alone)
        for wave, number, pk, alone, *controller in campaign.waves.values_list(
            "number", "batches__number", "batches__pk", "batches__alone", *columns
        ).order_by("number", "batches__number")
    ]
    approved = replace(_without_waves(campaign), roster=tuple(sorted(roster, key=lambda row: row.id)))
    waves = list(campaign.waves.values_list("number", "name", "soak_seconds", "failures", "mop_up").order_by("number"))
    before = [wave for wave in waves if not wave[-1]]
    return Plans(
        replace(approved, waves=_waves(before, rows, planned)), replace(approved, waves=_waves(waves, rows, placed))
    )


class _Named:
    """System Controllers as they were called when it was planned: another name since makes no other plan."""

    def __init__(self, kept: Mapping[str, str]) -> None:
        self._kept = kept

    def __call__(self, pk: int | None, name: str | None) -> str:
        return self._kept.get(str(pk), name or "")


def _waves(waves: Iterable[Any], batches: Iterable[Any], members: Mapping[int, list[int]]) -> tuple[Wave, ...]:
    found: dict[int, list[Batch]] = defaultdict(list)
    for wave, number, pk, controller, alone in batches:
        if pk is not None:
            found[wave].append(Batch(number, controller, tuple(sorted(members.get(pk, ()))), alone))
    return tuple(
        Wave(number, name, tuple(found[number]), timedelta(seconds=soak), read_limit(failures, ANY_MAY_FAIL))
        for number, name, soak, failures, _ in waves
    )


def _without_waves(campaign: Campaign) -> Plan:
    book = rulebook_of(campaign)
    return Plan(
        spec=book.spec,
        limits=book.limits,
        windows=book.windows,
        failures=book.failures,
        waves=(),
        roster=(),
        neighbours=tuple((one, other) for one, other in campaign.plan.get("neighbours", ())),
        rings=_rings(campaign.plan),
        warnings=tuple(campaign.plan.get("warnings", ())),
    )


def _sites(campaign: Campaign, named: _Named) -> tuple[dict[int, list[int]], dict[int, list[int]], list[RosterRow]]:
    """{batch: its clouds} as planned and as they are now, and who they are."""
    rows = CampaignTarget.objects.filter(batch__wave__campaign=campaign).values_list(
        "planned_batch_id", "batch_id", "target__cloud_id", "target__name", "target__dcmanager_id", "target__region",
        "wan_link", "target__controller_id", "target__controller__name",
    )  # fmt: skip
    planned: dict[int, list[int]] = defaultdict(list)
    placed: dict[int, list[int]] = defaultdict(list)
    roster = []
    for before, batch, cloud, name, number, region, link, controller, called in rows:
        planned[before or batch].append(cloud or 0)
        placed[batch].append(cloud or 0)
        roster.append(RosterRow(cloud or 0, name, named(controller, called), number or 0, region, link))
    return planned, placed, roster


def _rings(plan: Mapping[str, Any]) -> tuple[tuple[str, tuple[int, ...]], ...]:
    return tuple((name, tuple(ids)) for name, ids in sorted(plan.get("rings", {}).items()))
