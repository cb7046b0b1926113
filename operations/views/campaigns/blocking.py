"""What keeps a campaign from going on now, each in a sentence; and what every System Controller does for it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from operations.campaign_deeds import paused
from operations.campaign_marks import BATCH_MARKS
from operations.campaign_reads import BatchSeen, WaveSeen
from operations.campaign_told import WAITING, told
from operations.campaign_words import stopped_in_words
from operations.choices import BatchState, WaveState
from operations.models import Batch, Target
from operations.standings import TO_COME
from operations.views.campaigns.inview import CampaignInView, soaks_until
from sites.standing import BrakeOn

STALE_AFTER = timedelta(minutes=3)  # a batch that waits for a window is looked at every minute
ACTIVE = (
    BatchState.HELD, BatchState.STOPPING, BatchState.RUNNING, BatchState.RESTORING, BatchState.WAITING,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Block:
    """`until`: when it ends by itself, where that is known; `since`: when it began."""

    mark: str
    text: str
    until: datetime | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lane:
    """What one System Controller does for the campaign: the batch under way, or the next. `message` is what it waits
    for or does, "" where that must not be told; `stale`: nobody has looked lately."""

    controller: str
    batch: BatchSeen
    wave: WaveSeen
    mark: str
    message: str
    stale: bool

    @property
    def active(self) -> bool:
        return self.batch.row.state in ACTIVE


def blocks(campaign: CampaignInView, brakes: tuple[BrakeOn, ...]) -> list[Block]:
    """Why no further site starts; the gravest first."""
    if campaign.over:
        return []
    found = list(_not_begun(campaign)) if campaign.planned else list(_under_way(campaign))
    found += _behind(campaign)
    return [*_braked(campaign, brakes), *found]


def lanes(campaign: CampaignInView) -> list[Lane]:
    """By System Controller, of the wave that runs; those that have nothing left in it are not named."""
    wave = campaign.wave_now
    if wave is None or not campaign.running:
        return []
    found: dict[str, BatchSeen] = {}
    for batch in wave.batches:
        name = batch.row.controller.name
        if batch.row.state in ACTIVE or (batch.row.state == BatchState.PENDING and name not in found):
            held = found.get(name)
            if held is None or held.row.state not in ACTIVE:
                found[name] = batch
    return [_lane(name, batch, wave, campaign.now) for name, batch in sorted(found.items())]


def _lane(name: str, batch: BatchSeen, wave: WaveSeen, now: datetime) -> Lane:
    message = told(batch.row.message, whole=batch.told, instead=WAITING)
    return Lane(name, batch, wave, BATCH_MARKS[batch.row.state], message, is_stale(batch.row, now))


def is_stale(batch: Batch, now: datetime) -> bool:
    """It is under way, and has not been looked at for so long that what is shown may not be so any more."""
    return batch.state in ACTIVE and batch.seen_at is not None and now - batch.seen_at > STALE_AFTER


def _not_begun(campaign: CampaignInView) -> Iterator[Block]:
    row = campaign.campaign
    if not row.approved_hash:
        yield Block("info", f"Not approved: somebody else than {row.planner_name or 'whoever planned it'} must.")
    elif row.approved_hash != campaign.operation.plan_hash:
        yield Block("warn", f"{row.approver_name} approved another plan: it has to be approved anew.")
    elif not campaign.approval_good:
        yield Block("warn", f"The approval by {row.approver_name} is over, or will be before it may begin.")
    else:
        yield Block("ok", f"Approved by {row.approver_name}: it can be started.", row.approval_expires_at)


def _under_way(campaign: CampaignInView) -> Iterator[Block]:
    row, now = campaign.campaign, campaign.now
    if row.stop_reason:
        by = stopped_in_words(row.stopped_at, row.stopped_by) or "Stopped"
        why = told(row.stop_reason, whole=campaign.whole)
        said = why if row.stopped_by and campaign.whole else f"{by}: {why}"  # who aborted it stands in the reason
        yield Block("failed", f"No further site starts, for good. {said}", since=row.stopped_at)
    if campaign.operation.held:
        who, at, reason = paused(campaign.operation.pk) or ("", None, "")
        by = f" by {who}" if who else ""
        said = f"Paused{by}: no further site starts. What runs goes on: dcmanager knows no pause."
        yield Block("warn", f"{said} {told(reason, whole=campaign.whole)}".strip(), since=at)
    if row.not_before and row.not_before > now:
        yield Block("info", "It begins later.", row.not_before)
    if row.waits_until and not row.stop_reason:
        yield Block("info", "No window is open for long enough: none of the sites to come may begin.", row.waits_until)
    if waiting := campaign.awaiting:
        by = row.planner_name or "whoever planned it"
        said = f"{waiting.row.name} waits for approval: nothing of it begins until somebody else than {by} gives it."
        yield Block("warn", said, since=waiting.row.awaits_since)
    wave = campaign.wave_now
    if wave is not None and wave.row.state == WaveState.SOAKING:
        until = soaks_until(wave)
        if until is None or until > now:
            yield Block("info", f"{wave.row.name}: soaking. New alarms there still count.", until)
        else:
            yield Block("info", campaign.operation.state_reason or f"{wave.row.name}: soaked.", since=until)


def _behind(campaign: CampaignInView) -> Iterator[Block]:
    """The campaign before comes first; an approval that would be over by then is of no use."""
    ahead, expires = campaign.waits, campaign.campaign.approval_expires_at
    if ahead is None or campaign.campaign.stop_reason:
        return
    expected = campaign.ahead_expected if campaign.ahead_expected and campaign.ahead_expected > campaign.now else None
    when = f" In nine of ten cases that is by {expected:%Y-%m-%d %H:%M} UTC." if expected else ""
    yield Block("warn" if ahead.stuck else "info", f"{campaign.ahead_why}{when}")
    if expected and campaign.campaign.approved_hash and expires is not None and expires <= expected:
        said = "The approval may be over before that: then nothing runs, and it has to be planned and approved anew."
        yield Block("warn", said, expires)


def _braked(campaign: CampaignInView, brakes: tuple[BrakeOn, ...]) -> Iterator[Block]:
    """Brakes of regions in which something is still to be done; asked only where one is on."""
    regional = {brake.region for brake in brakes if brake.region}
    here: set[str] = set()
    if regional:
        of_these = Q(region__in=regional) | Q(cloud__region__in=regional)  # that of the plan, and where it lies now
        rows = Target.objects.filter(of_these, operation=campaign.operation).exclude(in_campaign__batch=None)
        here = {region for pair in rows.values_list("region", "cloud__region").distinct() for region in pair}
    for brake in brakes:
        if not brake.region or brake.region in here:
            where = f"of {brake.region}" if brake.region else "of the whole fleet"
            yield Block("error", f"The brake {where} is on: {brake.reason} ({brake.by})")


def sites_left(wave: WaveSeen) -> int:
    return sum(wave.counts[word] for word in TO_COME)
