"""What is recorded of a campaign, read for its report. Eleven queries at most, for any number of sites;
two more for whoever sees a part, and one where waves have approvals of their own.

Whoever sees a part of the sites gets a report of that part: the others are counted and not named, and of what people
decided they read what concerns their sites and the brakes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from operations.campaign_chain import came_after
from operations.campaign_decisions import approvals, decisions, entries_about
from operations.campaign_late_alarms import late_alarms
from operations.campaign_rules_seen import rules_seen, rules_to_read
from operations.campaign_selectors import campaigns, follows
from operations.campaign_told import state_reason, told
from operations.campaign_words import ask_in_words
from operations.campaigns.approvals import Approvals
from operations.campaigns.batch import End
from operations.campaigns.facts import AlarmKey
from operations.campaigns.plan import Plan
from operations.campaigns.postcheck import Health
from operations.campaigns.report import CampaignFacts, LeftOut, SiteReport
from operations.campaigns.rulebook import Rulebook
from operations.choices import ENDED_OPERATIONS, TargetState
from operations.frozen_plans import plans_of, rulebook_of
from operations.models import Campaign, Operation
from operations.selectors import targets
from operations.services.proposals import campaign_hash
from operations.standings import Standing, standing
from operations.wave_approvals import with_their_own
from sites.access import Scopes

ENDS = {"gone": End.GONE, "held": End.HELD, "skipped": End.SKIPPED}
COLUMNS = (
    "pk", "cloud_id", "name", "controller__name", "region", "state", "cause", "error", "started_at", "ended_at",
    "standing", "in_campaign__batch_id", "in_campaign__batch__number", "in_campaign__batch__wave__number",
    "in_campaign__baseline", "in_campaign__after", "in_campaign__new_alarms", "in_campaign__reasons",
    "in_campaign__step_state", "in_campaign__step_started_at", "in_campaign__step_finished_at",
    "in_campaign__held_by", "in_campaign__hold_reason", "in_campaign__excused_by", "in_campaign__excuse",
)  # fmt: skip
Row = Mapping[str, Any]


def campaign_facts(scopes: Scopes, pk: int, now: datetime) -> CampaignFacts | None:
    """None where there is no such campaign, or none of its sites is in scope."""
    operation = campaigns(scopes).select_related("campaign").filter(pk=pk).first()
    if operation is None:
        return None
    rows = list(_rows(scopes, pk))
    hidden = 0 if scopes.fleet else operation.targets.count() - len(rows)
    campaign = operation.campaign
    plans = plans_of(campaign)
    entries = entries_about(pk)
    happened = decisions(operation, entries, {row["pk"]: row for row in rows}, now, whole=not hidden)
    book = rulebook_of(campaign)
    own = with_their_own(book, list(campaign.waves.all())) if book.approvals is Approvals.EACH_WAVE else []
    stands = _is_intact(plans.approved, book, operation)
    shown = replace(plans.as_run, limits=rules_seen(scopes, pk, book, whole=not hidden).limits)
    seen = {row["in_campaign__batch__wave__number"] for row in rows}
    given = [each for each in approvals(campaign, entries, own) if not hidden or each.wave in {None, *seen}]
    in_plan = [row for row in rows if row["in_campaign__batch_id"] is not None]
    late = late_alarms(campaign, [row for row in in_plan if _is_late(row)])
    return CampaignFacts(
        number=pk, title=operation.title, reason=operation.reason, requester=operation.requester_name,
        requested_at=operation.created_at, plan=shown, hash=operation.plan_hash, intact=stands, as_of=now,
        in_words=(*ask_in_words(book.spec), *rules_to_read(scopes, pk, book, whole=not hidden)),
        planner=campaign.planner_name, planned_at=campaign.planned_at,
        approvals=tuple(given), own_approvals=frozenset(wave.number for wave in own),
        started_at=operation.started_at, ended_at=operation.ended_at, outcome=operation.get_state_display(),
        over=operation.state in ENDED_OPERATIONS, stop_reason=_stop(operation, campaign, whole=not hidden),
        stopped_at=campaign.stopped_at, stopped_by=campaign.stopped_by,
        follows=follows(scopes, campaign), after=came_after(scopes, campaign),
        begin_anyway_by=campaign.begin_anyway_by, sites=tuple(_site(row, late.get(row["pk"])) for row in in_plan),
        left_out=tuple(_left_out(row) for row in rows if row["state"] == TargetState.REFUSED),
        happenings=happened.told, out_of_scope=hidden, untold=happened.untold,
    )  # fmt: skip


def _is_intact(approved: Plan, book: Rulebook, operation: Operation) -> bool | None:
    """None where it cannot be told: a subcloud of it is not in the portal's books any more."""
    if any(not row.id for row in approved.roster):
        return None
    campaign = operation.campaign
    return campaign_hash(approved, book, campaign.not_before, campaign.after_number) == operation.plan_hash


def _rows(scopes: Scopes, pk: int) -> Iterable[dict[str, Any]]:
    found: Any = targets(scopes).filter(operation=pk).annotate(standing=standing())
    rows: Iterable[dict[str, Any]] = found.order_by("number").values(*COLUMNS)
    return rows


def _stop(operation: Operation, campaign: Campaign, *, whole: bool) -> str:
    said = state_reason(operation, campaign, whole=whole) if operation.state in ENDED_OPERATIONS else ""
    return told(campaign.stop_reason, whole=whole) or said


def _is_late(row: Row) -> bool:
    """It has ended, and nobody looked at its alarms after the work: so it is with a step that failed."""
    return row["ended_at"] is not None and bool(row["started_at"]) and not _was_read(row)


def _was_read(row: Row) -> bool:
    """Whether its alarms had been read when it was checked."""
    after = row["in_campaign__after"] or {}
    return after.get("alarms") is not None or after.get("health") == Health.GOOD


def _site(row: Row, late: tuple[tuple[AlarmKey, ...], tuple[AlarmKey, ...] | None] | None) -> SiteReport:
    after, new = late if late is not None else _after(row)
    who, why = _said(row)
    return SiteReport(
        name=row["name"], controller=row["controller__name"] or "", region=row["region"],
        wave=row["in_campaign__batch__wave__number"], batch=row["in_campaign__batch__number"], end=_end(row),
        began_at=row["in_campaign__step_started_at"] or row["started_at"], ended_at=row["ended_at"],
        state=row["in_campaign__step_state"], error=row["error"], alarms_before=_before(row), alarms_after=after,
        new_alarms=new, finished_at=row["in_campaign__step_finished_at"], standing=Standing(row["standing"]).label,
        said_by=who, said=why, excused=bool(row["in_campaign__excused_by"]),
    )  # fmt: skip


def _end(row: Row) -> End | None:
    match row["state"]:
        case TargetState.COMPLETED:
            return End.DONE
        case TargetState.FAILED:
            return ENDS.get(row["cause"], End.FAILED)
        case TargetState.CANCELLED if row["standing"] == Standing.SKIPPED:
            return End.SKIPPED
        case TargetState.CANCELLED:
            return ENDS.get(row["cause"], End.NOT_RUN)
    return None


def _before(row: Row) -> tuple[AlarmKey, ...] | None:
    return None if row["in_campaign__baseline"] is None else _keys(row["in_campaign__baseline"])


def _after(row: Row) -> tuple[tuple[AlarmKey, ...] | None, tuple[AlarmKey, ...] | None]:
    """What stood when it was checked, and what has been new since, soak and later waves included."""
    stood = (row["in_campaign__after"] or {}).get("alarms")
    noted = row["in_campaign__new_alarms"]
    is_known = noted or (_was_read(row) and row["in_campaign__baseline"] is not None)
    return None if stood is None else tuple(AlarmKey(*pair) for pair in stood), _keys(noted) if is_known else None


def _keys(told: Iterable[Mapping[str, str]]) -> tuple[AlarmKey, ...]:
    return tuple(AlarmKey(each.get("alarm_id", ""), each.get("entity", "")) for each in told)


def _said(row: Row) -> tuple[str, str]:
    """Who said something that stands, and why."""
    if row["in_campaign__excused_by"]:
        return row["in_campaign__excused_by"], row["in_campaign__excuse"]
    return row["in_campaign__held_by"], row["in_campaign__hold_reason"]


def _left_out(row: Row) -> LeftOut:
    reasons = tuple(str(reason.get("sentence", "")) for reason in row["in_campaign__reasons"])
    return LeftOut(row["name"], row["controller__name"] or "", row["region"], reasons)
