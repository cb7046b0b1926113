"""Sites that were held when their turn came run once more behind the last wave, within the plan that was approved."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from events.models import AuditEntry
from operations.campaign_mop_up import AWAITS
from operations.campaign_report import campaign_facts
from operations.campaigns.batch import End, SiteEnd
from operations.campaigns.report import report
from operations.choices import BatchState, OperationState, TargetState, WaveState
from operations.engine.campaign.book import open_book
from operations.engine.campaign.mop_up import COMES_AGAIN, LEFT, able, take_up
from operations.engine.campaign.targets import finish, go_without
from operations.frozen_plans import plan_of, rulebook_of
from operations.models import Batch, Campaign, CampaignTarget, Job, Operation, Target, Wave
from operations.services import campaign_sites
from operations.services.proposals import campaign_hash
from sites.access import Scopes
from sites.models import Cloud
from sites.services.actors import Actor
from tests.operations.engine.test_campaign_ends import step
from tests.operations.views.campaigns.made import begin, make_campaign
from tests.sites.world import World, make_world

OLGA = Actor("olga", "10.9.9.9")
EVERYONE = Scopes(fleet=True)


@pytest.fixture
def world(db: Any) -> World:
    return make_world()


@pytest.fixture
def operation(world: World) -> Operation:
    """All of its waves are over; edge-1 and edge-2 were held when their turn came."""
    made = make_campaign(world, rules={"gates": {"prestaged": False}, "waves": [{"name": "All", "percent": 100}]})
    begin(made, world)
    Target.objects.filter(operation=made).update(state=TargetState.COMPLETED, ended_at=world.now)
    held = Target.objects.filter(operation=made, name__in=["edge-1", "edge-2"])
    held.update(state=TargetState.CANCELLED, cause="held", error="Alarm 100.101 stands.", message=AWAITS)
    Batch.objects.update(state=BatchState.COMPLETED, ended_at=timezone.now() - timedelta(hours=9), progress={})
    return made


def site(name: str) -> Target:
    return Target.objects.get(name=name)


def hold(name: str, by: str = "olga") -> None:
    CampaignTarget.objects.filter(target__name=name).update(held_by=by, hold_reason="Fair in town")


def test_those_against_whom_nothing_stands_any_more_come_again(operation: Operation) -> None:
    before = plan_of(Campaign.objects.get())
    step(operation)
    assert operation.state == OperationState.PROCESSING
    wave = Wave.objects.get(mop_up=True)
    assert (wave.number, wave.name) == (max(each.number for each in before.waves) + 1, "Mop-up")
    assert set(wave.batches.values_list("sites__target__name", flat=True)) == {"edge-1", "edge-2"}
    for name in ("edge-1", "edge-2"):
        target = site(name)
        assert (target.state, target.ended_at, target.error, target.cause) == (TargetState.READY, None, "", "")
        assert target.message == COMES_AGAIN
    step(operation)
    wave.refresh_from_db()
    assert wave.state == WaveState.RUNNING
    controllers = set(wave.batches.values_list("controller", flat=True))
    assert set(Job.objects.exclude(controller=None).values_list("controller", flat=True)) == controllers


def test_the_approval_still_holds_for_the_plan_that_was_approved(operation: Operation) -> None:
    campaign = Campaign.objects.get()
    before = plan_of(campaign)
    step(operation)
    assert plan_of(campaign) == before
    assert campaign_hash(plan_of(campaign), rulebook_of(campaign), campaign.not_before) == operation.plan_hash
    facts = campaign_facts(EVERYONE, operation.pk, timezone.now())
    assert facts is not None
    told = report(facts)
    assert told["plan"]["intact"]
    assert [(wave["name"], wave["sites"]) for wave in told["waves"]][-1] == ("Mop-up", 2)
    assert sum(wave["sites"] for wave in told["waves"]) == 4


def test_the_limits_of_the_plan_hold_in_it(world: World, operation: Operation) -> None:
    Cloud.objects.filter(name__in=["edge-1", "edge-2"]).update(controller=world.controllers[0])
    Target.objects.update(controller=world.controllers[0])
    Campaign.objects.update(rules=Campaign.objects.get().rules | {"limits": {"overall": 1}})
    step(operation)
    batches = Wave.objects.get(mop_up=True).batches.order_by("number")
    assert [batch.max_parallel for batch in batches] == [1, 1]
    planned = Batch.objects.exclude(wave__mop_up=True).values_list("number", flat=True)
    assert min(batch.number for batch in batches) > max(planned)


def test_what_still_stands_against_one_leaves_it_out(operation: Operation) -> None:
    Cloud.objects.filter(name="edge-1").update(availability_status="offline")
    step(operation)
    assert site("edge-1").state == TargetState.CANCELLED
    assert site("edge-1").message == LEFT
    assert site("edge-2").state == TargetState.READY
    entry = AuditEntry.objects.get(verb="campaign.mop_up")
    assert (entry.actor, entry.detail) == ("campaign", {"sites": 1, "left": 1})


def test_where_nobody_can_come_it_ends_and_says_who_was_held_to_the_end(operation: Operation) -> None:
    Cloud.objects.filter(name__in=["edge-1", "edge-2"]).update(availability_status="offline")
    step(operation)
    assert operation.state == OperationState.COMPLETED
    assert operation.state_reason.startswith("2 sites were held to the end and did not run")
    assert not Wave.objects.filter(mop_up=True).exists()
    assert (site("edge-1").error, site("edge-1").message) == ("Alarm 100.101 stands.", "")


def test_who_is_held_by_somebody_comes_only_once_released(operation: Operation) -> None:
    hold("edge-1")
    hold("edge-2")
    campaign_sites.release_site(site("edge-2").pk, OLGA, timezone.now())
    step(operation)
    assert (site("edge-1").state, site("edge-2").state) == (TargetState.CANCELLED, TargetState.READY)


def test_a_hold_that_nobody_takes_back_keeps_nothing_open(operation: Operation) -> None:
    hold("edge-1")
    hold("edge-2")
    step(operation)
    assert operation.ended_at is not None


def test_who_is_skipped_never_comes(operation: Operation) -> None:
    campaign_sites.skip_site(site("edge-1").pk, "Will be closed", OLGA, timezone.now())
    step(operation)
    assert site("edge-1").state == TargetState.CANCELLED
    assert site("edge-2").state == TargetState.READY


def test_people_may_decide_while_it_is_looked_at(operation: Operation) -> None:
    book = open_book(operation.pk)
    seen = able(book, timezone.now())
    assert {each.name for each in seen} == {"edge-1", "edge-2"}
    hold("edge-1")
    assert take_up(open_book(operation.pk), seen, timezone.now())
    assert (site("edge-1").state, site("edge-2").state) == (TargetState.CANCELLED, TargetState.READY)


def test_it_comes_only_once(operation: Operation) -> None:
    step(operation)
    Target.objects.filter(name__in=["edge-1", "edge-2"]).update(state=TargetState.CANCELLED, cause="held")
    Batch.objects.filter(wave__mop_up=True).update(state=BatchState.CANCELLED, ended_at=timezone.now())
    step(operation)
    assert operation.ended_at is not None
    assert Wave.objects.filter(mop_up=True).count() == 1
    assert operation.state_reason.startswith("2 sites were held to the end")


@pytest.mark.parametrize("by", ["", "olga"])
def test_what_was_stopped_is_not_mopped_up(operation: Operation, by: str) -> None:
    Campaign.objects.update(stop_reason="Enough", stopped_by=by, stopped_at=timezone.now())
    step(operation)
    assert operation.ended_at is not None
    assert not Wave.objects.filter(mop_up=True).exists()


def test_members_of_peer_groups_run_alone_in_it(operation: Operation) -> None:
    """Also one that joined its peer group after the plan was made."""
    Cloud.objects.filter(name="edge-1").update(peer_group_id=4)
    step(operation)
    assert Batch.objects.get(sites__target__name="edge-1").alone
    assert not Batch.objects.get(sites__target__name="edge-2").alone


def test_who_is_left_out_hears_of_it_at_once_and_that_it_may_come_again(operation: Operation) -> None:
    Target.objects.filter(name="edge-1").update(state=TargetState.READY, cause="", error="", message="")
    book = open_book(operation.pk)
    pk = site("edge-1").cloud_id or 0
    end = SiteEnd(pk, End.HELD, "Alarm 100.101 stands.")
    go_without(book, [end], timezone.now())
    assert site("edge-1").message == "Its batch has begun without it: Alarm 100.101 stands."
    batch = book.batches[next(number for number, members in book.members.items() if pk in members)]
    finish(book, batch, [end], timezone.now())
    found = site("edge-1")
    assert (found.state, found.error, found.message) == (TargetState.CANCELLED, "Alarm 100.101 stands.", AWAITS)


def test_a_wave_in_which_a_whole_batch_was_held_is_not_stopped(operation: Operation) -> None:
    Batch.objects.filter(sites__target__name="edge-1").update(state=BatchState.CANCELLED)
    Wave.objects.update(state=WaveState.RUNNING, started_at=timezone.now())
    step(operation)
    assert set(Wave.objects.filter(mop_up=False).values_list("state", flat=True)) == {WaveState.COMPLETED}


def test_sites_that_come_again_make_no_wave_smaller(world: World) -> None:
    """Five of a hundred failed, five percent may: taking thirty others to the mop-up wave changes nothing of that."""
    wave = {"name": "All", "percent": 100, "failures": {"percent": 5}}
    made = make_campaign(world, more=96, rules={"gates": {"prestaged": False}, "waves": [wave]})
    begin(made, world)
    sites = list(Target.objects.filter(operation=made).order_by("number").values_list("pk", flat=True))
    Target.objects.filter(operation=made).update(state=TargetState.COMPLETED, ended_at=world.now)
    Target.objects.filter(pk__in=sites[:5]).update(state=TargetState.FAILED, error="The VIM's strategy failed")
    Target.objects.filter(pk__in=sites[-30:]).update(state=TargetState.CANCELLED, cause="held", error="An alarm.")
    Batch.objects.update(state=BatchState.COMPLETED, ended_at=timezone.now() - timedelta(hours=9), progress={})
    step(made)
    assert Target.objects.filter(state=TargetState.READY).count() == 30
    step(made)
    assert Campaign.objects.get().stop_reason == ""
    Target.objects.filter(pk=sites[-1]).update(state=TargetState.FAILED, error="The VIM's strategy failed")
    step(made)
    assert "Wave 1 (All): 6 of 100 sites failed" in Campaign.objects.get().stop_reason


def test_a_canary_that_was_held_counts_as_a_canary_in_the_mop_up_wave(world: World) -> None:
    rules = {"gates": {"prestaged": False}, "canaries": {"chosen": [world.clouds[0].pk]}}
    made = make_campaign(world, rules=rules)
    begin(made, world)
    Target.objects.filter(operation=made).update(state=TargetState.COMPLETED, ended_at=world.now)
    Target.objects.filter(cloud=world.clouds[0]).update(state=TargetState.CANCELLED, cause="held", error="An alarm.")
    Batch.objects.update(state=BatchState.COMPLETED, ended_at=timezone.now() - timedelta(hours=9), progress={})
    step(made)  # its soak is over
    step(made)
    assert Target.objects.get(cloud=world.clouds[0]).state == TargetState.READY
    Target.objects.filter(cloud=world.clouds[0]).update(state=TargetState.FAILED, error="The VIM's strategy failed")
    step(made)
    assert "Canaries: 1 of 1 sites failed" in Campaign.objects.get().stop_reason
