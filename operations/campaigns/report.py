"""The report for the change board: what was planned and approved, what ran when, what failed, what people decided.

Plain data that JSON and pages take as it is; report_sheet.py makes rows for a spreadsheet of it. Nothing in it is
reckoned from a guess: what is not known is null, and is told as such.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from operations.campaigns.batch import End
from operations.campaigns.facts import AlarmKey
from operations.campaigns.plan import Plan, canonical

FAILED = (End.FAILED, End.GONE)
WITHOUT = (End.NOT_RUN, End.HELD, End.SKIPPED)  # nothing was done there


@dataclass(frozen=True, slots=True)
class Approval:
    """`hash`: of the plan that was approved. `stands`: it was neither taken back nor replaced. `wave`: number of the
    one that it is for; None: the plan, with its first wave."""

    who: str
    at: datetime
    hash: str
    expires_at: datetime | None = None
    note: str = ""
    stands: bool = True
    wave: int | None = None


@dataclass(frozen=True, slots=True)
class SiteReport:
    """What became of one site. `end` None: it is not over yet. Alarms None: they were not read then.

    `finished_at`: when its step ended; `ended_at`: when it had been checked afterwards. `standing`: how it stands in
    the page's words. `said_by` and `said`: who holds, skipped or excused it, and why.
    """

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
    new_alarms: tuple[AlarmKey, ...] | None = None
    finished_at: datetime | None = None
    standing: str = ""
    said_by: str = ""
    said: str = ""
    excused: bool = False

    @property
    def failed(self) -> bool:
        """Also where a new alarm says so. Whether it counts is another question: it may have been excused."""
        return self.end in FAILED or bool(self.new_alarms)

    @property
    def minutes(self) -> float | None:
        """Of work, as far as its step told; else until it had its end."""
        over = self.finished_at or self.ended_at
        return round((over - self.began_at).total_seconds() / 60, 1) if self.began_at and over else None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A site that was chosen and could not take part, with why."""

    name: str
    controller: str
    region: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Happening:
    """What people decided: approvals, hold, skip, pause, excuse, abort, an answer to a question; and the brake.
    `refused`: they were not allowed to."""

    at: datetime
    who: str
    what: str
    subject: str = ""
    reason: str = ""
    refused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignFacts:
    """All that is recorded of a campaign, as far as whoever reads it may see.

    `hash`: the recorded one, which is what was approved; `intact`: the rows still come to it. `in_words`: what it
    does and by which rules, as (term, text). `stopped_by`: who aborted it, "" where it halted itself. `own_approvals`:
    numbers of waves that need one each. `out_of_scope` and `untold`: how many sites and decisions there are beside
    those that are told.
    """

    title: str
    reason: str
    requester: str
    requested_at: datetime
    plan: Plan
    hash: str
    as_of: datetime
    number: int = 0
    planner: str = ""
    planned_at: datetime | None = None
    intact: bool | None = None
    in_words: tuple[tuple[str, str], ...] = ()
    approvals: tuple[Approval, ...] = ()
    own_approvals: frozenset[int] = frozenset()
    started_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: str = ""
    over: bool = False
    stop_reason: str = ""
    stopped_at: datetime | None = None
    stopped_by: str = ""
    follows: int | None = None
    after: int | None = None
    begin_anyway_by: str = ""
    sites: tuple[SiteReport, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    happenings: tuple[Happening, ...] = ()
    out_of_scope: int = 0
    untold: int = 0


def report(facts: CampaignFacts) -> dict[str, Any]:
    """JSON-ready; the same facts give the same report. Times are ISO 8601 in UTC."""
    sites = sorted(facts.sites, key=lambda site: (site.wave, site.batch or 0, site.name))
    waves = [_wave(wave.number, wave.name, sites) | _approved(wave.number, facts) for wave in facts.plan.waves]
    return {
        "campaign": facts.number,
        "title": facts.title,
        "reason": facts.reason,
        "requester": facts.requester,
        "requested_at": _time(facts.requested_at),
        "follows": facts.follows,
        "after": facts.after,
        "begin_anyway_by": facts.begin_anyway_by,
        "as_of": _time(facts.as_of),
        "over": facts.over,
        "outcome": facts.outcome,
        "started_at": _time(facts.started_at),
        "ended_at": _time(facts.ended_at),
        "stop_reason": facts.stop_reason,
        "stopped_at": _time(facts.stopped_at),
        "stopped_by": facts.stopped_by,
        "plan": _plan(facts, len(sites)),
        "approvals": [_approval(each, facts) for each in facts.approvals],
        "summary": _summary(sites) | {"left_out": len(facts.left_out), "out_of_scope": facts.out_of_scope},
        "waves": [wave for wave in waves if wave["sites"] or not facts.out_of_scope],
        "failures": [_failure(site) for site in sites if site.failed],
        "exceptions": [_exception(site) for site in sites if _is_exception(site, facts)],
        "left_out": [_left_out(each) for each in sorted(facts.left_out, key=lambda each: each.name)],
        "decisions": [_decision(each) for each in sorted(facts.happenings, key=lambda each: each.at)],
        "decisions_out_of_scope": facts.untold,
        "sites": [_site(site) for site in sites],
    }


def _plan(facts: CampaignFacts, sites: int) -> dict[str, Any]:
    plan = facts.plan
    return {
        "hash": facts.hash,
        "intact": facts.intact,
        "planner": facts.planner,
        "planned_at": _time(facts.planned_at),
        "strategy": {name: value for name, value in canonical(plan.spec).items() if value not in ("", False)},
        "limits": canonical(plan.limits),
        "failures": canonical(plan.failures),
        "windows": [window.told for window in plan.windows],
        "in_words": [{"term": term, "text": text} for term, text in facts.in_words],
        "sites": sites,
    }


def _approval(approval: Approval, facts: CampaignFacts) -> dict[str, Any]:
    """With what is wrong about it, if anything: the board must see that, not only the auditor."""
    problems = []
    if approval.hash != facts.hash:
        problems.append("It was given for another plan.")
    if approval.who in (facts.requester, facts.planner):
        problems.append("Whoever asked for or planned it approved the own plan.")
    if approval.wave is not None and not approval.stands:
        problems.append("It expired before anything of its wave ran.")
    if approval.wave is None and approval.expires_at and facts.started_at and approval.expires_at < facts.started_at:
        problems.append("It had expired when the campaign began.")
    return {
        "wave": approval.wave, "who": approval.who, "at": _time(approval.at), "hash": approval.hash,
        "note": approval.note, "expires_at": _time(approval.expires_at), "stands": approval.stands,
        "problems": problems,
    }  # fmt: skip


def _summary(sites: Sequence[SiteReport]) -> dict[str, Any]:
    """How many sites have each end; those that are not over yet are "open". Minutes are of those that were done."""
    count = Counter(site.end.value if site.end else "open" for site in sites)
    minutes = [site.minutes for site in sites if site.end is End.DONE and site.minutes is not None]
    return (
        {"sites": len(sites)}
        | {end.value.replace("-", "_"): count[end.value] for end in End}
        | {
            "open": count["open"],
            "without": sum(count[end.value] for end in WITHOUT),
            "with_new_alarms": sum(bool(site.new_alarms) for site in sites),
            "excused": sum(site.excused for site in sites),
            "count_as_failed": sum(site.failed and not site.excused for site in sites),
            "median_minutes": round(median(minutes), 1) if minutes else None,
            "longest_minutes": max(minutes, default=None),
        }
    )


def _wave(number: int, name: str, sites: Iterable[SiteReport]) -> dict[str, Any]:
    own = [site for site in sites if site.wave == number]
    began = [site.began_at for site in own if site.began_at]
    ended = [site.ended_at for site in own if site.ended_at]
    return {
        "number": number, "name": name, "began_at": _time(min(began, default=None)),
        "ended_at": _time(max(ended)) if ended and len(ended) == len(own) else None, **_summary(own),
    }  # fmt: skip


def _approved(number: int, facts: CampaignFacts) -> dict[str, Any]:
    """By whom and when a wave was approved that needs it; of others neither is told."""
    given = next((each for each in facts.approvals if each.wave == number and each.stands), None)
    return {
        "own_approval": number in facts.own_approvals, "approved_by": given.who if given else "",
        "approved_at": _time(given.at) if given else None,
    }  # fmt: skip


def _site(site: SiteReport) -> dict[str, Any]:
    return {
        "name": site.name, "controller": site.controller, "region": site.region, "wave": site.wave,
        "batch": site.batch, "end": site.end.value if site.end else None, "standing": site.standing,
        "began_at": _time(site.began_at), "finished_at": _time(site.finished_at), "ended_at": _time(site.ended_at),
        "minutes": site.minutes, "state": site.state, "error": site.error,
        "alarms_before": _alarms(site.alarms_before), "alarms_after": _alarms(site.alarms_after),
        "new_alarms": _alarms(site.new_alarms), "said_by": site.said_by, "said": site.said, "excused": site.excused,
    }  # fmt: skip


def _failure(site: SiteReport) -> dict[str, Any]:
    return {
        "name": site.name, "wave": site.wave, "batch": site.batch, "error": site.error, "state": site.state,
        "new_alarms": _alarms(site.new_alarms), "excused": site.excused, "said_by": site.said_by, "said": site.said,
    }  # fmt: skip


def _is_exception(site: SiteReport, facts: CampaignFacts) -> bool:
    """Of a campaign that was stopped, those that did not get their turn are a number, not exceptions."""
    if site.end is End.NOT_RUN:
        return bool(site.said_by or site.alarms_before is not None or not facts.stop_reason)
    return bool(site.said_by or site.end in (End.HELD, End.SKIPPED))


def _exception(site: SiteReport) -> dict[str, Any]:
    return {
        "name": site.name, "wave": site.wave, "standing": site.standing, "who": site.said_by,
        "reason": site.said or site.error,
    }  # fmt: skip


def _left_out(each: LeftOut) -> dict[str, Any]:
    return {
        "name": each.name, "controller": each.controller, "region": each.region, "reasons": list(each.reasons),
    }  # fmt: skip


def _decision(each: Happening) -> dict[str, Any]:
    return {
        "at": _time(each.at), "who": each.who, "what": each.what, "subject": each.subject, "reason": each.reason,
        "refused": each.refused,
    }  # fmt: skip


def _alarms(alarms: Iterable[AlarmKey] | None) -> list[str] | None:
    return None if alarms is None else [str(alarm) for alarm in sorted(alarms)]


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")
