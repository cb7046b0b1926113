"""What is asked before a wave is approved, or is not: what the waves before it did, and what it would do."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count

from operations.campaign_marks import counted
from operations.campaign_outages import outages
from operations.campaign_reads import WaveSeen, sites
from operations.campaign_words import windows_in_words
from operations.standings import COUNT_AS_FAILED, TO_COME, Standing
from operations.views.campaigns.inview import CampaignInView
from operations.views.campaigns.questions import Ask
from operations.views.opactions import Question, subclouds
from sites.middleware import PortalRequest

NAMED = 10  # sites that failed or alarm
NONE = "None of its waves waits for approval now."
Row = tuple[str, str]


def approve(request: PortalRequest, campaign: CampaignInView) -> Ask:
    """The approver sees what the waves before came to."""
    operation, wave = campaign.operation, campaign.awaiting
    if wave is None:
        return Ask(Question("Approve a wave", (NONE,), "Approve"), with_approval=True, plan_hash=operation.plan_hash)
    lines = (
        f"You approve wave {wave.row.number} and no other, under the plan {operation.plan_hash[:16]}.",
        "It begins at once, or where windows say so in the next of them. Your approval holds until something of it has"
        " begun, at most for as long as you say.",
    )
    question = Question(f"Approve “{wave.row.name}”", lines, "Approve this wave")
    impact = [*_before(request, campaign, wave), *_of(request, campaign, wave)]
    return Ask(
        question, with_approval=True, plan_hash=operation.plan_hash, wave=wave.row.number, impact=impact
    )  # fmt: skip


def reject(request: PortalRequest, campaign: CampaignInView) -> Ask:
    wave = campaign.awaiting
    if wave is None:
        return Ask(Question("Do not approve", (NONE,), "End it", "danger"), with_reason=True)
    lines = (
        f"The campaign ends here: {subclouds(campaign.to_come)} will never start, and that cannot be taken back.",
        "To have it wait for longer, do nothing, or pause it.",
    )
    question = Question(f"Do not approve “{wave.row.name}”", lines, "End the campaign", "danger")
    return Ask(question, with_reason=True, wave=wave.row.number)


def _before(request: PortalRequest, campaign: CampaignInView, wave: WaveSeen) -> Iterator[Row]:
    """What each wave before came to, and what went wrong there. Two queries: alarms of a site
    may be many, so only those of sites that are named are read."""
    for each in campaign.waves:
        if each.row.number < wave.row.number:
            yield each.row.name, counted(each.counts)
    wrong = sites(request.scopes, campaign.operation.pk).filter(
        wave__lt=wave.row.number, standing__in=[word.value for word in COUNT_AS_FAILED]
    )
    count = wrong.count()
    rows: Any = wrong.order_by("trouble", "number").values("name", "standing", "error", "in_campaign__new_alarms")
    for row in rows[:NAMED]:
        yield row["name"], _wrong(row)
    if count > NAMED:
        yield "And", f"{count - NAMED:,} more that failed or have new alarms"
    if not count:
        yield "Failures", "none, and no new alarms"


def _wrong(row: Any) -> str:
    alarms = [f"{each['alarm_id']} on {each['entity']}" for each in row["in_campaign__new_alarms"]]
    told = [row["error"][:200] or "failed"] if row["standing"] == Standing.FAILED else []
    if alarms:
        more = f" and {len(alarms) - 3} more" if len(alarms) > 3 else ""
        told.append(f"new alarm {', '.join(alarms[:3])}{more}")
    return "; ".join(told)


def _of(request: PortalRequest, campaign: CampaignInView, wave: WaveSeen) -> Iterator[Row]:
    """What the wave would do. One query."""
    to_come = sum(wave.counts[word] for word in TO_COME)
    yield "This wave", f"{subclouds(to_come)} in {len(wave.batches):,} batch{'' if len(wave.batches) == 1 else 'es'}"
    found = sites(request.scopes, campaign.operation.pk).filter(wave=wave.row.number)
    kinds = found.filter(standing__in=[word.value for word in TO_COME]).order_by()
    for sentence in outages(campaign.book.spec, dict(kinds.values_list("profile").annotate(n=Count("pk")))):
        yield "Outage", sentence
    yield "Windows", windows_in_words(campaign.book)
