"""The report for the change board: what was planned and approved, what ran when, what failed, what people decided.

Plain data that JSON and pages take as it is, and rows for a spreadsheet. Nothing in it is reckoned from a guess: what
is not known is null, and is told as such.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from operations.campaigns.batch import End
from operations.campaigns.facts import AlarmKey
from operations.campaigns.plan import Plan, canonical, plan_hash
from operations.campaigns.safe_cells import row


@dataclass(frozen=True, slots=True)
class Approval:
    """`hash`: of the plan that was approved."""

    who: str
    at: datetime
    hash: str
    expires_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class SiteReport:
    """What became of one site. `end` None: it is not over yet. Alarms None: they were not read then."""

    name: str
    controller: str
    region: str
    wave: int
    batch: int | None
    end: End | None = None
    began_at: datetime | None = None
    ended_at: datetime | None = None
    state: str = ""
    error: str = ""
    alarms_before: tuple[AlarmKey, ...] | None = None
    alarms_after: tuple[AlarmKey, ...] | None = None
    new_alarms: tuple[AlarmKey, ...] = ()


@dataclass(frozen=True, slots=True)
class Happening:
    """What people decided while it ran: hold, skip, pause, excuse, abort, an answer to a question; and the brake."""

    at: datetime
    who: str
    what: str
    subject: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignFacts:
    """All that is recorded of a campaign."""

    title: str
    reason: str
    requester: str
    requested_at: datetime
    plan: Plan
    approvals: tuple[Approval, ...] = ()
    started_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: str = ""
    stop_reason: str = ""
    sites: tuple[SiteReport, ...] = ()
    happenings: tuple[Happening, ...] = ()


def report(facts: CampaignFacts) -> dict[str, Any]:
    """JSON-ready; the same facts give the same report. Times are ISO 8601 in UTC."""
    told = plan_hash(facts.plan)
    sites = sorted(facts.sites, key=lambda site: (site.wave, site.batch or 0, site.name))
    failed = [site for site in sites if site.end is End.FAILED]
    return {
        "title": facts.title,
        "reason": facts.reason,
        "requester": facts.requester,
        "requested_at": _time(facts.requested_at),
        "started_at": _time(facts.started_at),
        "ended_at": _time(facts.ended_at),
        "outcome": facts.outcome,
        "stop_reason": facts.stop_reason,
        "plan": _plan(facts.plan, told),
        "approvals": [_approval(each, told, facts) for each in facts.approvals],
        "summary": _summary(sites),
        "waves": [_wave(wave.number, wave.name, sites) for wave in facts.plan.waves],
        "sites": [_site(site) for site in sites],
        "failures": [
            {"name": site.name, "wave": site.wave, "error": site.error, "new_alarms": _alarms(site.new_alarms)}
            for site in failed
        ],
        "exceptions": [
            {"at": _time(each.at), "who": each.who, "what": each.what, "subject": each.subject, "reason": each.reason}
            for each in sorted(facts.happenings, key=lambda each: (each.at, each.who, each.what, each.subject))
        ],
    }


HEADER = (
    "site", "controller", "region", "wave", "batch", "result", "began (UTC)", "ended (UTC)", "minutes", "last step",
    "error", "alarms before", "alarms after", "new alarms",
)  # fmt: skip


def csv_rows(facts: CampaignFacts) -> list[list[str]]:
    """The header and one row for each site, in the order of the report; no cell can be taken for a formula."""
    return [row(HEADER), *(row(_cells(site)) for site in report(facts)["sites"])]


def _cells(site: Mapping[str, Any]) -> tuple[object, ...]:
    return (
        site["name"], site["controller"], site["region"], site["wave"], site["batch"], site["end"], site["began_at"],
        site["ended_at"], site["minutes"], site["state"], site["error"], _listed(site["alarms_before"]),
        _listed(site["alarms_after"]), _listed(site["new_alarms"]),
    )  # fmt: skip


def _plan(plan: Plan, told: str) -> dict[str, Any]:
    return {
        "hash": told,
        "strategy": {name: value for name, value in canonical(plan.spec).items() if value not in ("", False)},
        "limits": canonical(plan.limits),
        "failures": canonical(plan.failures),
        "windows": [window.told for window in plan.windows],
        "sites": len(plan.roster),
        "waves": [
            {"number": wave.number, "name": wave.name, "batches": len(wave.batches), "sites": len(wave.sites)}
            for wave in plan.waves
        ],
    }


def _approval(approval: Approval, told: str, facts: CampaignFacts) -> dict[str, Any]:
    """With what is wrong about it, if anything: the board must see that, not only the auditor."""
    problems = []
    if approval.hash != told:
        problems.append("It was given for another plan.")
    if approval.who == facts.requester:
        problems.append("The requester approved the own plan.")
    if approval.expires_at and facts.started_at and approval.expires_at < facts.started_at:
        problems.append("It had expired when the campaign began.")
    return {
        "who": approval.who, "at": _time(approval.at), "hash": approval.hash, "note": approval.note,
        "expires_at": _time(approval.expires_at), "problems": problems,
    }  # fmt: skip


def _summary(sites: Sequence[SiteReport]) -> dict[str, int]:
    """How many sites have each end; those that are not over yet are "open"."""
    count = Counter(site.end.value if site.end else "open" for site in sites)
    return {"sites": len(sites)} | {name: count[name] for name in (*(end.value for end in End), "open")}


def _wave(number: int, name: str, sites: Iterable[SiteReport]) -> dict[str, Any]:
    own = [site for site in sites if site.wave == number]
    began = [site.began_at for site in own if site.began_at]
    ended = [site.ended_at for site in own if site.ended_at]
    return {
        "number": number, "name": name, "began_at": _time(min(began, default=None)),
        "ended_at": _time(max(ended, default=None)), **_summary(own),
    }  # fmt: skip


def _site(site: SiteReport) -> dict[str, Any]:
    minutes = None
    if site.began_at and site.ended_at:
        minutes = round((site.ended_at - site.began_at).total_seconds() / 60, 1)
    return {
        "name": site.name, "controller": site.controller, "region": site.region, "wave": site.wave,
        "batch": site.batch, "end": site.end.value if site.end else None, "began_at": _time(site.began_at),
        "ended_at": _time(site.ended_at), "minutes": minutes, "state": site.state, "error": site.error,
        "alarms_before": _alarms(site.alarms_before), "alarms_after": _alarms(site.alarms_after),
        "new_alarms": _alarms(site.new_alarms),
    }  # fmt: skip


def _alarms(alarms: Iterable[AlarmKey] | None) -> list[str] | None:
    return None if alarms is None else [str(alarm) for alarm in sorted(alarms)]


def _listed(alarms: Sequence[str] | None) -> str:
    return "not read" if alarms is None else "; ".join(alarms)


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")
