"""Campaigns as the pages show them: planned by the real services on the small fleet, then moved on in the rows."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User

from operations.choices import BatchState, OperationState, TargetState, WaveState
from operations.models import Batch, Campaign, CampaignTarget, Operation, Target, Wave
from operations.services.campaigns import CampaignAsk, create_campaign
from sites.models import Cloud
from sites.services.actors import Actor
from tests.operations.campaign_facts.patchable import RELEASE, make_patchable, make_sites_patchable
from tests.sites.world import World, make_cloud

DEPLOY = {"kind": "sw-deploy", "release_id": RELEASE}
RULES: dict[str, Any] = {
    "gates": {"prestaged": False},
    "canaries": {"each": 1, "soak_minutes": 30},
    "waves": [{"name": "Brazil", "regions": ["Brazil"]}, {"name": "Europe", "regions": ["Europe"]}],
}


def make_campaign(world: World, more: int = 0, *, patchable: bool = True, **ask: Any) -> Operation:
    """Planned by `planner` for every subcloud of the world, and `more` of central-1 in Brazil. `patchable`: first
    everything is made fit for it."""
    if patchable:
        make_patchable(world)
    extra = [
        make_cloud(
            world.controllers[0], world.groups[0], f"store-{at}", world.now, region="Brazil", dcmanager_id=100 + at
        )
        for at in range(more)
    ]
    make_sites_patchable(world, extra)
    clouds = list(Cloud.objects.filter(kind="subcloud").order_by("pk").values_list("pk", flat=True))
    usual: dict[str, Any] = {"strategy": DEPLOY, "rules": RULES, "clouds": clouds, "reason": "CHG-7"}
    user, _ = User.objects.get_or_create(username="planner")
    return create_campaign(CampaignAsk(**usual | ask), user, Actor("planner", "test"), world.now)


def approve(operation: Operation, world: World, by: str = "approver") -> None:
    """As services/approvals.py would."""
    Campaign.objects.filter(pk=operation.pk).update(
        approver_name=by, approved_hash=operation.plan_hash, approved_at=world.now,
        approval_expires_at=world.now + timedelta(days=7),
    )  # fmt: skip


def begin(operation: Operation, world: World) -> None:
    """It runs: the first wave is under way with its batches, and the rest is to come."""
    approve(operation, world)
    Operation.objects.filter(pk=operation.pk).update(state=OperationState.PROCESSING, started_at=world.now)
    wave = Wave.objects.filter(campaign=operation.pk).order_by("number")[0]
    Wave.objects.filter(pk=wave.pk).update(state=WaveState.RUNNING, started_at=world.now)
    Batch.objects.filter(wave=wave).update(
        state=BatchState.RUNNING, strategy_id=7, strategy_state="applying", started_at=world.now, seen_at=world.now
    )


def set_site(operation: Operation, name: str, state: str, **values: Any) -> Target:
    """A site of the campaign in another state; `values` of its CampaignTarget and its Target."""
    target = Target.objects.get(operation=operation, name=name)
    kept = {key: value for key, value in values.items() if key in {field.name for field in CampaignTarget._meta.fields}}
    rest = {key: value for key, value in values.items() if key not in kept}
    Target.objects.filter(pk=target.pk).update(state=TargetState(state), **rest)
    CampaignTarget.objects.filter(pk=target.pk).update(**kept)
    target.refresh_from_db()
    return target
