"""A campaign as its pages and parts share it: read once per request, within the reader's scopes."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from django.http import Http404, HttpRequest

from operations.campaign_chain import came_after
from operations.campaign_facts.chain import ahead_of
from operations.campaign_reads import WaveSeen, added, campaign_row, eligible, failed, tally, waves
from operations.campaigns.chain import Ahead
from operations.campaigns.rulebook import Rulebook
from operations.choices import ENDED_OPERATIONS, Kind, OperationState, WaveState
from operations.frozen_plans import rulebook_of
from operations.models import Campaign, Operation
from operations.standings import TO_COME, WORKED_ON, Standing
from operations.views.oppage import OperationInView, operation_in_view
from sites.middleware import PortalRequest, once


@dataclass(slots=True, kw_only=True)
class CampaignInView:
    """`counts` of the sites in scope by how they stand; `now`: of the request; `ahead`: the campaign it follows;
    `after`: the number of that, where the reader sees it."""

    seen: OperationInView
    campaign: Campaign
    book: Rulebook
    waves: list[WaveSeen]
    counts: Counter[str]
    now: datetime
    ahead: Ahead | None = None
    after: int | None = None

    @property
    def operation(self) -> Operation:
        return self.seen.operation

    @property
    def whole(self) -> bool:
        """The reader sees all of its sites, so also sentences that may name any of them."""
        return self.seen.whole

    @property
    def planned(self) -> bool:
        return self.operation.state == OperationState.PLANNED

    @property
    def running(self) -> bool:
        return self.operation.state == OperationState.PROCESSING

    @property
    def over(self) -> bool:
        return self.operation.state in ENDED_OPERATIONS

    @property
    def sites(self) -> int:
        return eligible(self.counts)

    @property
    def at_work(self) -> int:
        return self.counts[Standing.RUNNING]

    @property
    def to_come(self) -> int:
        return sum(self.counts[word] for word in TO_COME)

    @property
    def worked_on(self) -> int:
        return sum(self.counts[word] for word in WORKED_ON)

    @property
    def failed(self) -> int:
        return failed(self.counts)

    @property
    def awaiting(self) -> WaveSeen | None:
        """The wave that waits for an approval of its own."""
        if not self.running or self.campaign.stop_reason:
            return None
        return next((wave for wave in self.waves if wave.row.state == WaveState.AWAITING), None)

    @property
    def wave_now(self) -> WaveSeen | None:
        """The one that runs, soaks or waits for approval, else the first to come."""
        under_way = (WaveState.RUNNING, WaveState.SOAKING, WaveState.AWAITING)
        found = next((wave for wave in self.waves if wave.row.state in under_way), None)
        return found or next((wave for wave in self.waves if wave.row.state == WaveState.PENDING), None)

    @property
    def waits(self) -> Ahead | None:
        """The campaign before, while it keeps this one from beginning."""
        begun = any(wave.row.started_at or wave.row.ended_at for wave in self.waves)
        if self.over or begun or self.campaign.begin_anyway_at or self.ahead is None or not self.ahead.why:
            return None
        return self.ahead

    @property
    def ahead_why(self) -> str:
        """What it waits for: the campaign before, with its number and state where the reader sees that one."""
        if self.waits is None:
            return ""
        return self.waits.why if self.after is None else self.waits.why_named

    @property
    def ahead_expected(self) -> datetime | None:
        """When the campaign before is likely to end, where the reader sees that one."""
        return self.waits.expected_at if self.waits is not None and self.after is not None else None

    @property
    def approval_good(self) -> bool:
        """An approval of the plan that stands, that has not expired before it may begin."""
        expires = self.campaign.approval_expires_at
        fits = bool(self.campaign.approved_hash) and self.campaign.approved_hash == self.operation.plan_hash
        return fits and expires is not None and expires > max(self.now, self.campaign.not_before or self.now)


def campaign_in_view(request: HttpRequest, pk: int) -> CampaignInView:
    """Raises Http404 where it is no campaign, or none of its sites is in scope. Five queries, and
    three where it follows another."""
    return once(request, ("campaign", pk), lambda: _read(cast(PortalRequest, request), pk))


def _read(request: PortalRequest, pk: int) -> CampaignInView:
    seen = operation_in_view(request, pk)
    if seen.operation.kind != Kind.CAMPAIGN:
        raise Http404("This operation is no campaign.")
    campaign = campaign_row(pk)
    counted = tally(request.scopes, pk)
    return CampaignInView(
        seen=seen, campaign=campaign, book=rulebook_of(campaign), waves=waves(request.scopes, pk, counted),
        counts=added(counted.values()), now=request.now, ahead=ahead_of(campaign),
        after=came_after(request.scopes, campaign),
    )  # fmt: skip


def soaks_until(wave: WaveSeen) -> datetime | None:
    """When the time of its soak is over: the same for every reader, whichever of its batches are in scope."""
    since = wave.row.soaking_since
    return None if since is None else since + timedelta(seconds=wave.row.soak_seconds)
