"""Reads about campaigns. Every one takes scopes: a campaign is seen by whoever sees one of its sites, and in it only
the sites that this user sees are counted."""

from collections import Counter, defaultdict
from datetime import datetime
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)

from operations.campaign_told import WAITING, sees_controller, told
from operations.choices import Kind, OperationState, TargetState, WaveState
from operations.frozen_plans import rulebook_of
from operations.models import Batch, Campaign, CampaignTarget, Operation, Target, Wave
from operations.selectors import operations, targets
from operations.wave_approvals import needs_own
from sites.access import Scopes

OVER = (TargetState.COMPLETED, TargetState.FAILED, TargetState.CANCELLED)


def campaigns(scopes: Scopes) -> QuerySet[Operation]:
    """Operations that are campaigns; `campaign` holds the rest."""
    return operations(scopes).filter(kind=Kind.CAMPAIGN)


def campaign_targets(scopes: Scopes, pk: int) -> QuerySet[Target]:
    """Sites of a campaign, those that were refused too; `in_campaign` holds the rest."""
    return targets(scopes).filter(operation=pk, in_campaign__isnull=False)


def follows(scopes: Scopes, campaign: Campaign) -> int | None:
    """The campaign that it follows from, where that is seen. One query at most."""
    before = campaign.parent_id
    if before is None or scopes.fleet:
        return before
    return before if campaigns(scopes).filter(pk=before).exists() else None


def follows_column(scopes: Scopes) -> Any:
    """The same as a column of Operation."""
    if scopes.fleet:
        return F("campaign__parent_id")
    seen = campaigns(scopes).filter(pk=OuterRef("campaign__parent_id"))
    return Case(When(Exists(seen), then=F("campaign__parent_id")), output_field=BigIntegerField())


def followers(scopes: Scopes, pk: int) -> QuerySet[Operation]:
    """Campaigns that follow from this one, as far as they are seen."""
    return campaigns(scopes).filter(campaign__parent=pk).order_by("pk")


def approval_word(now: datetime, prefix: str = "campaign__") -> Case:
    """none, approved, expired: of a plan, as far as it can be told without reckoning its hash anew."""
    expired = Q(**{f"{prefix}approval_expires_at__lte": now})
    stands = Q(**{f"{prefix}approved_hash": F("plan_hash")}) & ~Q(**{f"{prefix}approved_hash": ""})
    return Case(
        When(~stands, then=Value("none")), When(expired, then=Value("expired")), default=Value("approved"),
        output_field=CharField(),
    )  # fmt: skip


def awaits_wave() -> Subquery:
    """Number of the wave that waits for an approval of its own, as a column of Operation."""
    waiting = Wave.objects.filter(campaign=OuterRef("pk"), state=WaveState.AWAITING).order_by("number")
    return Subquery(waiting.values("number")[:1])


def awaits_approval(now: datetime) -> Q:
    """Operations for which a second person is waited for: of a plan without an approval that counts, or of a wave."""
    waiting = Wave.objects.filter(campaign=OuterRef("pk"), state=WaveState.AWAITING, campaign__stop_reason="")
    none = Q(campaign__approved_hash="") | ~Q(campaign__approved_hash=F("plan_hash"))
    planned = Q(state=OperationState.PLANNED) & (none | Q(campaign__approval_expires_at__lte=now))
    runs = Q(Exists(waiting), state=OperationState.PROCESSING)
    return Q(kind=Kind.CAMPAIGN) & (planned | runs)


def waves_of(scopes: Scopes, campaign: Campaign) -> list[dict[str, Any]]:
    """Waves in order, each with its batches, and sites by state. Three queries.

    [{"number", "name", "state", …, "sites": {"total", state: number}, "batches": [{"number", …, "sites": {…}}]}].
    Of waves and batches without a site in scope nothing is told.
    """
    counted = _by_batch(scopes, campaign)
    batches: dict[int, list[dict[str, Any]]] = defaultdict(list)
    rows = Batch.objects.filter(wave__campaign=campaign).order_by("number")
    for row in rows.values("wave_id", *BATCH, controller_name=F("controller__name")):
        sites = counted.get(row["id"])
        if sites or scopes.fleet:
            batches[row.pop("wave_id")].append(_as_seen(scopes, row) | {"sites": _counted(sites or Counter())})
    book = rulebook_of(campaign)
    return [
        wave
        | {
            "own_approval": needs_own(book, mop_up=wave["mop_up"], is_first=not at),
            "sites": _counted(sum((counted.get(each["id"], Counter()) for each in batches[wave["id"]]), Counter())),
            "batches": batches[wave["id"]],
        }
        for at, wave in enumerate(campaign.waves.order_by("number").values(*WAVE))
        if batches[wave["id"]] or scopes.fleet
    ]


WAVE = (
    "id",
    "number",
    "name",
    "mop_up",
    "state",
    "soak_seconds",
    "failures",
    "started_at",
    "soaking_since",
    "ended_at",
    "awaits_since",
    "approver_name",
    "approved_at",
    "approval_expires_at",
    "approval_note",
)
BATCH = (
    "id", "number", "controller_id", "state", "max_parallel", "alone", "group_name", "strategy_id", "strategy_state",
    "message", "seen_at", "started_at", "ended_at",
)  # fmt: skip


def _by_batch(scopes: Scopes, campaign: Campaign) -> dict[int, Counter[str]]:
    rows = campaign_targets(scopes, campaign.pk).order_by().values_list("in_campaign__batch", "state")
    found: dict[int, Counter[str]] = defaultdict(Counter)
    for batch, state, number in rows.annotate(number=Count("pk")):
        if batch is not None:
            found[batch][state] = number
    return found


def _as_seen(scopes: Scopes, batch: dict[str, Any]) -> dict[str, Any]:
    """What it waits for, and its strategy, may name sites that are out of scope."""
    if sees_controller(scopes, batch["controller_id"]):
        return batch
    message = told(batch["message"], whole=False, instead=WAITING)
    return batch | {"message": message, "strategy_id": None, "strategy_state": ""}


def _counted(counted: Counter[str]) -> dict[str, int]:
    return {"total": sum(counted.values())} | {state.value: counted[state] for state in TargetState}


def reasons_by_key(scopes: Scopes, pk: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What stands against sites that are not over, and why others were left out: [{"key", "effect", "remedy", "sites",
    "sentence"}], most sites first. One query."""
    rows = CampaignTarget.objects.filter(target__in=campaign_targets(scopes, pk)).exclude(reasons=[])
    blocking: dict[str, dict[str, Any]] = {}
    left_out: dict[str, dict[str, Any]] = {}
    for reasons, state in rows.exclude(target__state__in=OVER).values_list("reasons", "target__state"):
        tallied = left_out if state == TargetState.REFUSED else blocking
        for reason in {each["key"]: each for each in reasons}.values():
            tallied.setdefault(reason["key"], dict(reason) | {"sites": 0})["sites"] += 1
    return _most_first(blocking), _most_first(left_out)


def _most_first(tallied: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(tallied.values(), key=lambda told: (-told["sites"], told["key"]))
