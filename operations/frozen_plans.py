"""The plan of a campaign out of its rows, as the value that planning made: what was approved is what runs."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from operations.campaigns.failure_limits import ANY_MAY_FAIL
from operations.campaigns.plan import Batch, Plan, RosterRow, Wave
from operations.campaigns.rulebook import Rulebook, read_limit, read_rulebook
from operations.models import Campaign, CampaignTarget


def rulebook_of(campaign: Campaign) -> Rulebook:
    """No query."""
    return read_rulebook(campaign.ask, campaign.rules)


def plan_of(campaign: Campaign) -> Plan:
    """Three queries. Sites are ids of clouds, as in planning."""
    book = rulebook_of(campaign)
    members, roster = _sites(campaign)
    batches: dict[int, list[Batch]] = defaultdict(list)
    rows = campaign.waves.values_list(
        "number", "batches__number", "batches__pk", "batches__controller__name", "batches__alone"
    )
    for wave, number, pk, controller, alone in rows.order_by("number", "batches__number"):
        if pk is not None:
            batches[wave].append(Batch(number, controller, tuple(sorted(members[pk])), alone))
    waves = campaign.waves.values_list("number", "name", "soak_seconds", "failures").order_by("number")
    return Plan(
        spec=book.spec,
        limits=book.limits,
        windows=book.windows,
        failures=book.failures,
        waves=tuple(
            Wave(number, name, tuple(batches[number]), timedelta(seconds=soak), read_limit(failures, ANY_MAY_FAIL))
            for number, name, soak, failures in waves
        ),
        roster=tuple(sorted(roster, key=lambda row: row.id)),
        neighbours=tuple((one, other) for one, other in campaign.plan.get("neighbours", ())),
        rings=_rings(campaign.plan),
        warnings=tuple(campaign.plan.get("warnings", ())),
    )


def _sites(campaign: Campaign) -> tuple[dict[int, list[int]], list[RosterRow]]:
    """{batch: its clouds}, and who they are."""
    rows = CampaignTarget.objects.filter(batch__wave__campaign=campaign).values_list(
        "batch_id", "target__cloud_id", "target__name", "target__controller__name", "target__dcmanager_id",
        "target__region", "wan_link",
    )  # fmt: skip
    members: dict[int, list[int]] = defaultdict(list)
    roster = []
    for batch, cloud, name, controller, number, region, link in rows:
        members[batch].append(cloud or 0)
        roster.append(RosterRow(cloud or 0, name, controller or "", number or 0, region, link))
    return members, roster


def _rings(plan: Mapping[str, Any]) -> tuple[tuple[str, tuple[int, ...]], ...]:
    return tuple((name, tuple(ids)) for name, ids in sorted(plan.get("rings", {}).items()))
