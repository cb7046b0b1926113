"""What a campaign would do: who takes part and who does not, with every reason; waves and batches; what costs most."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from operations.campaign_facts.calendar import freezes
from operations.campaign_facts.chain import chain, judged_after
from operations.campaign_facts.controllers import controller_facts
from operations.campaign_facts.cover import uncovered
from operations.campaign_facts.durations import durations_of, lead
from operations.campaign_facts.sites import CampaignSite, campaign_sites, neighbours
from operations.campaign_outages import outages
from operations.campaigns.approvals import Approvals
from operations.campaigns.calendars import Freeze, calendar_of
from operations.campaigns.chain import Ahead, notes
from operations.campaigns.constraints import Cost, costs
from operations.campaigns.eligibility import judge
from operations.campaigns.eta import Eta, estimate
from operations.campaigns.idle_rules import idle_rules
from operations.campaigns.patience import is_soon_told
from operations.campaigns.plan import Plan, PlanSite, plan_hash
from operations.campaigns.reasons import Reason, is_alone, is_eligible, is_held
from operations.campaigns.rulebook import Rulebook, told_rules, told_spec
from operations.campaigns.site_time import site_zone
from operations.campaigns.waves import make_plan
from operations.wave_approvals import LATER_APPROVALS

ELIGIBLE, HELD, INELIGIBLE = "eligible", "held", "ineligible"


@dataclass(frozen=True, slots=True)
class Judged:
    """A site with everything that stands against it now, or makes it run alone."""

    site: CampaignSite
    reasons: tuple[Reason, ...]

    @property
    def verdict(self) -> str:
        """Held: all that stands against it may clear, so it takes part and waits when its turn comes."""
        if is_eligible(self.reasons):
            return ELIGIBLE
        return HELD if is_held(self.reasons) else INELIGIBLE

    @property
    def takes_part(self) -> bool:
        return self.verdict != INELIGIBLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """`judged` by name. `eta` is reckoned from the moment it may begin at the soonest. `hash` covers all that would
    change what is done: rules, plan, and when it may begin. `pending`: sites that would take part and are being asked
    for their health, so that their verdicts may change soon; only a preview tells."""

    book: Rulebook
    judged: tuple[Judged, ...]
    plan: Plan
    costs: tuple[Cost, ...]
    eta: Eta
    warnings: tuple[str, ...]
    not_before: datetime | None
    judged_at: datetime
    outages: tuple[str, ...] = ()
    pending: int = 0
    ahead: Ahead | None = None

    @property
    def hash(self) -> str:
        after = self.ahead.number if self.ahead else None
        return campaign_hash(self.plan, self.book, self.not_before, after)

    @property
    def hardest(self) -> str:
        return self.costs[0].sentence if self.costs else ""

    @property
    def eta_note(self) -> str:
        waits = self.book.approvals is Approvals.EACH_WAVE and len(self.plan.waves) > 1
        return (LATER_APPROVALS if waits else "") + self.eta.note(len(self.plan.roster))


def propose(
    book: Rulebook,
    cloud_ids: Iterable[int],
    now: datetime,
    *,
    not_before: datetime | None = None,
    after: int | None = None,
    but_for: int | None = None,
) -> Proposal:
    """At most 23 queries for any number of sites, and seven where it is to begin `after` another campaign. `but_for`:
    the operation whose plan this is, if there is one already.

    The caller has read the clouds within the user's scopes.
    """
    sites = campaign_sites(cloud_ids, now, but_for=but_for, with_removed=True)
    controllers = controller_facts({site.controller_id for site in sites.values()}, now)
    bare = uncovered(sites, now, book.gates.statuses_fresh)
    linked = chain(after, sites)
    judged = tuple(
        Judged(site, judged_after(linked, site.id, reasons, book.spec))
        for site in sorted(sites.values(), key=lambda site: (site.facts.name, site.id))
        for reasons in [judge(site.facts, book.gates, controllers[site.controller_id], now) + bare.get(site.id, ())]
    )
    frozen, taking_part = freezes(), [each for each in judged if each.takes_part]
    planned = [_plan_site(each, book, frozen) for each in taking_part]
    ahead = linked.ahead if linked else None
    begins = max(now, not_before or now, (ahead and ahead.expected_at) or now)
    rules = book.plan_rules(begins, neighbours(each.site.id for each in taking_part))
    plan = make_plan(planned, rules, {each.site.id: each.site.facts.name for each in judged})
    eta = estimate(plan, planned, durations_of((each.site for each in taking_part), book.spec), begins, lead())
    kinds = Counter(each.site.site_type for each in taking_part)
    findings = (finding.sentence for finding in eta.findings)
    idle = idle_rules(book.limits, book.waves, planned)
    return Proposal(
        book=book, judged=judged, plan=plan, costs=costs(planned, rules), eta=eta, not_before=not_before,
        judged_at=now,
        warnings=(*findings, *plan.warnings, *idle, *_zone_notes(taking_part, book), *notes(ahead, book.spec)),
        outages=tuple(outages(book.spec, kinds)), ahead=ahead,
    )  # fmt: skip


def campaign_hash(plan: Plan, book: Rulebook, not_before: datetime | None, after: int | None = None) -> str:
    """SHA-256 in hex. A plan that follows no other campaign has the hash it had before there were chains."""
    told = [plan_hash(plan), told_spec(book.spec), told_rules(book), not_before and not_before.timestamp()]
    if after is not None:
        told.append({"after": after})
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def tally(judged: Iterable[Judged]) -> dict[str, int]:
    """How many there are of each verdict, and how many run alone."""
    rows = list(judged)
    verdicts = Counter(each.verdict for each in rows)
    return {
        "chosen": len(rows),
        **{verdict: verdicts[verdict] for verdict in (ELIGIBLE, HELD, INELIGIBLE)},
        "alone": sum(each.takes_part and is_alone(each.reasons) for each in rows),
    }


def _plan_site(judged: Judged, book: Rulebook, frozen: tuple[Freeze, ...]) -> PlanSite:
    site = judged.site
    zone = site_zone(site.timezone, book.default_zone).zone
    return PlanSite(
        id=site.id, name=site.facts.name, controller=site.controller, dcmanager_id=site.dcmanager_id,
        region=site.region, site_type=site.site_type, calendar=calendar_of(zone, site.region, book.windows, frozen),
        link=site.wan_link, labels=site.labels, rings=(site.ring,) if site.ring else (),
        alone=is_alone(judged.reasons), held=judged.verdict == HELD and not is_soon_told(judged.reasons),
    )  # fmt: skip


def _zone_notes(judged: Iterable[Judged], book: Rulebook) -> list[str]:
    """How many sites' windows are reckoned in a zone that they did not tell."""
    if not book.windows:
        return []
    notes: Mapping[str, int] = Counter(site_zone(each.site.timezone, book.default_zone).note for each in judged)
    return [f"{count} of the sites: {note}" for note, count in sorted(notes.items()) if note]
