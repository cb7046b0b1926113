"""What people did to a campaign, its sites and the brakes meanwhile: entries of the audit, and how they are said."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import CharField, F, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from events.models import AuditEntry
from operations.models import Target

VERBS = {  # what was done, and what was wanted
    "campaign.plan": ("planned it", "plan it"),
    "campaign.change": ("changed the plan", "change the plan"),
    "campaign.approve": ("approved it", "approve it"),
    "campaign.revoke": ("took the approval back", "take the approval back"),
    "campaign.start": ("started it", "start it"),
    "campaign.abort": ("aborted it", "abort it"),
    "campaign.halt": ("halted it by itself", "halt it"),
    "campaign.mop_up": ("began the mop-up wave", "begin the mop-up wave"),
    "campaign.cancel": ("cancelled it", "cancel it"),
    "campaign.begin_anyway": ("let it begin anyway", "let it begin anyway"),
    "campaign.try_again": ("had a batch tried again", "have a batch tried again"),
    "campaign.hold_site": ("held", "hold"),
    "campaign.release_site": ("released", "release"),
    "campaign.skip_site": ("skipped", "skip"),
    "campaign.excuse_site": ("excused", "excuse"),
    "campaign.excuse_over": ("counted again", "count again"),
    "operation.hold": ("paused it", "pause it"),
    "operation.release": ("resumed it", "resume it"),
    "campaign.default_group": ("put into group Default, because its own is gone,", "put into group Default"),
    "campaign.group_renamed": ("found renamed, by somebody outside this portal, its group", "find renamed its group"),
    "brake.pull": ("pulled the brake", "pull the brake"),
    "brake.release": ("released the brake", "release the brake"),
    "operation.cancel": ("cancelled it", "cancel it"),
    "operation.campaign": ("changed it", "change it"),
}


OF_WAVES = {
    "campaign.approve_wave": ("approved", "approve"),
    "campaign.reject_wave": ("did not approve, and so ended it before,", "reject"),
    "campaign.expire_wave": ("let the unused approval expire of", "let the approval expire of"),
}
TURNS = ("campaign.start", "campaign.halt", "campaign.abort", "campaign.cancel", "operation.hold", "operation.release")


def turns_of(operation_id: int) -> QuerySet[AuditEntry]:
    """When it was started, paused, resumed, halted, aborted, and by whom. Reasons may name any of its sites; the
    rest is for whoever sees one of them."""
    return AuditEntry.objects.filter(subject=f"operation:{operation_id}", verb__in=TURNS, outcome="done")


def turns(operation_id: int, *, whole: bool) -> list[dict[str, Any]]:
    """[{"at", "who", "verb", "what", "reason"}], the oldest first; reasons to whoever sees the whole. One query."""
    return [
        {
            "at": row["at"], "who": row["actor"], "verb": row["verb"].partition(".")[2],
            "what": deed(row["verb"], "done", {}), "reason": why(row["detail"]) if whole else "",
        }
        for row in turns_of(operation_id).order_by("id").values("at", "actor", "verb", "detail")
    ]  # fmt: skip


def paused(operation_id: int) -> tuple[str, datetime, str] | None:
    """By whom it was paused last, when, and why, where that is known. One query."""
    rows = turns_of(operation_id).filter(verb="operation.hold").order_by("-id")
    row = rows.values_list("actor", "at", "detail").first()
    return row and (row[0], row[1], why(row[2]))


def entries_of(operation_id: int) -> QuerySet[AuditEntry]:
    """About the campaign as a whole, and about each of its sites, in whoever's scope they are."""
    subject = Concat(Value("target:"), Cast(F("pk"), CharField()), output_field=CharField())
    of_sites = Target.objects.filter(operation=operation_id).order_by().values_list(subject)
    return AuditEntry.objects.filter(Q(subject=f"operation:{operation_id}") | Q(subject__in=of_sites))


def deed(verb: str, outcome: str, detail: Mapping[str, Any]) -> str:
    """ "held edge-7", "was refused to approve it": a verb of the audit in words, without who and why."""
    if verb == "campaign.try_again" and outcome == "done":
        return f"had batch {detail.get('batch')} tried again"
    if verb == "campaign.mop_up":
        return f"began the mop-up wave: {detail.get('sites')} come again, {detail.get('left')} are still held"
    if verb in OF_WAVES:
        done, wanted = OF_WAVES[verb]
        wave = f"wave {detail['wave']}" if "wave" in detail else "a wave"
        named = f" ({detail['name']})" if detail.get("name") else ""
        return f"{done} {wave}{named}" if outcome == "done" else f"was refused to {wanted} {wave}"
    if verb == "campaign.settle_strategy":
        return f"said that strategy {detail.get('strategy')} is {'' if detail.get('ours') else 'not '}this campaign's"
    done, wanted = VERBS.get(verb, (verb, verb))
    name = f" {detail['name']}" if detail.get("name") else ""
    return f"{done}{name}" if outcome == "done" else f"was refused to {wanted}{name}"


def why(detail: Mapping[str, Any]) -> str:
    return str(detail.get("why") or detail.get("reason") or detail.get("note") or "")
