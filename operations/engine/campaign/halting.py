"""How a campaign halts itself, when failures are beyond a limit, and how it ends."""

from collections import Counter
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Func, IntegerField, Q
from django.db.models.functions import Coalesce

from operations.campaign_mop_up import AWAITS
from operations.campaigns.batch import End
from operations.campaigns.facts import AlarmKey
from operations.campaigns.threshold import SiteResult, WaveLimit, verdict
from operations.choices import OPEN_TARGETS, OperationState, TargetState
from operations.engine.campaign.book import Book
from operations.engine.campaign.events import tell
from operations.engine.closing import close
from operations.engine.stopping import stop_all
from operations.models import CampaignTarget, Operation, Target
from sites.services.actors import Actor, audit

CAMPAIGN = "campaign"  # who halted it, in the audit, where nobody did
STOPPED = "The campaign was stopped before its turn."  # of a site or batch: why it was names other sites
NO_TURN = "The campaign ended before its turn."
BAD_STEPS = ("failed",)
NEW = Func(F("new_alarms"), function="jsonb_array_length", output_field=IntegerField())
WAVE = Coalesce("planned_batch__wave__number", "batch__wave__number")  # whose limit a site counts against
RESULT = (
    "target__name", "target__error", "step_state", "step_details", "excused_by", "wave", "new", "first", "failed",
)  # fmt: skip
TOLD = (TargetState.COMPLETED, TargetState.FAILED, TargetState.CANCELLED)


def results(book: Book) -> list[SiteResult]:
    """What failed, or has new alarms, over all System Controllers. One query."""
    rows = CampaignTarget.objects.filter(target__operation=book.operation.pk, batch__isnull=False).annotate(new=NEW)
    failed = Q(target__state=TargetState.FAILED) | Q(step_state__in=BAD_STEPS)
    rows = rows.filter(failed | Q(new__gt=0)).annotate(failed=failed, first=F("new_alarms__0"), wave=WAVE)
    return [result for row in rows.order_by("target__number").values(*RESULT) if (result := _result(row)) is not None]


def _result(row: dict[str, Any]) -> SiteResult | None:
    told = row["target__error"] or row["step_details"] or row["step_state"]
    error, first = told if row["failed"] else "", row["first"]
    alarms = (AlarmKey(first["alarm_id"], first["entity"]),) if first else ()
    if not error and not alarms:
        return None
    excused = bool(row["excused_by"])
    return SiteResult(row["target__name"], row["wave"], error, alarms, excused, max(0, row["new"] - 1))


def judge(book: Book, now: datetime) -> None:
    """Failures and new alarms against the limits. What has been stopped stays so."""
    if not book.campaign.stop_reason and (why := beyond(book)):
        halt(book, why, now)


def beyond(book: Book) -> str:
    """Which limit the failures and new alarms in the rows are beyond; "" for none. They count against the wave that a
    site was planned for, also where it came into the mop-up wave."""
    skipped = _skipped(book)
    waves = {
        wave.number: WaveLimit(wave.name, len(wave.sites) - skipped.get(wave.number, 0), wave.failures)
        for wave in book.plans.approved.waves
    }
    return verdict(results(book), waves, book.rules.failures).sentence


def halt(book: Book, why: str, now: datetime) -> None:
    """By itself, for good. In the caller's transaction."""
    campaign = book.campaign
    campaign.stop_reason, campaign.stopped_at, campaign.stopped_by = why[:500], now, ""
    campaign.save(update_fields=["stop_reason", "stopped_at", "stopped_by"])
    subject = f"operation:{book.operation.pk}"
    audit(Actor(CAMPAIGN, "engine"), "campaign.halt", subject, now, {"reason": campaign.stop_reason})
    tell(book, now, state="stopping", message=campaign.stop_reason)


def pause(book: Book, why: str, now: datetime) -> None:
    """By itself, until somebody lets it go on. In the caller's transaction, which holds the operation's row."""
    operation = book.operation
    operation.held = True
    operation.save(update_fields=["held"])
    audit(Actor(CAMPAIGN, "engine"), "operation.hold", f"operation:{operation.pk}", now, {"reason": why})
    tell(book, now, held=True, message=why)


def _skipped(book: Book) -> dict[int, int]:
    """By number of the wave they were planned for."""
    rows = CampaignTarget.objects.filter(batch__wave__in=book.waves, skipped=True).order_by()
    return dict(rows.annotate(wave=WAVE).values_list("wave").annotate(Count("pk")))


def end(book: Book, now: datetime) -> None:
    """Nothing runs any more. In the caller's transaction, which stops its jobs."""
    left = Target.objects.filter(operation=book.operation.pk, state__in=OPEN_TARGETS)
    stop_all(left, TargetState.CANCELLED, now, error=NO_TURN, cause="not-run")
    Target.objects.filter(operation=book.operation.pk, message=AWAITS).update(message="")  # it never came to it
    operation = Operation.objects.get(pk=book.operation.pk)
    cut = 0 if book.campaign.stop_reason else _aborted_elsewhere(book)
    close(operation, now, reason=_reason(book, cut), state=_state(book, cut))


def _state(book: Book, cut: int) -> OperationState | None:
    """What was stopped is not completed, though nothing failed, or all of it was excused since."""
    if not book.campaign.stop_reason:
        return OperationState.ABORTED if cut else None
    return OperationState.ABORTED if book.campaign.stopped_by else OperationState.FAILED_TEMP


def _aborted_elsewhere(book: Book) -> int:
    """How many sites did not get their turn because of that."""
    cut = Target.objects.filter(in_campaign__batch__wave__in=book.waves, cause=End.NOT_RUN.value)
    return cut.filter(in_campaign__batch__progress__aborted_elsewhere=True).count()


def _reason(book: Book, cut: int) -> str:
    """Of one that somebody ended with what became of its sites; a limit that was reached names its numbers itself. Of
    one that came to its end, who was held to the last."""
    reason = book.campaign.stop_reason
    if cut:
        sites = "1 site was" if cut == 1 else f"{cut:,} sites were"
        return f"{sites} not worked on: somebody aborted their strategy outside this portal."
    if not reason:
        return _held_to_the_end(book)
    if not book.campaign.stopped_by:
        return reason
    states = Counter(Target.objects.filter(operation=book.operation.pk).values_list("state", flat=True))
    numbers = ", ".join(f"{states[state]:,} {state.label}" for state in TOLD if states[state])
    return f"{reason[:420]} ({numbers})" if numbers else reason


def _held_to_the_end(book: Book) -> str:
    rows = Target.objects.filter(operation=book.operation.pk, state=TargetState.CANCELLED, cause=End.HELD.value)
    held = rows.exclude(in_campaign__skipped=True).count()
    if not held:
        return ""
    sites = "1 site was" if held == 1 else f"{held:,} sites were"
    return f"{sites} held to the end and did not run: what stood against each is said beside it."
