"""A proposal into rows: targets, waves, batches and jobs of a campaign, in place of those there were."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from operations.campaigns.plan import Batch as PlannedBatch
from operations.campaigns.plan import Wave as PlannedWave
from operations.campaigns.rulebook import told_limit, told_rules, told_spec
from operations.choices import TargetState
from operations.models import Batch, Campaign, CampaignTarget, Job, Operation, Target, Wave
from operations.services.proposals import Judged, Proposal

AT_ONCE = 1000
KEPT = ("held_by", "hold_reason", "skipped")  # what people said of a site outlives a new plan


def write_plan(operation: Operation, campaign: Campaign, proposal: Proposal) -> None:
    """In the caller's transaction; it has locked or just made the operation. Saves both rows.

    Sites that may not take part are refused targets without a batch; the others are READY, those that wait for
    something too: they are judged again before their batch begins.
    """
    said = _said(operation)
    Wave.objects.filter(campaign=campaign).delete()
    operation.targets.all().delete()
    operation.jobs.filter(controller__isnull=False).delete()
    targets = _targets(operation, proposal, said)
    _waves(campaign, proposal, targets, said)
    controllers = {each.site.controller_id for each in proposal.judged if each.takes_part}
    Job.objects.bulk_create(Job(operation=operation, controller_id=pk) for pk in sorted(controllers))
    _note(operation, campaign, proposal, controllers)


def _note(operation: Operation, campaign: Campaign, proposal: Proposal, controllers: set[int]) -> None:
    plan = proposal.plan
    campaign.strategy = plan.spec.kind.value
    campaign.ask, campaign.rules = told_spec(plan.spec), told_rules(proposal.book)
    campaign.plan = {
        "neighbours": [list(pair) for pair in plan.neighbours],
        "rings": {name: list(ids) for name, ids in plan.rings},
        "warnings": list(proposal.warnings),
        "costs": [asdict(cost) for cost in proposal.costs],
        "controllers": {str(each.site.controller_id): each.site.controller for each in proposal.judged},
    }
    campaign.hardest = proposal.hardest[:300]
    campaign.eta_p50, campaign.eta_p90 = proposal.eta.p50, proposal.eta.p90
    campaign.eta_note, campaign.eta_at = proposal.eta_note[:300], proposal.judged_at
    campaign.not_before, campaign.planned_at = proposal.not_before, proposal.judged_at
    campaign.save()
    operation.options = campaign.ask
    operation.max_at_once = plan.limits.overall
    operation.controller_id = next(iter(controllers)) if len(controllers) == 1 else None
    operation.plan_hash = proposal.hash
    operation.save()


def told_reasons(judged: Judged) -> list[dict[str, Any]]:
    """[{"key", "sentence", "effect", "remedy"}]"""
    return [asdict(reason) | {"effect": reason.effect.value} for reason in judged.reasons]


def _said(operation: Operation) -> dict[int, dict[str, Any]]:
    """{cloud: what people said of it}, where they did."""
    rows = CampaignTarget.objects.filter(target__operation=operation).values("target__cloud_id", *KEPT)
    said = {row.pop("target__cloud_id"): row for row in rows}
    return {pk: row for pk, row in said.items() if any(row.values())}


def _targets(operation: Operation, proposal: Proposal, said: Mapping[int, Mapping[str, Any]]) -> dict[int, Target]:
    """By cloud: first those of the plan in its order, then those that are refused."""
    by_cloud = {each.site.id: each for each in proposal.judged}
    order = [pk for _, batch in proposal.plan.batches for pk in batch.sites]
    order += [each.site.id for each in proposal.judged if not each.takes_part]
    rows = [_target(operation, by_cloud[pk], number, said.get(pk, {})) for number, pk in enumerate(order, 1)]
    Target.objects.bulk_create(rows, batch_size=AT_ONCE)
    return {row.cloud_id: row for row in rows if row.cloud_id is not None}


def _target(operation: Operation, judged: Judged, number: int, said: Mapping[str, Any]) -> Target:
    site = judged.site
    notes = [{"field": reason.key, "message": reason.sentence} for reason in judged.reasons]
    state = TargetState.READY if judged.takes_part else TargetState.REFUSED
    return Target(
        operation=operation, number=number, cloud_id=site.id, controller_id=site.controller_id,
        group_id=site.group_id, region=site.region, name=site.facts.name, dcmanager_id=site.dcmanager_id,
        region_name=site.region_name, profile=site.site_type, steps=["campaign"],
        deploy_status=site.facts.deploy_status,
        state=TargetState.CANCELLED if said.get("skipped") and judged.takes_part else state,
        problems=[] if judged.takes_part else notes, warnings=notes if judged.takes_part else [],
    )  # fmt: skip


def _waves(
    campaign: Campaign, proposal: Proposal, targets: Mapping[int, Target], said: Mapping[int, Mapping[str, Any]]
) -> None:
    waves = [_wave(campaign, wave) for wave in proposal.plan.waves]
    Wave.objects.bulk_create(waves)
    row_of = {wave.number: wave for wave in waves}
    controller_of = {each.site.controller: each.site.controller_id for each in proposal.judged}
    planned = list(proposal.plan.batches)
    batches = [_batch(row_of[wave.number], batch, controller_of) for wave, batch in planned]
    Batch.objects.bulk_create(batches, batch_size=AT_ONCE)
    batch_of = {pk: row for row, (_, batch) in zip(batches, planned, strict=True) for pk in batch.sites}
    rows = (_in_campaign(each, targets, batch_of, said.get(each.site.id, {})) for each in proposal.judged)
    CampaignTarget.objects.bulk_create(rows, batch_size=AT_ONCE)


def _wave(campaign: Campaign, wave: PlannedWave) -> Wave:
    return Wave(
        campaign=campaign, number=wave.number, name=wave.name[:80], soak_seconds=round(wave.soak.total_seconds()),
        failures=told_limit(wave.failures),
    )  # fmt: skip


def _batch(wave: Wave, batch: PlannedBatch, controller_of: Mapping[str, int]) -> Batch:
    return Batch(
        wave=wave, controller_id=controller_of[batch.controller], number=batch.number, alone=batch.alone,
        max_parallel=len(batch.sites),
    )  # fmt: skip


def _in_campaign(
    judged: Judged, targets: Mapping[int, Target], batch_of: Mapping[int, Batch], said: Mapping[str, Any]
) -> CampaignTarget:
    site = judged.site
    return CampaignTarget(
        target=targets[site.id], batch=batch_of.get(site.id), home_group_id=site.home_group, wan_link=site.wan_link,
        reasons=told_reasons(judged), **said,
    )  # fmt: skip


def clouds_of(operation: Operation) -> list[int]:
    """The sites that a plan was made for."""
    ids: Iterable[int | None] = operation.targets.values_list("cloud_id", flat=True)
    return [pk for pk in ids if pk is not None]
