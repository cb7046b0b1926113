"""What is sent to plan a campaign and to change one. Keys nobody reads are refused; secrets never come out again."""

from typing import Any

from rest_framework import serializers as s

from operations.api.bodies import secrets
from operations.campaigns.approvals import Approvals
from operations.campaigns.rules import CephGate
from operations.campaigns.strategy import Kind
from operations.services.approvals import LONGEST, USUAL
from operations.services.requests import MOST_TARGETS
from sites.api.bodies import LARGEST_ID, BodySerializer, IdField, NamedField, NumberField

MINUTES = ["%H:%M", "%H:%M:00"]
MOST_ROWS = 200


def _at_once(*, allow_null: bool = True) -> s.IntegerField:
    return s.IntegerField(min_value=1, max_value=MOST_TARGETS, required=False, allow_null=allow_null)


def _words(help_text: str = "") -> s.ListField:
    return s.ListField(child=s.CharField(max_length=64), required=False, max_length=MOST_ROWS, help_text=help_text)


def _ids(help_text: str) -> s.ListField:
    return s.ListField(child=IdField(), required=False, max_length=MOST_TARGETS, help_text=help_text)


def _soak() -> s.IntegerField:
    return s.IntegerField(min_value=0, max_value=60 * 24 * 14, required=False)


class StrategyBody(BodySerializer):
    """dcmanager's strategy. What is left out is not set."""

    kind = s.ChoiceField([(kind.value, kind.value) for kind in Kind])
    release_id = s.CharField(max_length=64, required=False, help_text="sw-deploy; like starlingx-26.09.1")
    snapshot = s.BooleanField(required=False)
    rollback = s.BooleanField(required=False)
    delete = s.BooleanField(required=False)
    cleanup = s.BooleanField(required=False)
    kube_upgrade = s.CharField(max_length=32, required=False, help_text="The version to go to after the software")
    with_prestage = s.BooleanField(required=False)
    release = s.CharField(max_length=16, required=False, help_text="prestage; like 26.09")
    for_install = s.BooleanField(required=False)
    to_version = s.CharField(max_length=32, required=False, help_text="kubernetes; like v1.34.1")
    subject = s.CharField(max_length=255, required=False, help_text="kube-rootca-update")
    expiry_date = s.DateField(required=False, help_text="kube-rootca-update")
    force = s.BooleanField(required=False)

    def validate_expiry_date(self, value: object) -> str:
        return str(value)


class LimitBody(BodySerializer):
    """How many may fail before nothing further starts: a number, a share of the sites, or both."""

    count = s.IntegerField(min_value=0, max_value=MOST_TARGETS, required=False, allow_null=True)
    percent = NumberField(min_value=0, max_value=100, required=False, allow_null=True)


class WindowBody(BodySerializer):
    """In each site's local time; either `end` or `minutes`."""

    name = s.CharField(max_length=64)
    weekdays = s.ListField(child=s.IntegerField(min_value=0, max_value=6), help_text="0 is Monday", max_length=7)
    start = s.TimeField(input_formats=MINUTES, help_text="Like 01:30")
    end = s.TimeField(
        input_formats=MINUTES, required=False, allow_null=True, help_text="On the day after where it is not after start"
    )
    minutes = s.IntegerField(min_value=1, max_value=60 * 24 * 7, required=False, allow_null=True)


class GatesBody(BodySerializer):
    """What is demanded of sites that take part."""

    ceph = s.ChoiceField([(gate.value, gate.value) for gate in CephGate], required=False)
    backup_within_hours = NumberField(min_value=0, max_value=24 * 365, required=False, allow_null=True)
    start_backups = s.BooleanField(
        required=False, help_text="Back sites up before their turn where that is missing; needs sysadmin_password"
    )
    prestaged = s.BooleanField(required=False)
    health = s.BooleanField(required=False)
    peer_groups_alone = s.BooleanField(required=False, help_text="false: members of peer groups are left out")
    strict_alarms = s.BooleanField(required=False, help_text="Any alarm stops a site, as with the strict option")


class SiteLimitsBody(BodySerializer):
    """How many sites may be worked on at once."""

    overall = _at_once(allow_null=False)
    per_region = _at_once()
    per_link = _at_once()
    regions = NamedField(child=_at_once(allow_null=False), most=MOST_ROWS, required=False)
    links = NamedField(child=_at_once(allow_null=False), most=MOST_ROWS, required=False)


class CanariesBody(BodySerializer):
    """Who goes first: sites by id, and so many of each type in each region."""

    chosen = _ids("Ids of subclouds")
    each = s.IntegerField(min_value=0, max_value=1000, required=False)
    soak_minutes = _soak()
    failures = LimitBody(required=False, allow_null=True)


class WaveBody(BodySerializer):
    """Sites with one of each that is named; of these a number, or a share of all that match."""

    name = s.CharField(max_length=64)
    labels = _words()
    regions = _words()
    site_types = _words()
    size = _at_once()
    percent = NumberField(min_value=0, max_value=100, required=False, allow_null=True)
    soak_minutes = _soak()
    failures = LimitBody(required=False, allow_null=True)


class RulesBody(BodySerializer):
    """Who is in which wave, how many at once, when, and when it must stop."""

    gates = GatesBody(required=False)
    limits = SiteLimitsBody(required=False)
    canaries = CanariesBody(required=False)
    waves: s.ListSerializer[Any] = s.ListSerializer(child=WaveBody(), required=False, max_length=MOST_ROWS)
    windows: s.ListSerializer[Any] = s.ListSerializer(child=WindowBody(), required=False, max_length=MOST_ROWS)
    saved_windows = _words("Names of saved windows, copied into the plan")
    failures = LimitBody(required=False, allow_null=True)
    default_zone = s.CharField(max_length=64, required=False, help_text="Of sites that tell none; UTC")
    approvals = s.ChoiceField(
        [(each.value, each.value) for each in Approvals], required=False,
        help_text="each-wave: every wave but the first waits for an approval of its own; once is usual",
    )  # fmt: skip


class CampaignPlan(BodySerializer):
    """On subclouds that are there: `clouds` or `filter`."""

    strategy = StrategyBody()
    rules = RulesBody(required=False, default=dict)
    clouds = _ids("Ids of subclouds")
    filter = s.DictField(required=False, help_text="The parameters of /subclouds/, each with a value or a list of them")
    not_before = s.DateTimeField(required=False, allow_null=True, help_text="When it may begin, once it is started")
    after = s.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=LARGEST_ID,
        help_text="The campaign that it is to follow: it begins once that one has come to its end",
    )  # fmt: skip


class NewCampaign(CampaignPlan):
    title = s.CharField(max_length=200, required=False, allow_blank=True)
    reason = s.CharField(max_length=500, required=False, allow_blank=True, help_text="Why, or the number of the change")
    expected = s.IntegerField(
        required=False,
        min_value=0,
        max_value=LARGEST_ID,
        help_text="How many subclouds you mean: any other number is refused",
    )
    plan_hash = s.CharField(
        max_length=64, required=False, help_text="Of the preview you saw: refused where it would be another plan by now"
    )
    secrets = secrets()


class ChangedCampaign(NewCampaign):
    """What is given replaces what was planned; a strategy, rules and a choice of subclouds as a whole."""

    strategy = StrategyBody(required=False)
    rules = RulesBody(required=False)


class ApproveBody(BodySerializer):
    plan_hash = s.CharField(max_length=64, help_text="Of the plan you looked at: any other is refused")
    note = s.CharField(max_length=500, required=False, default="", allow_blank=True)
    hours = s.IntegerField(
        min_value=1, max_value=LONGEST.days * 24, default=USUAL.days * 24, help_text="How long it holds"
    )


class RevokeBody(BodySerializer):
    note = s.CharField(max_length=500, required=False, default="", allow_blank=True)


class ReasonBody(BodySerializer):
    reason = s.CharField(max_length=300)


class RetryFailedBody(BodySerializer):
    with_unrun = s.BooleanField(default=False, help_text="Sites that never ran too; once the campaign is over")
    secrets = secrets()


class RollBackBody(BodySerializer):
    sites = s.ListField(child=IdField(), min_length=1, max_length=MOST_TARGETS, help_text="Ids of sites of it")
    secrets = secrets()


class SettleBody(BodySerializer):
    strategy_id = s.IntegerField(min_value=1, max_value=2**31 - 1)
    ours = s.BooleanField(help_text="Whether it is the strategy of this batch")
