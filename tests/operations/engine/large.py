"""A campaign of any size, its rows made directly: planning thousands of sites is not what is measured here."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from operations.campaigns.rulebook import read_rulebook, told_rules, told_spec
from operations.choices import BatchState, OperationState, TargetState, WaveState
from operations.models import Batch, Campaign, CampaignTarget, Job, Operation, Target, Wave
from sites.choices import Facet
from sites.models import Cloud, FacetState
from tests.operations.campaign_facts.patchable import RELEASE, WELL, make_patchable
from tests.sites.world import World, make_world

RULES: dict[str, Any] = {
    "gates": {"prestaged": False},
    "limits": {"overall": 500, "per_region": 300},
    "windows": [{"name": "Always", "weekdays": list(range(7)), "start": "00:00", "minutes": 24 * 60}],
}
REGIONS = ("Brazil", "Europe")


@dataclass(frozen=True)
class Large:
    """Waves of `sites` in batches of `each`, at the two System Controllers in turn; nothing has begun."""

    world: World
    operation: Operation
    sites: int
    each: int

    @property
    def now(self) -> datetime:
        return self.world.now


def make_large(sites: int, each: int = 50, waves: int = 2) -> Large:
    world = make_world()
    make_patchable(world)
    clouds = _clouds(world, sites)
    book = read_rulebook({"kind": "sw-deploy", "release_id": RELEASE}, RULES)
    operation = Operation.objects.create(
        kind="campaign", title="Large", requester_name="ann", created_at=world.now, plan_hash=f"{sites}",
        state=OperationState.PROCESSING, started_at=world.now,
    )  # fmt: skip
    campaign = Campaign.objects.create(operation=operation, ask=told_spec(book.spec), rules=told_rules(book),
                                       strategy="sw-deploy", plan={})  # fmt: skip
    rows = [
        Wave(campaign=campaign, number=n, name=f"Wave {n}", soak_seconds=60, failures={"count": 1000})
        for n in range(1, waves + 1)
    ]
    Wave.objects.bulk_create(rows)
    _fill(world, operation, rows, clouds, each)
    Job.objects.create(operation=operation)
    return Large(world, operation, sites, each)


def begin_first(large: Large) -> None:
    """The first wave runs; nothing is at work yet."""
    wave = Wave.objects.filter(campaign=large.operation.pk).order_by("number")[0]
    Wave.objects.filter(pk=wave.pk).update(state=WaveState.RUNNING, started_at=large.now)


def _clouds(world: World, sites: int) -> list[Cloud]:
    made = [
        Cloud(
            controller=world.controllers[n % 2], group=world.groups[n % 2], name=f"cell-{n:05}", kind="subcloud",
            dcmanager_id=1000 + n, region_name=f"region-{n}", region=REGIONS[n % 2], availability_status="online",
            management_state="managed", deploy_status="complete", contact="reachable",
            backup_at=world.now - timedelta(hours=3), **WELL,
        )
        for n in range(sites)
    ]  # fmt: skip
    Cloud.objects.bulk_create(made, batch_size=1000)
    FacetState.objects.bulk_create(
        (FacetState(cloud=cloud, facet=facet, observed_at=world.now, attempted_at=world.now, source="test")
         for cloud in made for facet in Facet),
        batch_size=1000,
    )  # fmt: skip
    return made


def _fill(world: World, operation: Operation, waves: list[Wave], clouds: list[Cloud], each: int) -> None:
    targets = Target.objects.bulk_create(
        (Target(
            operation=operation, number=n, cloud=cloud, controller_id=cloud.controller_id, group_id=cloud.group_id,
            region=cloud.region, name=cloud.name, dcmanager_id=cloud.dcmanager_id, region_name=cloud.region_name,
            profile="AIO-SX", steps=["campaign"], state=TargetState.READY,
        ) for n, cloud in enumerate(clouds, 1)),
        batch_size=1000,
    )  # fmt: skip
    share, number, rows = -(-len(targets) // len(waves)), 0, []
    for at, wave in enumerate(waves):
        members = targets[at * share : (at + 1) * share]
        for controller in world.controllers:
            own = [target for target in members if target.controller_id == controller.pk]
            for first in range(0, len(own), each):
                number += 1
                part = own[first : first + each]
                batch = Batch.objects.create(wave=wave, controller=controller, number=number, max_parallel=len(part))
                rows += [_in_campaign(target, batch) for target in part]
    CampaignTarget.objects.bulk_create(rows, batch_size=1000)


def _in_campaign(target: Target, batch: Batch) -> CampaignTarget:
    return CampaignTarget(target=target, batch=batch, home_group_id=1, wan_link=f"wan-{target.number % 20}")


def roster(batch: Batch) -> list[dict[str, Any]]:
    """All of its sites, as operations/campaigns remembers them."""
    rows = batch.sites.select_related("target").order_by("target__cloud")
    return [
        {"site": row.target.cloud_id, "dcmanager_id": row.target.dcmanager_id, "name": row.target.name, "home_group": 1}
        for row in rows
    ]


def set_running(large: Large, batch: Batch, sites: TargetState = TargetState.RUNNING) -> None:
    """It has begun, and its strategy runs; whether work at its sites does, say `sites`."""
    progress = {"roster": roster(batch), "strategy_id": 7, "applied": True}
    Batch.objects.filter(pk=batch.pk).update(
        state=BatchState.RUNNING, strategy_id=7, strategy_state="applying", started_at=large.now, progress=progress,
    )  # fmt: skip
    Target.objects.filter(in_campaign__batch=batch).update(state=sites)
