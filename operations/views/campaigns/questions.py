"""What is asked before something is done to a campaign: what will happen, to how many, and what it cannot do."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import Count

from operations.campaign_facts.chain import chain
from operations.campaign_outages import outages
from operations.campaign_reads import sites
from operations.campaign_reason_words import in_words
from operations.campaign_words import ask_in_words, rules_in_words
from operations.campaigns.chain import link_in_words
from operations.engine.usual import usual
from operations.forms.campaigns import ActForm
from operations.kinds import SYSADMIN
from operations.models import Campaign, RunSecret
from operations.standings import Standing
from operations.views.campaigns.inview import CampaignInView
from operations.views.opactions import Question, subclouds
from sites.middleware import PortalRequest

IN_FLIGHT_SHOWN = 25
NO_PAUSE = "What runs goes on to its end: dcmanager can neither pause nor stop a site it works on."

AGAIN = (
    "It has to be approved and started like any other.",
    "Its sites are judged anew: what still stands against one of them is said then.",
)


@dataclass(frozen=True, slots=True)
class Ask:
    """A question, and what its form has. `impact`: terms and texts that are shown above it; `running`: sites at work,
    `more` of them not listed."""

    question: Question
    with_reason: bool = False
    with_approval: bool = False
    plan_hash: str = ""
    wave: int | None = None
    impact: list[tuple[str, str]] = field(default_factory=list)
    running: list[dict[str, Any]] = field(default_factory=list)
    more: int = 0

    def form(self, data: Mapping[str, Any] | None) -> ActForm:
        asked = self.question
        return ActForm(
            data, type_this=asked.type_this, secrets=asked.secrets, optional=asked.optional,
            with_reason=self.with_reason, with_approval=self.with_approval, plan_hash=self.plan_hash, wave=self.wave,
        )  # fmt: skip


def plain(action: str) -> Question:
    return Question(action.capitalize(), (), "Do it")


def approve(request: PortalRequest, campaign: CampaignInView) -> Ask:
    """The approver sees what it does to how many sites, and which plan it is."""
    operation, by = campaign.operation, campaign.campaign.planner_name or "nobody known"
    lines: tuple[str, ...] = (
        f"You approve the plan {operation.plan_hash[:16]}, made by {by}, and no other.",
        "Whoever may run campaigns can then start it while your approval holds.",
    )
    if (why := campaign.ahead_why) != "":
        until = campaign.ahead_expected
        expected = f" (nine of ten by {until:%Y-%m-%d %H:%M} UTC)" if until else ""
        lines += (f"{why}{expected} Let your approval hold for longer than that.",)
    question = Question(f"Approve “{operation.title}”", lines, "Approve this plan")
    return Ask(question, with_approval=True, plan_hash=operation.plan_hash, impact=impact(request, campaign))


def impact(request: PortalRequest, campaign: CampaignInView) -> list[tuple[str, str]]:
    """What a campaign comes to."""
    found = sites(request.scopes, campaign.operation.pk).exclude(standing=Standing.REFUSED.value).order_by()
    kinds = list(found.values_list("profile").annotate(n=Count("pk")).order_by("profile"))
    by_kind = ", ".join(f"{number:,} {name or 'of unknown kind'}" for name, number in kinds)
    rows = [("Subclouds", f"{campaign.sites:,} in {_waves(campaign)}: {by_kind}")]
    rows += [("Outage", sentence) for sentence in outages(campaign.book.spec, dict(kinds))]
    if out := campaign.counts[Standing.REFUSED]:
        rows.append(("Take no part", f"{subclouds(out)}, each with its reason on the page"))
    if waiting := _waiting(found):
        rows.append(("Wait", waiting))
    if end := _end(campaign.campaign):
        rows.append(("Expected end", end))
    if campaign.ahead is not None:
        rows.append(link_in_words(campaign.after))
    rows += ask_in_words(campaign.book.spec) + rules_in_words(campaign.book)
    if campaign.campaign.hardest:
        rows.append(("Costs most", campaign.campaign.hardest))
    return rows


def _waves(campaign: CampaignInView) -> str:
    number = len(campaign.waves)
    return "1 wave" if number == 1 else f"{number} waves"


def _end(row: Campaign) -> str:
    if not (row.eta_p50 and row.eta_p90 and row.eta_at):
        return ""
    usual_end, late, at = (f"{each:%Y-%m-%d %H:%M}" for each in (row.eta_p50, row.eta_p90, row.eta_at))
    return f"{usual_end}, nine of ten by {late} UTC (reckoned {at})"


def _waiting(found: Any) -> str:
    """How many could not have begun when the plan was made, and why; "" where there are none. One query."""
    told = found.filter(in_campaign__reasons__contains=[{"effect": "hold"}]).values_list(
        "in_campaign__reasons", "operation__campaign__planned_at"
    )
    keys: Counter[str] = Counter()
    number, at = 0, None
    for reasons, planned_at in told:
        number, at = number + 1, planned_at
        keys.update({reason["key"] for reason in reasons if reason.get("effect") == "hold"})
    if not number or at is None:
        return ""
    why = ", ".join(f"{in_words(key)} ({count:,})" for key, count in keys.most_common(4))
    then = f"{at:%Y-%m-%d %H:%M} UTC"
    return f"{subclouds(number)} could not have begun at {then}: {why}. Each is judged again in its turn."


def revoke(request: PortalRequest, campaign: CampaignInView) -> Ask:
    by = campaign.campaign.approver_name
    return Ask(Question("Take the approval back", (f"It was given by {by}. It cannot be started without one.",),
                        "Take it back", "danger"), with_reason=True)  # fmt: skip


def start(request: PortalRequest, campaign: CampaignInView) -> Ask:
    operation, row = campaign.operation, campaign.campaign
    ready = campaign.to_come
    begins = row.not_before if row.not_before and row.not_before > campaign.now else None
    when = "from then on" if begins else "from now on"
    lines = [
        f"{subclouds(ready)} in {_waves(campaign)}, {when}, each in its windows.",
        f"Plan {operation.plan_hash[:16]}, approved by {row.approver_name}.",
    ]
    if begins:
        lines.insert(0, f"It begins not before {begins:%Y-%m-%d %H:%M} UTC.")
    secrets: tuple[str, ...] = ()
    if campaign.book.needs_password and not RunSecret.objects.filter(operation=operation, name=SYSADMIN).exists():
        secrets = (SYSADMIN,)
        lines.append("It lay here for more than a day: the password was erased and is needed again.")
    if campaign.ahead_why:
        lines.insert(0, campaign.ahead_why)
    verb = "Schedule" if begins or campaign.ahead_why else "Start"
    return Ask(Question(f"{verb} “{operation.title}”", tuple(lines), verb, "primary", str(ready), secrets))


def begin_anyway(request: PortalRequest, campaign: CampaignInView) -> Ask:
    """How many sites were done in the campaign before, and how many stay held."""
    ahead, number = campaign.ahead, campaign.campaign.after_number
    ids = sites(request.scopes, campaign.operation.pk).exclude(standing=Standing.REFUSED.value)
    linked = chain(number, ids.exclude(cloud=None).values_list("cloud", flat=True))
    held = sum(bool(site.how or site.undone) for site in linked.sites.values()) if linked else 0
    became = f"is {ahead.word}" if ahead is not None and ahead.spec is not None else "is in the books no more"
    lines = [f"Campaign #{number}, which it was to follow, {became}."] if campaign.after else [campaign.ahead_why]
    if held:
        stay = "was not done there and stays" if held == 1 else "were not done there and stay"
        lines.append(f"{subclouds(held)} {stay} held, with that as the reason.")
    free = max(0, campaign.to_come - held)
    if free:
        lines.append(f"{subclouds(free)} may run from now on, each in its windows, under the approval that stands.")
    else:
        lines.append("None of them may run then. Retry in that campaign what was not done there, or abort this one.")
    question = Question(f"Begin “{campaign.operation.title}” anyway", tuple(lines), "Begin anyway", "danger", str(free))
    return Ask(question, with_reason=True)


def pause(request: PortalRequest, campaign: CampaignInView) -> Ask:
    running, more = in_flight(request, campaign)
    lines = (f"No further site starts; {subclouds(campaign.to_come)} wait until it is resumed.", NO_PAUSE)
    return Ask(Question("Pause", lines, "Start nothing further"), running=running, more=more)


def abort(request: PortalRequest, campaign: CampaignInView) -> Ask:
    if campaign.planned:
        kept = ("It has not begun. The plan is kept for the record, and never runs.",)
        return Ask(Question("Cancel the plan", kept, "Cancel the plan", "danger"), with_reason=True)
    running, more = in_flight(request, campaign)
    lines = [f"{subclouds(campaign.to_come)} will never start, and that cannot be taken back."]
    if campaign.at_work:
        lines.append(f"{subclouds(campaign.at_work)} cannot be stopped. {NO_PAUSE}")
    typed = str(campaign.to_come)
    question = Question(f"Abort “{campaign.operation.title}”", tuple(lines), "Abort", "danger", typed)
    return Ask(question, with_reason=True, running=running, more=more)


def retry(request: PortalRequest, campaign: CampaignInView) -> Ask:
    failed = campaign.counts[Standing.FAILED]
    lines = (f"A new campaign with exactly the {subclouds(failed)} that failed, under the same rules.", *AGAIN)
    return Ask(Question("Retry what failed", lines, f"Plan it for {failed:,}", secrets=_secrets(campaign)))


def mop_up(request: PortalRequest, campaign: CampaignInView) -> Ask:
    counts = campaign.counts
    rest, failed = counts[Standing.HELD_BACK] + counts[Standing.NOT_RUN], counts[Standing.FAILED]
    lines = (f"A new campaign with the {subclouds(rest)} that did not run and the {failed:,} that failed.", *AGAIN)
    return Ask(Question("Run the rest", lines, f"Plan it for {rest + failed:,}", secrets=_secrets(campaign)))


def _secrets(campaign: CampaignInView) -> tuple[str, ...]:
    return (SYSADMIN,) if campaign.book.needs_password else ()


def in_flight(request: PortalRequest, campaign: CampaignInView) -> tuple[list[dict[str, Any]], int]:
    """Sites at work, the longest first, with when nine of ten are done where that was learned; and how many more."""
    found = sites(request.scopes, campaign.operation.pk).filter(standing=Standing.RUNNING.value)
    fields = ("name", "profile", "started_at", "percent", "percent_at", "in_campaign__step_state")
    rows: list[dict[str, Any]] = list(found.order_by("started_at", "number").values(*fields)[:IN_FLIGHT_SHOWN])
    phase, known = f"strategy {campaign.book.spec.kind}", usual(row["profile"] for row in rows)
    for row in rows:
        told = known.get((phase, row["profile"]))
        row["expected"] = row["started_at"] + timedelta(seconds=told.p90) if told and row["started_at"] else None
    return rows, max(0, campaign.at_work - len(rows))
