"""Who approved a campaign, and what people decided while it stood: out of the audit, which keeps what rows forget."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from events.models import AuditEntry
from operations.campaign_deeds import TURNS, deed, entries_of, why
from operations.campaigns.report import Approval, Happening
from operations.models import Campaign, Operation, Wave

FLEET = "brake:fleet"
FIELDS = ("at", "actor", "verb", "subject", "outcome", "detail")
MOST_BRAKES = 500
OF_APPROVAL = ("campaign.approve", "campaign.approve_wave")
Entry = Mapping[str, Any]
Given = tuple[str, datetime | None]  # by whom, and when


@dataclass(frozen=True, slots=True)
class Decisions:
    """`untold`: how many there are beside, about what is out of scope or about the whole."""

    told: tuple[Happening, ...]
    untold: int


def entries_about(operation_id: int) -> list[Entry]:
    """All that the audit has, the oldest first. One query."""
    return list(entries_of(operation_id).order_by("id").values(*FIELDS))


def decisions(
    operation: Operation, entries: Sequence[Entry], sites: Mapping[int, Entry], now: datetime, *, whole: bool
) -> Decisions:
    """`sites`: those in scope, by target. What was said of the whole campaign may name any of its sites, so only
    whoever sees all of them reads it; when it was started, paused or ended and by whom, and the brakes, are for
    everybody. One query."""
    mine = {f"target:{pk}" for pk in sites}
    told = [entry if whole or entry["subject"] in mine else {**entry, "detail": {}} for entry in entries
            if whole or entry["subject"] in mine or is_turn(entry)]  # fmt: skip
    brakes = _brakes(operation, {row["region"] for row in sites.values()}, now)
    return Decisions(tuple(_happening(entry, sites) for entry in (*told, *brakes)), len(entries) - len(told))


def is_turn(entry: Entry) -> bool:
    return entry["outcome"] == "done" and entry["verb"] in TURNS


def approvals(campaign: Campaign, entries: Sequence[Entry], waves: Sequence[Wave] = ()) -> Iterator[Approval]:
    """All that were ever given, also those that were taken back or were for another plan; of the plan, and of each of
    `waves`, those that need one of their own."""
    rows = [row for row in entries if row["verb"] in OF_APPROVAL and row["outcome"] == "done"]
    standing: dict[int | None, Given] = {None: (campaign.approver_name, campaign.approved_at)}
    standing |= {wave.number: (wave.approver_name, wave.approved_at) for wave in waves}
    known = False
    for row in rows:
        detail = row["detail"]
        number = detail.get("wave") if row["verb"] == OF_APPROVAL[1] else None
        stands = (row["actor"], row["at"]) == standing.get(number)
        known |= stands and number is None
        expires = parse_datetime(str(detail.get("expires", ""))) if detail.get("expires") else None
        yield Approval(
            row["actor"], row["at"], str(detail.get("plan_hash", "")), expires, str(detail.get("note", "")), stands,
            number,
        )  # fmt: skip
    if campaign.approved_hash and campaign.approved_at is not None and not known:
        yield Approval(
            campaign.approver_name, campaign.approved_at, campaign.approved_hash, campaign.approval_expires_at,
            campaign.approval_note,
        )  # fmt: skip


def _brakes(operation: Operation, regions: set[str], now: datetime) -> list[Entry]:
    """The brakes that concerned its sites while it ran, and those that were on when it began. One query."""
    began = operation.started_at
    if began is None:
        return []
    subjects = {FLEET, *(f"brake:{region}" for region in regions if region)}
    rows = AuditEntry.objects.filter(subject__in=subjects, verb__in=("brake.pull", "brake.release"), outcome="done")
    found = rows.filter(at__lte=operation.ended_at or now).order_by("-id").values(*FIELDS)[:MOST_BRAKES]
    during, standing = [], dict[str, Entry]()
    for entry in reversed(found):
        if entry["at"] >= began:
            during.append(entry)
        else:
            standing[entry["subject"]] = entry
    return [*(entry for entry in standing.values() if entry["verb"] == "brake.pull"), *during]


def _happening(entry: Entry, sites: Mapping[int, Entry]) -> Happening:
    kind, _, key = entry["subject"].partition(":")
    subject = ""
    if kind == "target":
        row = sites.get(int(key)) if key.isdecimal() else None
        subject = row["name"] if row else ""
    elif kind == "brake":
        subject = "whole fleet" if key == "fleet" else key
    what = deed(entry["verb"], entry["outcome"], {} if subject and kind == "target" else entry["detail"])
    return Happening(entry["at"], entry["actor"], what, subject, why(entry["detail"]), entry["outcome"] != "done")
