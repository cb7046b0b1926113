"""Campaigns and their plans as REST answers them."""

from collections import Counter
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from rest_framework.request import Request

from operations.api.common import one_row, scopes_of, user_of
from operations.api.operations import operation_columns
from operations.campaign_chain import after_column, links
from operations.campaign_deeds import turns
from operations.campaign_mop_up import RULE
from operations.campaign_rules_seen import rules_seen
from operations.campaign_selectors import (
    approval_word,
    awaits_wave,
    campaigns,
    followers,
    follows_column,
    reasons_by_key,
    waves_of,
)
from operations.campaign_told import eta_note_column, stop_reason_column, told, whole
from operations.campaign_verdicts import approval_problem, campaign_verdicts
from operations.campaigns.plan import Wave
from operations.campaigns.rulebook import told_limit, told_rules, told_spec
from operations.campaigns.site_time import site_zone
from operations.frozen_plans import rulebook_of
from operations.services.campaign_rows import told_reasons
from operations.services.chaining import not_anyway
from operations.services.proposals import Proposal, tally
from sites.access import Scopes
from sites.services.actors import now_of

SAME = (
    "strategy", "not_before", "stopped_at", "stopped_by", "waits_until", "approval_expires_at", "eta_p50", "eta_p90",
    "eta_at",
)  # fmt: skip
MORE = ("ask", "planned_at", "approved_at", "approval_note")


def campaign_columns(scopes: Scopes, now: datetime) -> dict[str, Any]:
    return {
        **operation_columns(scopes),
        **{name: f"campaign__{name}" for name in SAME},
        "whole": whole(scopes),
        "stop_reason": stop_reason_column(scopes),
        "eta_note": eta_note_column(scopes),
        "follows": follows_column(scopes),
        "after": after_column(scopes),
        "approver": "campaign__approver_name",
        "approval": approval_word(now),
        "awaits_wave": awaits_wave(),
    }


def campaign_answer(request: Request, pk: int) -> dict[str, Any]:
    """Everything about a campaign, as far as its sites are in scope. Raises Http404. Nine queries, more where it stands
    in a chain, one more for whoever sees a part of it, and two for what the user's role allows."""
    scopes, now = scopes_of(request), now_of(request)
    row = one_row(campaigns(scopes), pk, campaign_columns(scopes, now))
    operation = campaigns(scopes).select_related("campaign").get(pk=pk)
    campaign = operation.campaign
    against, left_out = reasons_by_key(scopes, pk)
    all_of_it, plan = row["whole"], campaign.plan if row["whole"] else {}
    verdicts = campaign_verdicts(
        operation, user_of(request), now, row["counts"], stop_reason=row["stop_reason"],
        not_anyway=not_anyway(operation, campaign), awaits_wave=row["awaits_wave"],
    )  # fmt: skip
    return (
        row
        | {name: getattr(campaign, name) for name in MORE}
        | {
            "planner": campaign.planner_name,
            "rules": campaign.rules
            if all_of_it
            else told_rules(rules_seen(scopes, pk, rulebook_of(campaign), whole=False)),
            "begin_anyway_by": campaign.begin_anyway_by,
            "begin_anyway_at": campaign.begin_anyway_at,
            "approval_problem": approval_problem(operation, campaign, now),
            "hardest": told(campaign.hardest, whole=all_of_it, instead=""),
            "costs": plan.get("costs", []),
            "warnings": plan.get("warnings", []),
            "followed_by": list(followers(scopes, pk).values_list("pk", flat=True)),
            "chain": [asdict(link) for link in links(scopes, campaign)],
            "turns": turns(pk, whole=all_of_it),
            "waves": [_told_wave(wave) for wave in waves_of(scopes, campaign)],
            "blocking": against,
            "left_out": left_out,
            "next": [
                {"verb": each.verb, "legal": each.legal, "reason": each.reason, "permitted": each.permitted}
                for each in verdicts
            ],
        }
    )


def _told_wave(wave: dict[str, Any]) -> dict[str, Any]:
    batches = [batch | {"controller": batch["controller_id"]} for batch in wave["batches"]]
    for batch in batches:
        del batch["controller_id"]
    approver = wave.pop("approver_name")
    return wave | {"batches": batches, "approver": approver}


def told_proposal(seen: Proposal) -> dict[str, Any]:
    placed = {pk: (wave.number, batch.number) for wave, batch in seen.plan.batches for pk in batch.sites}
    tallied: Counter[str] = Counter()
    examples: dict[str, dict[str, Any]] = {}
    sites = []
    for each in seen.judged:
        reasons = told_reasons(each)
        wave, batch = placed.get(each.site.id, (None, None))
        zone = site_zone(each.site.timezone, seen.book.default_zone).zone.key
        sites.append({
            "id": each.site.id, "name": each.site.facts.name, "controller": each.site.controller,
            "region": each.site.region, "site_type": each.site.site_type, "zone": zone, "verdict": each.verdict,
            "wave": wave, "batch": batch, "reasons": reasons,
        })  # fmt: skip
        for key, reason in {reason["key"]: reason for reason in reasons}.items():
            tallied[key] += 1
            examples.setdefault(key, reason)
    return {
        "plan_hash": seen.hash, "judged_at": seen.judged_at, "pending": seen.pending, "not_before": seen.not_before,
        "after": seen.ahead and seen.ahead.number,
        "counts": tally(seen.judged), "mop_up": RULE,
        "reasons": [examples[key] | {"sites": number} for key, number in tallied.most_common()],
        "waves": [_planned_wave(wave) for wave in seen.plan.waves],
        "sites": sites, "warnings": [*seen.outages, *seen.warnings], "costs": [asdict(cost) for cost in seen.costs],
        "eta": _told_eta(seen), "hardest": seen.hardest, "rules": told_rules(seen.book),
        "strategy": told_spec(seen.book.spec),
    }  # fmt: skip


def _told_eta(seen: Proposal) -> dict[str, Any]:
    eta = seen.eta
    return {
        "p50": eta.p50, "p90": eta.p90, "note": seen.eta_note, "estimated": eta.estimated,
        "waiting_minutes": round(eta.waiting / timedelta(minutes=1)),
        "findings": [asdict(finding) for finding in eta.findings],
        "waves": [asdict(wave) for wave in eta.waves],
    }  # fmt: skip


def _planned_wave(wave: Wave) -> dict[str, Any]:
    return {
        "number": wave.number, "name": wave.name, "soak_minutes": wave.soak / timedelta(minutes=1),
        "failures": told_limit(wave.failures), "sites": len(wave.sites),
        "batches": [
            {"number": batch.number, "controller": batch.controller, "sites": list(batch.sites), "alone": batch.alone}
            for batch in wave.batches
        ],
    }  # fmt: skip
