"""A proposal as the preview shows it: who takes part and why not, waves against time, when windows open, warnings."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from operations.campaign_facts.calendar import freezes
from operations.campaign_mop_up import RULE
from operations.campaign_reason_words import in_words
from operations.campaigns.calendars import calendar_of
from operations.campaigns.chain import link_in_words
from operations.campaigns.plan import Wave
from operations.campaigns.site_time import site_zone
from operations.services.proposals import HELD, INELIGIBLE, Judged, Proposal, tally
from operations.views.campaigns.spans import Row, next_spans

NAMED = 60  # sites that are listed below one reason
ZONES = 6
WORDS = {INELIGIBLE: ("none", "take no part"), HELD: ("warn", "wait until it clears")}


@dataclass(frozen=True, slots=True)
class Grounds:
    """Sites against which a reason stands, each once with its sentences; `more` of them are not listed."""

    key: str
    word: str
    mark: str
    count: int
    sites: list[tuple[str, str]]
    more: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A wave against time: `x` and `width` in percent of all of it, None where it never ends."""

    name: str
    sites: int
    batches: list[tuple[str, list[int]]]
    begins: datetime | None
    ends: datetime | None
    x: str
    width: str


@dataclass(frozen=True, slots=True)
class ZoneSpans:
    """`spans`: in that zone's time, in UTC ("" where it is the same), and what a change of clocks does to it."""

    zone: str
    sites: int
    note: str
    spans: list[Row]


def proposed(proposal: Proposal, now: datetime) -> dict[str, Any]:
    counts = tally(proposal.judged)
    return {
        "counts": counts, "grounds": grounds(proposal.judged), "bars": bars(proposal, now),
        **zones(proposal, now), "costs": proposal.costs[:4], "eta": proposal.eta,
        "findings": proposal.eta.findings, "eta_note": proposal.eta_note, "warnings": proposal.warnings,
        "linked": link_in_words(proposal.ahead.number) if proposal.ahead else None,
        "outages": proposal.outages, "batches": len(list(proposal.plan.batches)), "mop_up": RULE,
    }  # fmt: skip


def grounds(judged: Iterable[Judged]) -> list[tuple[str, str, list[Grounds]]]:
    """[(verdict, what that means, its reasons)]; a site stands below each reason of its own."""
    found: dict[str, dict[str, dict[str, list[str]]]] = {INELIGIBLE: {}, HELD: {}}
    for each in judged:
        for reason in each.reasons if each.verdict in found else ():
            if reason.stands_against:
                by_site = found[each.verdict].setdefault(reason.key, {})
                by_site.setdefault(each.site.facts.name, []).append(reason.sentence)
    return [
        (verdict, WORDS[verdict][1], _ordered(WORDS[verdict][0], by_key)) for verdict, by_key in found.items() if by_key
    ]


def _ordered(mark: str, by_key: dict[str, dict[str, list[str]]]) -> list[Grounds]:
    found = []
    for key, sites in sorted(by_key.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        named = [(name, " ".join(said)) for name, said in islice(sites.items(), NAMED)]
        found.append(Grounds(key, in_words(key), mark, len(sites), named, max(0, len(sites) - NAMED)))
    return found


def bars(proposal: Proposal, now: datetime) -> list[Bar]:
    """Waves in order, from when it may begin to when the last has soaked."""
    begin = max(now, proposal.not_before or now)
    ends = {wave.number: wave for wave in proposal.eta.waves}
    until = max([begin + timedelta(minutes=1), *(wave.ends for wave in proposal.eta.waves)])
    whole = (until - begin) / timedelta(seconds=1)
    found = []
    for wave in proposal.plan.waves:
        told = ends.get(wave.number)
        at = told.begins if told else None
        x = 100 * (at - begin).total_seconds() / whole if at else 0
        wide = max(0.6, 100 * (told.ends - at).total_seconds() / whole) if told and at else 0
        width = f"{min(wide, 100 - x):.2f}"
        over = told.ends if told else None
        found.append(Bar(wave.name, len(wave.sites), _by_controller(wave), at, over, f"{x:.2f}", width))
    return found


def _by_controller(wave: Wave) -> list[tuple[str, list[int]]]:
    found: dict[str, list[int]] = {}
    for batch in wave.batches:
        found.setdefault(batch.controller, []).append(len(batch.sites))
    return sorted(found.items())


def zones(proposal: Proposal, now: datetime) -> dict[str, Any]:
    """When the windows open next, in the zones that most sites are in, and how many sites and zones are not listed;
    none where it may run at any time."""
    book = proposal.book
    if not book.windows:
        return {}
    count = Counter(site_zone(each.site.timezone, book.default_zone) for each in proposal.judged if each.takes_part)
    frozen, begin = freezes(), max(now, proposal.not_before or now)
    found = []
    for told, sites in count.most_common(ZONES):
        calendar = calendar_of(told.zone, "", book.windows, frozen)
        found.append(ZoneSpans(told.zone.key, sites, told.note, next_spans(calendar, begin)))
    rest = count.total() - sum(each.sites for each in found)
    return {"zones": found, "zones_more": len(count) - len(found), "zones_rest": rest}
