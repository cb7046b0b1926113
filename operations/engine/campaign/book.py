"""A campaign's rows as the values that operations/campaigns decides from, read in a handful of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db.models import F, Func, IntegerField

from operations.campaign_facts.beside import beside
from operations.campaign_facts.calendar import freezes
from operations.campaign_facts.durations import durations, lead
from operations.campaigns.calendars import Calendar, calendar_of
from operations.campaigns.conduct import BatchState as Stage
from operations.campaigns.conduct import BatchStatus, Course, conduct
from operations.campaigns.facts import AlarmKey
from operations.campaigns.plan import Plan
from operations.campaigns.room import Rooms
from operations.campaigns.rulebook import Rulebook
from operations.campaigns.site_time import site_zone
from operations.choices import BatchState
from operations.engine.campaign.openings import Openings
from operations.frozen_plans import plans_of, rulebook_of
from operations.models import Batch, Campaign, CampaignTarget, Operation, Wave

ALARMS = ("baseline", "after", "new_alarms")  # columns that may hold thousands of alarms
NEW = Func(F("new_alarms"), function="jsonb_array_length", output_field=IntegerField())
OVER = (BatchState.COMPLETED, BatchState.FAILED, BatchState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Site:
    """One site of the plan, with what is kept of it but its alarms, which may be many: of new ones `new`, the number,
    and `first`."""

    cloud_id: int
    name: str
    controller: str
    dcmanager_id: int
    region_name: str
    region: str
    link: str
    profile: str
    version: str
    calendar: Calendar
    row: CampaignTarget
    new: int = 0
    first: AlarmKey | None = None
    region_now: str = ""

    @property
    def regions(self) -> frozenset[str]:
        """That of the plan, and the one it lies in now: brakes of either hold."""
        return frozenset((self.region, self.region_now))


@dataclass
class Book:
    """`batches` and `sites` by plan number and cloud id."""

    operation: Operation
    campaign: Campaign
    rules: Rulebook
    waves: Sequence[Wave]
    batches: Mapping[int, Batch]
    sites: Mapping[int, Site]

    @cached_property
    def members(self) -> dict[int, tuple[int, ...]]:
        """Cloud ids by batch number, in order."""
        found: dict[int, list[int]] = {number: [] for number in self.batches}
        numbers = {batch.pk: number for number, batch in self.batches.items()}
        for pk, site in sorted(self.sites.items()):
            if site.row.batch_id in numbers:
                found[numbers[site.row.batch_id]].append(pk)
        return {number: tuple(ids) for number, ids in found.items()}

    def regions(self, number: int) -> frozenset[str]:
        """Whose brakes hold for a batch."""
        return frozenset(region for pk in self.members[number] for region in self.sites[pk].regions)

    @cached_property
    def plan(self) -> Plan:
        """With the mop-up wave, where there is one."""
        return plans_of(self.campaign).as_run

    @cached_property
    def lasting(self) -> dict[int, timedelta]:
        """By cloud id, in how much time nine of ten are done. One query."""
        kinds = {pk: (site.profile, site.version) for pk, site in self.sites.items()}
        return {pk: told.p90 for pk, told in durations(kinds, self.rules.spec).items()}

    @property
    def statuses(self) -> dict[int, BatchStatus]:
        found = {}
        for number, batch in self.batches.items():
            roster = frozenset(member["site"] for member in batch.progress.get("roster", ()))
            stage = Stage.OVER if batch.state in OVER else Stage.BEGUN if roster else Stage.PENDING
            found[number] = BatchStatus(stage, roster, batch.ended_at)
        return found

    def course(self, now: datetime) -> Course:
        openings = Openings(self, now, lead())
        rooms, stop = Rooms(self.plan, lambda: beside(self.operation.pk)), self.campaign.stop_reason
        return conduct(self.plan, self.statuses, now, lambda batch: openings.of(batch.sites), rooms=rooms, stop=stop)


def open_book(operation_id: int) -> Book:
    """Everything of a campaign that decisions are made from."""
    campaign = Campaign.objects.select_related("operation").get(pk=operation_id)
    rules = rulebook_of(campaign)
    waves = list(campaign.waves.order_by("number"))
    batches = {batch.number: batch for batch in Batch.objects.filter(wave__in=waves).select_related("controller")}
    rows = CampaignTarget.objects.filter(target__operation=operation_id, batch__isnull=False)
    frozen = freezes()
    sites = {}
    rows = rows.defer(*ALARMS).annotate(new=NEW, first=F("new_alarms__0"))
    for row in rows.select_related("target", "target__controller", "target__cloud"):
        target, cloud = row.target, row.target.cloud
        if cloud is None or target.controller is None:
            continue
        zone = site_zone(cloud.timezone, rules.default_zone).zone
        sites[cloud.pk] = Site(
            cloud.pk, target.name, target.controller.name, target.dcmanager_id or 0, target.region_name, target.region,
            row.wan_link, target.profile, cloud.software_version,
            calendar_of(zone, target.region, rules.windows, frozen, also=cloud.region), row, *_new(row), cloud.region,
        )  # fmt: skip
    return Book(campaign.operation, campaign, rules, waves, batches, sites)


def _new(row: Any) -> tuple[int, AlarmKey | None]:
    """Of a row with `new` and `first`."""
    return row.new, AlarmKey(row.first["alarm_id"], row.first["entity"]) if row.first else None
