"""The mop-up wave, made once when all else is over: sites of the plan that were held in their turn, and could run."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings

from events.log import append
from operations.campaign_facts.chain import chain, judged_after
from operations.campaign_facts.controllers import controller_facts
from operations.campaign_facts.cover import uncovered
from operations.campaign_facts.sites import CampaignSite
from operations.campaign_mop_up import was_held
from operations.campaigns.batch import End
from operations.campaigns.conduct import Phase
from operations.campaigns.eligibility import judge
from operations.campaigns.facts import ControllerFacts
from operations.campaigns.patience import NO_END, patience
from operations.campaigns.plan import PlanSite, Wave
from operations.campaigns.reasons import Reason, is_alone
from operations.campaigns.rulebook import told_limit
from operations.campaigns.waves import mop_up
from operations.choices import TargetState
from operations.engine.campaign.alike import Calendars
from operations.engine.campaign.book import OVER, Book, Site
from operations.engine.campaign.controls import OTHER_WORK, facts_now
from operations.engine.campaign.events import tell
from operations.engine.campaign.halting import CAMPAIGN
from operations.engine.campaign.records import by_parts
from operations.engine.events import target_event
from operations.models import Batch, CampaignTarget, Target
from operations.models import Wave as WaveRow
from sites.services.actors import Actor, audit

COMES_AGAIN = "in the mop-up wave: nothing stands against it any more"
LEFT = "It was still held when the mop-up wave began."


def is_due(book: Book, now: datetime) -> bool:
    """All waves are over, and somebody was held in them. Once there was a mop-up wave, there is no other."""
    if book.campaign.stop_reason or any(wave.mop_up for wave in book.waves):
        return False
    if not all(batch.state in OVER for batch in book.batches.values()):  # told without reckoning windows
        return False
    held = Target.objects.filter(operation=book.operation.pk, state=TargetState.CANCELLED, cause=End.HELD.value)
    return held.filter(in_campaign__skipped=False).exists() and book.course(now).phase is Phase.OVER


def able(book: Book, now: datetime) -> list[PlanSite]:
    """Who could run now, or soon will be told to. Reads facts of all that were held."""
    held = [pk for pk, site in book.sites.items() if _may_come(site)]
    controllers = controller_facts({book.sites[pk].row.target.controller_id or 0 for pk in held}, now)
    calendars = Calendars(book.rules)
    return [site for part in by_parts(held) for site in _able(book, part, controllers, calendars, now)]


def take_up(book: Book, sites: Sequence[PlanSite], now: datetime) -> bool:
    """Makes the wave, where there is anybody for it. In the caller's transaction, which holds the operation."""
    chosen = [site for site in sites if _may_come(book.sites[site.id])]  # people may have decided otherwise since
    if not chosen:
        return False
    wave = mop_up(book.plan, chosen, book.rules.plan_rules(now))
    _write(book, wave, now)
    left = [site for pk, site in book.sites.items() if pk not in wave.sites and was_held(site.row.target, site.row)]
    _tell_targets([site.row.target for site in left], now, message=LEFT)
    detail = {"sites": len(chosen), "left": len(left)}
    audit(Actor(CAMPAIGN, "engine"), "campaign.mop_up", f"operation:{book.operation.pk}", now, detail)
    tell(book, now, wave=wave.number, state="pending")
    return True


def _may_come(site: Site) -> bool:
    return was_held(site.row.target, site.row) and not site.row.held_by


def _able(
    book: Book, part: Sequence[int], controllers: Mapping[int, ControllerFacts], calendars: Calendars, now: datetime
) -> Iterator[PlanSite]:
    bare = uncovered(part, now, book.rules.gates.statuses_fresh)
    linked = chain(book.campaign.after_number, part)
    for pk, site in facts_now(book, part, now).items():
        reasons = judge(site.facts, book.rules.gates, controllers[site.controller_id], now) + bare.get(pk, ())
        reasons = judged_after(linked, pk, reasons, book.rules.spec)
        if _could_run(reasons):
            yield _plan_site(book, book.sites[pk], site, calendars, alone=is_alone(reasons))


def _could_run(reasons: Sequence[Reason]) -> bool:
    """What stands against it will soon be over or told anew: so long a batch waits for it."""
    against = [reason for reason in reasons if reason.stands_against]
    return not against or timedelta(0) < patience(against, OTHER_WORK / settings.SPEED) < NO_END


def _plan_site(book: Book, site: Site, facts: CampaignSite, calendars: Calendars, *, alone: bool) -> PlanSite:
    rings = tuple(name for name, members in book.plan.rings if site.cloud_id in members)
    row, calendar = site.row, calendars.of(facts.timezone, site.region, site.region_now)
    return PlanSite(
        id=site.cloud_id, name=site.name, controller=facts.controller, dcmanager_id=site.dcmanager_id, rings=rings,
        region=site.region, site_type=row.target.profile, calendar=calendar, link=row.wan_link, alone=alone,
    )  # fmt: skip


def _write(book: Book, wave: Wave, now: datetime) -> None:
    row = WaveRow.objects.create(
        campaign=book.campaign, number=wave.number, name=wave.name, soak_seconds=round(wave.soak.total_seconds()),
        failures=told_limit(wave.failures), mop_up=True,
    )  # fmt: skip
    rows = []
    for batch in wave.batches:
        controller = book.sites[batch.sites[0]].row.target.controller_id or 0
        made = Batch.objects.create(
            wave=row, controller_id=controller, number=batch.number, alone=batch.alone, max_parallel=len(batch.sites)
        )
        for pk in batch.sites:
            kept = book.sites[pk].row
            kept.planned_batch_id, kept.batch_id = kept.batch_id, made.pk
            rows.append(kept)
    CampaignTarget.objects.bulk_update(rows, ["planned_batch", "batch"], batch_size=500)
    targets = [kept.target for kept in rows]
    for target in targets:
        target.state, target.ended_at, target.error, target.cause = TargetState.READY, None, "", ""
    Target.objects.bulk_update(targets, ["state", "ended_at", "error", "cause"], batch_size=500)
    _tell_targets(targets, now, message=COMES_AGAIN)


def _tell_targets(targets: Sequence[Target], now: datetime, *, message: str) -> None:
    for target in targets:
        target.message = message
    Target.objects.bulk_update(targets, ["message"], batch_size=500)
    append(target_event(target, now) for target in targets)
