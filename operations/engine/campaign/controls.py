"""What people, limits and the state of the sites say about a batch now."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings

from operations.campaign_facts.chain import chain, judged_after
from operations.campaign_facts.controllers import controller_facts
from operations.campaign_facts.cover import uncovered
from operations.campaign_facts.durations import lead
from operations.campaign_facts.sites import CampaignSite, campaign_sites
from operations.campaigns.batch import Controls, Memory
from operations.campaigns.calendars import Opening
from operations.campaigns.chain import READ_BEFORE
from operations.campaigns.eligibility import judge
from operations.campaigns.patience import patience
from operations.campaigns.reasons import Reason, hold, is_alone
from operations.campaigns.rules import CampaignRules
from operations.engine.campaign.alike import alike
from operations.engine.campaign.backups import LACKING, back_up
from operations.engine.campaign.book import Book
from operations.engine.campaign.checkups import check_up, gates_now, is_near
from operations.engine.campaign.halting import STOPPED
from operations.engine.campaign.openings import ANY_TIME, Openings
from operations.engine.campaign.records import by_parts
from operations.engine.campaign.unapproved import lack_of
from operations.models import Batch
from operations.services.start import NotNowError, RefusedError
from sites.models import Brake
from sites.services.brake import FLEET, sentence
from sites.services.clouds import read_again

# How long other work at a site is waited for: about as long as a backup or a prestage may take
OTHER_WORK = timedelta(minutes=30)
JOINED = hold(
    "peer-group",
    "It joined a peer group after the plan was made, so it is not moved to another group: it takes part in a new"
    " campaign for the rest, as a strategy of its own.",
)


def controls_of(book: Book, batch: Batch, memory: Memory, room: str, now: datetime) -> Controls:
    """`room`: why limits, neighbours or waves let it not begin, as Course.drive has it."""
    members = book.members[batch.number]
    opening = ANY_TIME if memory.applied else _opening(book, batch, memory, now)
    brake = braked(book.regions(batch.number))
    unapproved = "" if memory.applied else lack_of(book, batch, now)
    against: dict[int, tuple[Reason, ...]] = {}
    refused = ""
    if not memory.applied:
        check_up(members, book.rules.gates, opening, room, now)
        gates = gates_now(book.rules.gates, opening, room)
        against = judged(book, members, now, alone=batch.alone, gates=gates)
        read_again([pk for pk, reasons in against.items() if any(each.key == READ_BEFORE for each in reasons)], now)
        stands = bool(brake or book.operation.held or book.campaign.stop_reason or memory.roster)
        if not stands and is_near(opening, room, now):
            begun, refused = _backed_up(book, against, now)
            if begun:
                against = judged(book, members, now, alone=batch.alone, gates=gates)
    held = {pk: row.hold_reason or f"Held by {row.held_by}." for pk in members if (row := book.sites[pk].row).held_by}
    awaited = {pk: patience(reasons, OTHER_WORK / settings.SPEED) for pk, reasons in against.items() if pk not in held}
    for pk, reasons in against.items():
        held.setdefault(pk, reasons[0].sentence + (refused if reasons[0].key in LACKING else ""))
    return Controls(
        paused="The campaign is on hold." if book.operation.held else unapproved,
        stop=STOPPED if book.campaign.stop_reason else "",
        brake=brake,
        room=room,
        opening=opening,
        held=held,
        patience=awaited,
        skipped=frozenset(pk for pk in members if book.sites[pk].row.skipped),
    )


def _backed_up(book: Book, against: Mapping[int, Iterable[Reason]], now: datetime) -> tuple[bool, str]:
    """Whether backups were begun now; why they were refused, which is said of each site that waits for one."""
    try:
        return back_up(book, against, now), ""
    except (RefusedError, NotNowError) as problem:
        return False, f" It could not be made: {problem}"


def _opening(book: Book, batch: Batch, memory: Memory, now: datetime) -> Opening:
    """Until it has been applied: then it is left to finish."""
    around = timedelta(0) if memory.roster else lead()
    return Openings(alike(book.rules, [batch.pk]), now, around).of(batch.number)


def judged(
    book: Book, members: Sequence[int], now: datetime, *, alone: bool, gates: CampaignRules | None = None
) -> dict[int, tuple[Reason, ...]]:
    """{site: reasons that stand against it now}, by what the collector knows; those without any are left out.
    `alone`: of a batch whose site is not moved to another group. `gates`: those of the plan, where none are given."""
    ids = {pk for site in members if (pk := book.sites[site].row.target.controller_id) is not None}
    controllers = controller_facts(ids, now)
    bare = uncovered(members, now, book.rules.gates.statuses_fresh)
    linked = chain(book.campaign.after_number, members)
    told: dict[int, tuple[Reason, ...]] = {}
    for part in by_parts(members):
        for pk, site in facts_now(book, part, now).items():
            reasons = judge(site.facts, gates or book.rules.gates, controllers[site.controller_id], now)
            reasons = judged_after(linked, pk, reasons + bare.get(pk, ()), book.rules.spec)
            against = tuple(reason for reason in reasons if reason.stands_against)
            if is_alone(reasons) and not alone:
                against = (*against, JOINED)
            if against:
                told[pk] = against
    return told


def facts_now(book: Book, members: Iterable[int], now: datetime) -> dict[int, CampaignSite]:
    """By cloud id."""
    return campaign_sites(members, now, but_for=book.operation.pk)


def braked(regions: Iterable[str]) -> str:
    """The first brake that is on for the fleet or one of these regions, as a sentence. Asked again before sending."""
    rows = Brake.objects.filter(on=True, region__in={FLEET, *regions}).order_by("region")
    return next((sentence(row) for row in rows), "")
