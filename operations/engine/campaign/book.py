"""A campaign's rows as the values that operations/campaigns decides from: a few queries, and of sites no more than what
is asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, cached_property

from operations.campaign_facts.beside import beside
from operations.campaign_facts.durations import lead
from operations.campaigns.conduct import BatchState as Stage
from operations.campaigns.conduct import BatchStatus, Course, conduct
from operations.campaigns.plan import Plan
from operations.campaigns.room import Rooms
from operations.campaigns.rulebook import Rulebook
from operations.choices import ENDED_TARGETS, BatchState, WaveState
from operations.engine.campaign.alike import Alike, alike
from operations.engine.campaign.members import Members, Site, Sites
from operations.engine.campaign.openings import Openings
from operations.frozen_plans import Plans, plans_of, rulebook_of
from operations.models import Batch, Campaign, Operation, Target, Wave
from operations.wave_approvals import unapproved

__all__ = ["OVER", "Book", "Site", "open_book"]
OVER = (BatchState.COMPLETED, BatchState.FAILED, BatchState.CANCELLED)
LARGE = ("progress", "last_steps")  # columns of a batch that grow with its sites


@dataclass
class Book:
    """`batches` by plan number, without what is large of them; `sites` by cloud id. `soaked`: of waves whose sites were
    looked at after the soak, what is still waited for; only who judges their alarms as well puts one in."""

    operation: Operation
    campaign: Campaign
    rules: Rulebook
    waves: Sequence[Wave]
    batches: dict[int, Batch]
    soaked: dict[int, str] = field(default_factory=dict)

    @cached_property
    def sites(self) -> Sites:
        return Sites(self.batches)

    @cached_property
    def members(self) -> Members:
        """Cloud ids by batch number, in order."""
        return Members(self.sites, self.batches)

    def whole(self, number: int) -> Batch:
        """With all that is remembered of that batch, and its System Controller. One query."""
        batch = Batch.objects.select_related("controller").get(pk=self.batches[number].pk)
        self.batches[number] = batch
        return batch

    def regions(self, number: int) -> frozenset[str]:
        """Whose brakes hold for a batch."""
        return frozenset(region for site in self.sites.of(number).values() for region in site.regions)

    @cached_property
    def plans(self) -> Plans:
        return plans_of(self.campaign)

    @property
    def plan(self) -> Plan:
        """With the mop-up wave, where there is one."""
        return self.plans.as_run

    @cached_property
    def alike(self) -> Mapping[int, Sequence[Alike]]:
        """Kinds of sites of batches that are not over."""
        return alike(self.rules, [batch.pk for batch in self.batches.values() if batch.state not in OVER])

    @cached_property
    def statuses(self) -> dict[int, BatchStatus]:
        """Of all batches. One query, for who takes part in those that have begun."""
        left = [batch.pk for batch in self.batches.values() if batch.state not in OVER]
        rosters = dict(Batch.objects.filter(pk__in=left).values_list("pk", "progress__roster"))
        found = {}
        for number, batch in self.batches.items():
            roster = frozenset(member["site"] for member in rosters.get(batch.pk) or ())
            stage = Stage.OVER if batch.state in OVER else Stage.BEGUN if roster else Stage.PENDING
            found[number] = BatchStatus(stage, roster, batch.ended_at)
        return found

    def course(self, now: datetime) -> Course:
        @cache
        def openings() -> Openings:
            return Openings(self.alike, now, lead())

        return conduct(
            self.plan, self.statuses, now, lambda batch: openings().of(batch.number),
            rooms=Rooms(self.plan, lambda: beside(self.operation.pk)), unsettled=self._unsettled,
            stop=self.campaign.stop_reason, unapproved=self.unapproved(now),
        )  # fmt: skip

    def unapproved(self, now: datetime) -> dict[int, str]:
        """Why nothing of a wave may begin without an approval of its own, by its number. One of which all that was to
        come was skipped waits for nobody. One query, where any lacks its approval."""
        found = unapproved(self.rules, self.waves, self.operation.plan_hash, now)
        if not found:
            return found
        left = Target.objects.filter(in_campaign__batch__wave__in=self.waves).exclude(state__in=ENDED_TARGETS)
        numbers = set(left.values_list("in_campaign__batch__wave__number", flat=True).distinct())
        return {number: why for number, why in found.items() if number in numbers}

    def _unsettled(self, number: int) -> str:
        if any(wave.number == number and wave.state == WaveState.COMPLETED for wave in self.waves):
            return ""
        return self.soaked.get(number, "Its sites are looked at once more before it goes on.")


def open_book(operation_id: int) -> Book:
    """Everything of a campaign that decisions are made from; what is read later is asked for later. Three queries."""
    campaign = Campaign.objects.select_related("operation").get(pk=operation_id)
    waves = list(campaign.waves.order_by("number"))
    rows = Batch.objects.filter(wave__in=waves).defer(*LARGE).order_by("number")
    return Book(campaign.operation, campaign, rulebook_of(campaign), waves, {batch.number: batch for batch in rows})
