"""Planning campaigns: a new one, another plan for one that has not begun, and those that follow from another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from events.kinds import Kind as EventKind
from events.log import NewEvent, append
from operations.campaign_facts.awaited import awaited
from operations.campaigns.calendars import HORIZON
from operations.campaigns.rulebook import Rulebook, read_rulebook
from operations.campaigns.strategy import problems
from operations.choices import Kind, OperationState
from operations.engine import jobs
from operations.kinds import KINDS, SYSADMIN
from operations.models import Campaign, Job, Operation, RunSecret
from operations.services import run_secrets
from operations.services.campaign_events import campaign_events
from operations.services.campaign_rows import clouds_of, write_plan
from operations.services.chaining import demand_link, link, lock_links, stays
from operations.services.proposals import Judged, Proposal, propose
from operations.services.requests import MOST_TARGETS, RefusedError
from operations.services.start import NotNowError
from operations.strategy_words import title_of
from sites.services.actors import Actor, audit, said
from sites.services.clouds import ask_for_health

NOBODY = "None of these subclouds may take part: see the reasons of each in a preview."
HEALTH_WANTED = ("health-unknown", "health-stale")
CHANGED = "The plan would be another one than you saw: look at a new preview."


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignAsk:
    """`strategy` and `rules`: JSON of operations/campaigns/rulebook.py. `clouds`: ids, in the user's scope.

    `after`: the campaign that it is to follow, which the user sees. `seen_hash`: of the preview that was looked at; ""
    where there was none. `secrets` show in no repr.
    """

    strategy: Mapping[str, Any]
    rules: Mapping[str, Any]
    clouds: Sequence[int]
    title: str = ""
    reason: str = ""
    not_before: datetime | None = None
    after: int | None = None
    seen_hash: str = ""
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


def preview(ask: CampaignAsk, now: datetime, but_for: int | None = None, *, again: bool = False) -> Proposal:
    """What would be planned; nothing is kept, but sites whose health is not known are asked for it by the collector.
    `but_for`: the campaign whose plan it would replace. `again`: it reads itself again, so nobody is asked anew.

    Raises RefusedError for what is wrong with the request as a whole.
    """
    book = _checked(ask, now)
    demand_link(ask.after, book.spec, but_for)
    proposal = propose(book, ask.clouds, now, not_before=ask.not_before, after=ask.after, but_for=but_for)
    if not again:
        ask_for_health(_unasked(proposal), now)
    return replace(proposal, pending=awaited(untold(proposal), now))


def create_campaign(
    ask: CampaignAsk, user: User, actor: Actor, now: datetime, *, parent: Campaign | None = None
) -> Operation:
    """A planned campaign, to be approved by somebody else. Raises RefusedError.

    The caller has checked the user's permission, and that the clouds are in the user's scope.
    """
    book = _checked(ask, now)
    _demand_permission(book, user)
    _demand_secrets(book, ask.secrets)
    if not _inherits(ask, parent):
        demand_link(ask.after, book.spec)
    with transaction.atomic():
        proposal = propose(book, ask.clouds, now, not_before=ask.not_before, after=ask.after)
        _demand_sense(proposal, ask)
        ask_for_health(_unasked(proposal), now)
        operation = Operation.objects.create(
            kind=Kind.CAMPAIGN, title=(said(ask.title, 200) or title_of(book.spec, len(proposal.plan.roster)))[:200],
            reason=said(ask.reason, 500), state=OperationState.PLANNED, requester=user, requester_name=actor.name,
            source=actor.source[:60], created_at=now,
        )  # fmt: skip
        Job.objects.create(operation=operation)
        campaign = Campaign(operation=operation, parent=parent, planner=user, planner_name=actor.name)
        _link(campaign, ask, parent)
        campaign.save()
        write_plan(operation, campaign, proposal)
        run_secrets.keep(operation, ask.secrets, now)
        audit(actor, "campaign.plan", f"operation:{operation.pk}", now, _told(operation, campaign, proposal))
        added = {"kind": operation.kind, "title": operation.title}
        append([NewEvent(EventKind.OPERATION_ADDED, f"operation:{operation.pk}", now, added, operation.controller_id)])
    return operation


def change_plan(operation_id: int, ask: CampaignAsk, user: User, actor: Actor, now: datetime) -> Operation:
    """Another plan in place of one that has not begun; whatever approval there was is void. What people said of single
    sites (held, skipped) stays. Secrets that are not given again stay. Raises RefusedError, NotNowError."""
    book = _checked(ask, now)
    _demand_permission(book, user)
    with transaction.atomic():
        lock_links()
        operation = jobs.operation_locked(operation_id)
        campaign = Campaign.objects.select_for_update().get(pk=operation_id)
        if operation.state != OperationState.PLANNED:
            raise NotNowError(f"It is {operation.get_state_display()}: only a plan that has not begun can be changed.")
        demand_link(ask.after, book.spec, operation.pk)
        kept = RunSecret.objects.filter(operation=operation).values_list("name", flat=True)
        _demand_secrets(book, ask.secrets, kept)
        proposal = propose(book, ask.clouds, now, not_before=ask.not_before, after=ask.after, but_for=operation.pk)
        _demand_sense(proposal, ask)
        ask_for_health(_unasked(proposal), now)
        was, voided = operation.plan_hash, void_approval(campaign)
        campaign.planner, campaign.planner_name = user, actor.name
        operation.title = said(ask.title, 200) or operation.title
        operation.reason = said(ask.reason, 500)
        link(campaign, ask.after)
        write_plan(operation, campaign, proposal)
        if not book.needs_password:
            RunSecret.objects.filter(operation=operation).delete()
        run_secrets.keep(operation, ask.secrets, now)
        detail = _told(operation, campaign, proposal) | {"was": was, "approval_voided": voided}
        audit(actor, "campaign.change", f"operation:{operation.pk}", now, detail)
        append(campaign_events(operation, now, {"plan_hash": operation.plan_hash, "approved": False}))
    return operation


def asked_before(operation: Operation) -> CampaignAsk:
    """What the plan that stands was made from."""
    campaign = operation.campaign
    return CampaignAsk(
        strategy=campaign.ask, rules=campaign.rules, clouds=clouds_of(operation), title=operation.title,
        reason=operation.reason, not_before=campaign.not_before, after=campaign.after_number,
    )  # fmt: skip


def _inherits(ask: CampaignAsk, parent: Campaign | None) -> bool:
    """Whether it follows the campaign that its parent followed: that was judged when it was the parent's."""
    return parent is not None and ask.after is not None and ask.after == parent.after_number


def _link(campaign: Campaign, ask: CampaignAsk, parent: Campaign | None) -> None:
    """Raises RefusedError, NotNowError where the other campaign is forgotten meanwhile."""
    if parent is not None and not stays(parent.pk):
        raise NotNowError("The campaign before it was forgotten meanwhile.")
    if parent is None or not _inherits(ask, parent):
        link(campaign, ask.after)
    elif ask.after is not None:
        campaign.after_number, campaign.after_id = ask.after, ask.after if stays(ask.after) else None
        campaign.begin_anyway_at, campaign.begin_anyway_by = parent.begin_anyway_at, parent.begin_anyway_by


def void_approval(campaign: Campaign) -> bool:
    """Takes away what approval there is; the caller saves. Returns whether there was one."""
    there = bool(campaign.approved_hash)
    campaign.approver = campaign.approved_at = campaign.approval_expires_at = None
    campaign.approver_name = campaign.approved_hash = campaign.approval_note = ""
    return there


def untold(proposal: Proposal) -> list[int]:
    """Sites that would take part, and whose health is not known, or not any more."""
    judged = (each for each in proposal.judged if each.takes_part)
    return [each.site.id for each in judged if _wants_health(each)]


def _unasked(proposal: Proposal) -> list[int]:
    """Sites whose health is not known, or not any more."""
    return [each.site.id for each in proposal.judged if _wants_health(each)]


def _wants_health(judged: Judged) -> bool:
    return any(reason.key in HEALTH_WANTED for reason in judged.reasons)


def _checked(ask: CampaignAsk, now: datetime) -> Rulebook:
    """Raises RefusedError."""
    try:
        book = read_rulebook(ask.strategy, ask.rules)
    except ValueError as problem:
        raise RefusedError({"rules": str(problem)}) from None
    found: dict[str, str] = {}
    if wrong := problems(book.spec, now):
        found["strategy"] = " ".join(wrong)
    if ask.not_before is not None and ask.not_before > now + HORIZON:
        found["not_before"] = "A campaign begins within two years; choose an earlier time."
    if not ask.clouds:
        found["clouds"] = "Choose at least one subcloud in your scope."
    if len(ask.clouds) > MOST_TARGETS:
        found["clouds"] = f"At most {MOST_TARGETS} subclouds in one campaign: make several."
    found |= run_secrets.not_taken(KINDS[Kind.CAMPAIGN], ask.secrets)
    if ask.secrets.get(SYSADMIN) and not book.needs_password:
        found[SYSADMIN] = "Only campaigns that prestage or back up need it: it is not kept without need."
    if found:
        raise RefusedError(found)
    return book


def _demand_permission(book: Rulebook, user: User) -> None:
    """What the campaign will do in the user's name, the user may. Raises RefusedError."""
    permission = KINDS[Kind.BACKUP].permission
    if book.gates.start_backups and not user.has_perm(permission):
        raise RefusedError({"start_backups": f"Your role may not back up subclouds: it needs {permission}."})


def _demand_secrets(book: Rulebook, given: Mapping[str, str], kept: Sequence[str] | Any = ()) -> None:
    """Raises RefusedError."""
    if book.needs_password and not given.get(SYSADMIN) and SYSADMIN not in kept:
        what = "prestage" if book.spec.prestages else "back up"
        raise RefusedError({SYSADMIN: f"Needed to {what}. It is kept sealed and erased when the campaign is over."})


def _demand_sense(proposal: Proposal, ask: CampaignAsk) -> None:
    """Raises RefusedError."""
    if not proposal.plan.roster:
        raise RefusedError({"clouds": NOBODY})
    if ask.seen_hash and ask.seen_hash != proposal.hash:
        raise RefusedError({"plan_hash": CHANGED})


def _told(operation: Operation, campaign: Campaign, proposal: Proposal) -> dict[str, Any]:
    return {
        "plan_hash": operation.plan_hash, "strategy": campaign.ask, "rules": campaign.rules,
        "clouds": [each.site.id for each in proposal.judged if each.takes_part],
        "refused": [each.site.id for each in proposal.judged if not each.takes_part], "reason": operation.reason,
        "parent": campaign.parent_id, "after": campaign.after_number,
    }  # fmt: skip
