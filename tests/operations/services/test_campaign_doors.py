"""What two people, or one who presses twice, do to the same campaign; and what they write about it."""

import pytest

from operations.models import CampaignTarget, Operation, Target
from operations.services import campaign_control, campaign_sites, control
from operations.services.campaign_children import retry_failed, roll_back
from operations.services.requests import RefusedError
from operations.services.start import NotNowError
from sites.services import brake
from sites.services.actors import said
from tests.operations.campaign_facts.patchable import leave_open, make_patchable
from tests.operations.services.campaigning import Crew, actor, campaign_of
from tests.sites.world import World, make_user


@pytest.fixture
def crew(world: World) -> Crew:
    make_patchable(world)
    return Crew(world, make_user("piet", "Engineer", fleet=True), make_user("anna", "Approver", fleet=True))


def failed(crew: Crew, names: tuple[str, ...]) -> Operation:
    operation = crew.running()
    Target.objects.filter(operation=operation, name__in=names).update(state="failed", ended_at=crew.now)
    return operation


def again(crew: Crew, operation: Operation) -> Operation:
    return retry_failed(operation.pk, {}, crew.planner, actor(crew.planner), crew.now)


def test_nobody_plans_the_same_sites_twice(crew: Crew) -> None:
    operation = failed(crew, ("edge-0",))
    first = again(crew, operation)
    with pytest.raises(NotNowError, match=f"Campaign {first.pk} "):
        again(crew, operation)
    campaign_control.abort(first.pk, "not now", actor(crew.planner), crew.now)
    second = again(crew, operation)
    Target.objects.filter(operation=operation, name="edge-0").update(state="completed")
    Target.objects.filter(operation=operation, name="edge-1").update(state="failed", ended_at=crew.now)
    third = again(crew, operation)
    assert campaign_of(second).parent_id == campaign_of(third).parent_id == operation.pk


def test_nobody_takes_back_what_is_planned_again(crew: Crew) -> None:
    operation = failed(crew, ("edge-0",))
    made = again(crew, operation)
    leave_open("edge-0")
    target = Target.objects.get(operation=operation, name="edge-0")
    with pytest.raises(NotNowError, match=f"Campaign {made.pk} "):
        roll_back(operation.pk, [target.pk], {}, crew.planner, actor(crew.planner), crew.now)


def test_a_plan_is_cancelled_by_one_door_only(crew: Crew) -> None:
    operation = crew.plan()
    with pytest.raises(NotNowError, match="campaign"):
        control.cancel(operation.pk, actor(crew.planner), crew.now)
    campaign_control.abort(operation.pk, "not now", actor(crew.planner), crew.now)
    assert campaign_of(operation).stopped_by == "piet"


WILD = " a\u202eb\x07c\n d "


def test_what_people_write_is_shown_as_it_is(crew: Crew, world: World) -> None:
    assert said(WILD, 300) == "abc d"
    operation = crew.plan(title=WILD, reason=WILD)
    assert (operation.title, operation.reason) == ("abc d", "abc d")
    crew.approve(operation, note=WILD)
    assert campaign_of(operation).approval_note == "abc d"
    crew.start(operation)
    target = Target.objects.filter(operation=operation).order_by("number")[0]
    campaign_sites.hold_site(target.pk, WILD, actor(crew.planner), crew.now)
    assert CampaignTarget.objects.get(pk=target.pk).hold_reason == "abc d"
    assert brake.pull("", WILD, actor(crew.planner), crew.now).reason == "abc d"
    campaign_control.abort(operation.pk, WILD, actor(crew.planner), crew.now)
    assert campaign_of(operation).stop_reason.endswith(": abc d")


@pytest.mark.parametrize("nothing", [" ", "\u202e", "\x07\n"])
def test_a_reason_of_which_nothing_is_shown_is_none(nothing: str, crew: Crew) -> None:
    operation = crew.running()
    target = Target.objects.filter(operation=operation).order_by("number")[0]
    for act in (campaign_sites.hold_site, campaign_sites.skip_site):
        with pytest.raises(RefusedError):
            act(target.pk, nothing, actor(crew.planner), crew.now)
    with pytest.raises(RefusedError):
        campaign_control.abort(operation.pk, nothing, actor(crew.planner), crew.now)
