"""Four eyes before each wave: who may approve which, once it waits; all else is refused, and audited."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from events.models import AuditEntry
from operations.choices import OperationState, WaveState
from operations.models import Campaign, Operation, Target
from operations.services.approvals import NotApprovedError, OwnPlanError
from operations.services.requests import RefusedError
from operations.services.wave_approvals import approve_wave, reject_wave
from tests.operations.engine.test_campaign_ends import step
from tests.operations.services.campaigning import actor
from tests.operations.services.waiting import make_waiting, wave
from tests.sites.world import World, make_user, make_world


@pytest.fixture
def world(db: Any) -> World:
    return make_world()


@pytest.fixture
def second(world: World) -> User:
    return make_user("second", "Approver", fleet=True)


@pytest.fixture
def operation(world: World) -> Operation:
    return make_waiting(world)


def approve(operation: Operation, world: World, user: User, number: int = 1, **given: Any) -> Operation:
    usual = {"seen_hash": operation.plan_hash, "user": user, "actor": actor(user), "now": world.now}
    return approve_wave(operation.pk, number, **usual | given)


def audited(verb: str) -> list[tuple[str, str, int]]:
    rows = AuditEntry.objects.filter(verb=verb).order_by("id")
    return list(rows.values_list("actor", "outcome", "detail__wave"))


def test_exactly_the_wave_that_waits_is_approved(operation: Operation, world: World, second: User) -> None:
    approve(operation, world, second, note="Canaries look well", holds=timedelta(hours=8))
    found = wave(operation, 1)
    assert (found.state, found.approver, found.approved_hash) == (WaveState.PENDING, second, operation.plan_hash)
    assert found.approval_expires_at == world.now + timedelta(hours=8)
    assert not wave(operation, 2).approved_hash
    entry = AuditEntry.objects.get(verb="campaign.approve_wave")
    assert (entry.actor, entry.outcome) == ("second", "done")
    assert (entry.detail["wave"], entry.detail["name"], entry.detail["note"]) == (1, "Brazil", "Canaries look well")
    assert entry.detail["plan_hash"] == operation.plan_hash


def test_a_second_press_does_no_harm(operation: Operation, world: World, second: User) -> None:
    approve(operation, world, second, holds=timedelta(hours=8))
    approve(operation, world, second, holds=timedelta(hours=24))
    assert wave(operation, 1).approval_expires_at == world.now + timedelta(hours=8)
    step(operation)
    approve(operation, world, second)
    assert wave(operation, 1).state == WaveState.RUNNING
    assert audited("campaign.approve_wave") == [("second", "done", 1)]


class TestRefused:
    def refused(self, operation: Operation, world: World, user: User, says: str, **given: Any) -> None:
        kind = given.pop("kind", NotApprovedError)
        with pytest.raises(kind, match=says):
            approve(operation, world, user, **given)
        number = given.get("number", 1)
        assert not wave(operation, 1).approved_hash
        assert audited("campaign.approve_wave") == [(user.username, "refused", number)]
        assert says in AuditEntry.objects.get(verb="campaign.approve_wave").detail["why"]

    def test_whoever_planned_it(self, operation: Operation, world: World) -> None:
        planner = User.objects.get(username="planner")
        self.refused(operation, world, planner, "plan of their own", kind=OwnPlanError)

    def test_whoever_asked_for_it_under_an_account_made_anew(self, operation: Operation, world: World) -> None:
        User.objects.get(username="planner").delete()
        again = make_user("planner", "Administrator", fleet=True)
        self.refused(operation, world, again, "plan of their own", kind=OwnPlanError)

    @pytest.mark.parametrize("number", [0, 2, 9])
    def test_a_wave_that_is_not_the_one_waiting(
        self, number: int, operation: Operation, world: World, second: User
    ) -> None:
        says = f"Wave {number} does not wait for approval: wave 1"
        self.refused(operation, world, second, says, number=number)

    def test_another_plan_than_the_one_that_stands(self, operation: Operation, world: World, second: User) -> None:
        self.refused(operation, world, second, "another one than you saw", seen_hash="0" * 64)

    @pytest.mark.parametrize("what", ["rules", "name", "soak"])
    def test_where_rows_were_changed_behind_its_back(
        self, what: str, operation: Operation, world: World, second: User
    ) -> None:
        if what == "rules":
            campaign = Campaign.objects.get(pk=operation.pk)
            campaign.rules["gates"]["ceph"] = "off"
            campaign.save()
        elif what == "name":
            Target.objects.filter(name="edge-0").update(name="edge-9")
        else:
            Campaign.objects.get(pk=operation.pk).waves.update(soak_seconds=1)
        self.refused(operation, world, second, "not the plan that was approved")

    def test_for_longer_than_a_month(self, operation: Operation, world: World, second: User) -> None:
        self.refused(operation, world, second, "at most 30 days", holds=timedelta(days=31))

    def test_of_a_campaign_that_stops(self, operation: Operation, world: World, second: User) -> None:
        Campaign.objects.update(stop_reason="Enough", stopped_by="olga")
        self.refused(operation, world, second, "It stops already")

    def test_of_one_that_is_over(self, operation: Operation, world: World, second: User) -> None:
        Operation.objects.update(state=OperationState.COMPLETED)
        self.refused(operation, world, second, "none of its waves waits")

    def test_by_another_what_is_approved_already(self, operation: Operation, world: World, second: User) -> None:
        approve(operation, world, second)
        third = make_user("third", "Approver", fleet=True)
        with pytest.raises(NotApprovedError, match="Wave 1 does not wait for approval: none does now"):
            approve(operation, world, third)
        assert wave(operation, 1).approver == second


def test_who_does_not_approve_ends_it_there(operation: Operation, world: World, second: User) -> None:
    with pytest.raises(RefusedError):
        reject_wave(operation.pk, 1, " ", actor(second), world.now)
    with pytest.raises(NotApprovedError, match="Wave 2 does not wait"):
        reject_wave(operation.pk, 2, "Canaries alarm", actor(second), world.now)
    reject_wave(operation.pk, 1, "Canaries alarm", actor(second), world.now)
    campaign = Campaign.objects.get(pk=operation.pk)
    assert (campaign.stop_reason, campaign.stopped_by) == ("Brazil not approved by second: Canaries alarm", "second")
    step(operation)
    assert operation.state == OperationState.ABORTED
    assert wave(operation, 1).state == wave(operation, 2).state == WaveState.STOPPED
    assert audited("campaign.reject_wave") == [("second", "refused", 2), ("second", "done", 1)]
