"""Planning campaigns: what is shown before, what is kept, and that the one is the other."""

import itertools
import time
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alarms.models import Alarm
from events.models import AuditEntry
from operations.campaign_facts.durations import durations, learned_durations
from operations.campaigns.durations import Duration
from operations.campaigns.rulebook import read_spec
from operations.choices import OperationState, TargetState
from operations.frozen_plans import plan_of, rulebook_of
from operations.models import Batch, CampaignTarget, FreezeSpan, Job, Operation, RunSecret, Target, Wave
from operations.services.campaign_sites import hold_site, skip_site
from operations.services.campaigns import asked_before, change_plan, preview
from operations.services.proposals import ELIGIBLE, HELD, INELIGIBLE, campaign_hash, tally
from operations.services.requests import RefusedError
from operations.services.start import NotNowError
from sites.models import Cloud, FacetState, Neighbours, Surroundings
from tests.operations.campaign_facts.patchable import RELEASE, make_sites_patchable
from tests.operations.services.campaigning import Crew, actor, campaign_of
from tests.sites.world import make_cloud

NIGHT = {"name": "Night", "weekdays": [0, 1, 2, 3, 4, 5, 6], "start": "01:00", "end": "05:00"}
PRESTAGE = {"kind": "prestage", "release": "26.09"}
SECRETS = {"sysadmin_password": "Only-4-this-run"}


def offline(crew: Crew, number: int) -> None:
    Cloud.objects.filter(pk=crew.world.clouds[number].pk).update(availability_status="offline")


def unmanaged(crew: Crew, number: int) -> None:
    Cloud.objects.filter(pk=crew.world.clouds[number].pk).update(management_state="unmanaged")


class TestPreview:
    def test_everybody_by_name_with_every_reason(self, crew: Crew) -> None:
        offline(crew, 1)
        unmanaged(crew, 2)
        seen = preview(crew.ask(), crew.now)
        assert [(each.site.facts.name, each.verdict) for each in seen.judged] == [
            ("edge-0", ELIGIBLE), ("edge-1", HELD), ("edge-2", INELIGIBLE), ("edge-3", ELIGIBLE),
        ]  # fmt: skip
        assert tally(seen.judged) == {"chosen": 4, "eligible": 2, "held": 1, "ineligible": 1, "alone": 0}
        assert [row.name for row in seen.plan.roster] == ["edge-0", "edge-1", "edge-3"]
        assert not Operation.objects.exists()

    def test_surroundings_are_kept_apart(self, crew: Crew) -> None:
        one, other = crew.world.clouds[:2]
        assert len(list(preview(crew.ask(), crew.now).plan.batches)) == 2  # one for each System Controller
        Neighbours.objects.create(first=one, second=other)
        assert len(list(preview(crew.ask(), crew.now).plan.batches)) == 3
        Neighbours.objects.all().delete()
        for cloud in (one, other):
            Surroundings.objects.create(cloud=cloud, ring="R1")
        plan = preview(crew.ask(), crew.now).plan
        assert (len(list(plan.batches)), plan.rings) == (3, (("R1", (one.pk, other.pk)),))

    def test_when_it_would_end(self, crew: Crew) -> None:
        seen = preview(crew.ask(rules={"canaries": {"each": 1, "soak_minutes": 60}}), crew.now)
        assert seen.eta.p50 is not None
        assert seen.eta.p90 is not None
        assert crew.now + timedelta(minutes=60) < seen.eta.p50 <= seen.eta.p90
        assert seen.eta_note == "For 4 of 4 sites nothing was learned yet: their durations are estimates."

    def test_a_window_that_is_too_short_is_told_beforehand(self, crew: Crew) -> None:
        short = NIGHT | {"end": "01:20"}
        seen = preview(crew.ask(rules={"windows": [short]}), crew.now)
        assert (seen.eta.p50, seen.eta.findings[0].key) == (None, "window-too-short")
        assert "Widen the window" in seen.warnings[0]

    def test_durations_are_learned_from_campaigns_that_went_well(self, crew: Crew) -> None:
        assert learned_durations(read_spec({"kind": "sw-deploy", "release_id": RELEASE})) == {}
        for _ in range(2):
            operation = crew.plan()
            operation.targets.update(state=TargetState.COMPLETED)
            began = crew.now - timedelta(minutes=11)
            finished = {"step_started_at": began, "step_finished_at": crew.now}
            CampaignTarget.objects.filter(target__operation=operation).update(**finished)
        learned = learned_durations(read_spec({"kind": "sw-deploy", "release_id": "starlingx-27.03.0"}))
        assert (
            learned[RELEASE, "AIO-SX"]
            == learned["", "AIO-SX"]
            == Duration(timedelta(minutes=11), timedelta(minutes=11), 8)
        )
        assert preview(crew.ask(), crew.now).eta_note == ""
        assert learned_durations(read_spec({"kind": "sw-deploy", "rollback": True})) == {}

    def test_an_upgrade_is_not_learned_from_patches_nor_a_patch_from_upgrades(self, crew: Crew) -> None:
        """Sites of another major release would begin by the durations of patches, and not end in their windows."""
        for _ in range(2):
            operation = crew.plan()
            operation.targets.update(state=TargetState.COMPLETED)
            CampaignTarget.objects.filter(target__operation=operation).update(
                step_started_at=crew.now - timedelta(minutes=11), step_finished_at=crew.now,
                before={"software_version": "26.09"},
            )  # fmt: skip
        spec = read_spec({"kind": "sw-deploy", "release_id": RELEASE})
        assert learned_durations(spec, upgrade=True) == {}
        patch, upgrade = durations({1: ("AIO-SX", "26.09"), 2: ("AIO-SX", "26.03")}, spec).values()
        assert (patch.p90, upgrade.is_estimate) == (timedelta(minutes=11), True)
        CampaignTarget.objects.update(before={"software_version": "26.03"})
        assert learned_durations(spec) == {}
        assert learned_durations(spec, upgrade=True)[RELEASE, "AIO-SX"].count == 8

    def test_zones_that_nobody_told_are_warned_of(self, crew: Crew) -> None:
        Cloud.objects.filter(pk=crew.world.clouds[0].pk).update(timezone="")
        rules = {"windows": [NIGHT], "default_zone": "Europe/Lisbon"}
        (warning,) = preview(crew.ask(rules=rules), crew.now).warnings
        assert warning.startswith("1 of the sites: ")
        assert "Europe/Lisbon is assumed" in warning

    def test_a_freeze_of_a_region_parts_its_sites_from_the_others(self, crew: Crew) -> None:
        today = crew.now.date()
        FreezeSpan.objects.create(name="Fair", first=today, last=today + timedelta(days=3), region="Brazil")
        assert len(list(preview(crew.ask(), crew.now).plan.batches)) == 4

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"strategy": {"kind": "patch"}}, "rules"), ({"strategy": {"kind": "sw-deploy"}}, "strategy"),
            ({"rules": {"default_zone": "Mars"}}, "rules"), ({"clouds": []}, "clouds"),
            ({"secrets": {"bmc_password": "x"}}, "bmc_password"), ({"secrets": SECRETS}, "sysadmin_password"),
        ],
    )  # fmt: skip
    def test_nonsense_is_refused_by_field(self, given: dict[str, Any], field: str, crew: Crew) -> None:
        with pytest.raises(RefusedError) as refusal:
            preview(crew.ask(**given), crew.now)
        assert list(refusal.value.problems) == [field]


class TestCreated:
    def test_it_is_what_was_shown(self, crew: Crew) -> None:
        offline(crew, 1)
        unmanaged(crew, 2)
        rules = {"windows": [NIGHT], "canaries": {"each": 1}, "limits": {"overall": 1}}
        seen = preview(crew.ask(rules=rules), crew.now)
        operation = crew.plan(rules=rules, seen_hash=seen.hash)
        campaign = campaign_of(operation)
        assert (operation.state, operation.plan_hash) == (OperationState.PLANNED, seen.hash)
        assert (plan_of(campaign), rulebook_of(campaign)) == (seen.plan, seen.book)
        assert campaign_hash(plan_of(campaign), rulebook_of(campaign), None) == seen.hash
        assert (campaign.planner, campaign.approved_hash) == (crew.planner, "")
        assert campaign.hardest == seen.hardest

    def test_rows(self, crew: Crew) -> None:
        offline(crew, 1)
        unmanaged(crew, 2)
        operation = crew.plan(reason="CHG-9")
        states = dict(Target.objects.filter(operation=operation).values_list("name", "state"))
        assert states == {"edge-0": "ready", "edge-1": "ready", "edge-3": "ready", "edge-2": "refused"}
        sites = {row.target.name: row for row in CampaignTarget.objects.select_related("target")}
        assert [reason["key"] for reason in sites["edge-1"].reasons] == ["offline"]
        assert "manage it first" in sites["edge-2"].target.problems[0]["message"]
        assert (sites["edge-2"].batch, sites["edge-0"].home_group_id) == (None, 1)
        assert [(batch.controller.name, batch.max_parallel) for batch in Batch.objects.order_by("number")] == [
            ("central-1", 2), ("central-2", 1),
        ]  # fmt: skip
        assert [(wave.number, wave.name) for wave in Wave.objects.all()] == [(1, "All")]
        assert sorted(Job.objects.values_list("controller__name", "next_at"), key=str) == [
            ("central-1", None), ("central-2", None), (None, None),
        ]  # fmt: skip
        assert operation.title == "Software deploy starlingx-26.09.1: 3 subclouds"
        assert AuditEntry.objects.get(verb="campaign.plan").detail["reason"] == "CHG-9"

    def test_another_plan_than_was_seen_is_refused(self, crew: Crew) -> None:
        seen = preview(crew.ask(), crew.now)
        unmanaged(crew, 0)
        with pytest.raises(RefusedError, match="another one than you saw"):
            crew.plan(seen_hash=seen.hash)
        assert not Operation.objects.exists()

    def test_for_nobody_it_is_not_made(self, crew: Crew) -> None:
        Cloud.objects.update(management_state="unmanaged")
        with pytest.raises(RefusedError, match="None of these subclouds may take part"):
            crew.plan()
        assert not Operation.objects.exists()

    def test_prestaging_needs_a_password_which_is_sealed(self, crew: Crew) -> None:
        with pytest.raises(RefusedError, match="Needed to prestage"):
            crew.plan(strategy=PRESTAGE)
        operation = crew.plan(strategy=PRESTAGE, secrets=SECRETS)
        assert b"Only-4" not in bytes(RunSecret.objects.get(operation=operation).sealed)
        assert "Only-4" not in str(AuditEntry.objects.values_list("detail", flat=True))


class TestChanged:
    def test_it_is_planned_anew_and_no_longer_approved(self, crew: Crew) -> None:
        operation = crew.plan()
        crew.approve(operation)
        before = operation.plan_hash
        changed = change_plan(
            operation.pk, crew.ask(rules={"limits": {"overall": 1}}), crew.approver, actor(crew.approver), crew.now
        )
        campaign = campaign_of(changed)
        assert changed.plan_hash != before
        assert (campaign.approved_hash, campaign.approver, campaign.planner) == ("", None, crew.approver)
        assert Batch.objects.count() == 4
        assert AuditEntry.objects.get(verb="campaign.change").detail["approval_voided"] is True

    def test_what_was_said_of_sites_outlives_it(self, crew: Crew) -> None:
        operation = crew.plan()
        first, second = Target.objects.filter(name__in=["edge-0", "edge-1"]).order_by("name")
        hold_site(first.pk, "Fair in town", actor(crew.planner), crew.now)
        skip_site(second.pk, "Will be closed", actor(crew.planner), crew.now)
        change_plan(operation.pk, asked_before(operation), crew.planner, actor(crew.planner), crew.now)
        sites = {row.target.name: row for row in CampaignTarget.objects.select_related("target")}
        assert (sites["edge-0"].held_by, sites["edge-0"].hold_reason) == ("planner", "Fair in town")
        assert (sites["edge-1"].skipped, sites["edge-1"].target.state) == (True, TargetState.CANCELLED)

    def test_the_same_again_is_the_same_plan(self, crew: Crew) -> None:
        operation = crew.plan(rules={"windows": [NIGHT], "canaries": {"chosen": [crew.world.clouds[1].pk]}})
        again = change_plan(operation.pk, asked_before(operation), crew.planner, actor(crew.planner), crew.now)
        assert again.plan_hash == operation.plan_hash

    def test_not_once_it_has_begun(self, crew: Crew) -> None:
        operation = crew.running()
        with pytest.raises(NotNowError, match="has not begun"):
            change_plan(operation.pk, crew.ask(), crew.planner, actor(crew.planner), crew.now)


def test_a_thousand_sites_in_five_seconds(crew: Crew) -> None:
    """With ten alarms each, two System Controllers, windows, canaries, five waves and a freeze of one region."""
    world = crew.world
    for number in range(10, 1006):
        which = number % 2
        make_cloud(
            world.controllers[which], world.groups[which], f"cell-{number:05}", world.now, dcmanager_id=number,
            region=["Brazil", "Europe", "Asia"][number % 3],
        )  # fmt: skip
    FacetState.objects.update(observed_at=world.now - timedelta(seconds=1))
    clouds = list(Cloud.objects.filter(name__startswith="cell-"))
    make_sites_patchable(world, clouds)
    raised = {"severity": 3, "raised_at": world.now, "first_seen_at": world.now, "changed_at": world.now}
    Alarm.objects.bulk_create(
        Alarm(cloud=cloud, alarm_id=f"100.{n}", management_affecting=False, **raised)
        for cloud in clouds
        for n in range(10)
    )
    ids = sorted(cloud.pk for cloud in clouds)
    Neighbours.objects.bulk_create(Neighbours(first_id=one, second_id=other) for one, other in itertools.pairwise(ids))
    FreezeSpan.objects.create(name="Fair", first=date(2026, 12, 1), last=date(2026, 12, 8), region="Asia")
    waves = [{"name": f"{n} %", "percent": n} for n in (5, 15, 30, 50)]
    rules = {"windows": [NIGHT], "canaries": {"each": 1}, "waves": waves, "limits": {"overall": 50, "per_region": 20}}
    ask = crew.ask(rules=rules, clouds=[cloud.pk for cloud in Cloud.objects.filter(kind="subcloud")])
    with CaptureQueriesContext(connection) as few:
        preview(crew.ask(rules=rules), crew.now)
    began = time.process_time()
    with CaptureQueriesContext(connection) as many:
        seen = preview(ask, crew.now)
    assert time.process_time() - began < 5
    assert len(seen.plan.roster) == 1000
    assert (len(few), len(many)) == (20, 22)  # two more where there are neighbours
