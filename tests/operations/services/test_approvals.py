"""Four eyes: who may approve which plan, for how long; and nothing begins without."""

from datetime import timedelta
from typing import Any

import pytest

from events.models import AuditEntry
from operations.choices import OperationState, TargetState
from operations.models import Batch, CampaignTarget, Operation, Target
from operations.services.approvals import NotApprovedError, OwnPlanError, revoke
from operations.services.campaigns import change_plan
from operations.services.start import NotNowError, start_operation
from tests.operations.services.campaigning import Crew, actor, campaign_of
from tests.sites.world import make_user


def refusals() -> list[tuple[str, str]]:
    return list(AuditEntry.objects.filter(outcome="refused").order_by("id").values_list("verb", "detail__why"))


def test_a_second_person_approves_and_it_starts(crew: Crew) -> None:
    operation = crew.plan()
    crew.approve(operation, note="Seen the plan")
    campaign = campaign_of(operation)
    assert (campaign.approver, campaign.approved_hash) == (crew.approver, operation.plan_hash)
    assert campaign.approval_expires_at == crew.now + timedelta(days=7)
    crew.start(operation)
    operation.refresh_from_db()
    assert operation.state == OperationState.PROCESSING
    verbs = list(AuditEntry.objects.order_by("id").values_list("verb", "actor", "outcome"))
    assert verbs == [
        ("campaign.plan", "planner", "done"), ("campaign.approve", "second", "done"),
        ("campaign.start", "planner", "done"),
    ]  # fmt: skip
    assert refusals() == []


class TestRefusedToApprove:
    def refused(self, crew: Crew, operation: Operation, says: str, kind: Any = NotApprovedError, **given: Any) -> None:
        with pytest.raises(kind, match=says):
            crew.approve(operation, **given)
        assert campaign_of(operation).approved_hash == ""
        ((verb, why),) = refusals()
        assert (verb, says in why) == ("campaign.approve", True)

    def test_the_requester(self, crew: Crew) -> None:
        mine = {"user": crew.planner, "actor": actor(crew.planner)}
        self.refused(crew, crew.plan(), "plan of their own", OwnPlanError, **mine)

    def test_whoever_changed_the_plan(self, crew: Crew) -> None:
        other = make_user("other", "Administrator", fleet=True)
        operation = crew.plan()
        change_plan(operation.pk, crew.ask(rules={"limits": {"overall": 1}}), other, actor(other), crew.now)
        self.refused(crew, operation, "plan of their own", OwnPlanError, user=other, actor=actor(other))

    def test_the_requester_under_an_account_made_anew(self, crew: Crew) -> None:
        operation = crew.plan()
        crew.planner.delete()
        again = make_user("planner", "Administrator", fleet=True)
        self.refused(crew, operation, "plan of their own", OwnPlanError, user=again, actor=actor(again))

    def test_a_plan_that_is_another_one_by_now(self, crew: Crew) -> None:
        operation = crew.plan()
        seen = operation.plan_hash
        rules = {"limits": {"overall": 1}}
        change_plan(operation.pk, crew.ask(rules=rules), crew.planner, actor(crew.planner), crew.now)
        self.refused(crew, operation, "another one than you saw", seen_hash=seen)

    def test_for_longer_than_a_month(self, crew: Crew) -> None:
        self.refused(crew, crew.plan(), "at most 30 days", holds=timedelta(days=31))

    def test_what_has_begun(self, crew: Crew) -> None:
        operation = crew.running()
        with pytest.raises(NotApprovedError, match="has not begun"):
            crew.approve(operation)
        assert [verb for verb, _ in refusals()] == ["campaign.approve"]


class TestRefusedToStart:
    def refused(self, crew: Crew, operation: Operation, says: str, after: timedelta = timedelta(0)) -> None:
        with pytest.raises(NotApprovedError, match=says):
            crew.start(operation, crew.now + after)
        operation.refresh_from_db()
        assert operation.state == OperationState.PLANNED
        assert not operation.jobs.exclude(next_at=None).exists()
        ((verb, why),) = refusals()
        assert (verb, says in why) == ("campaign.start", True)

    def test_without_an_approval(self, crew: Crew) -> None:
        self.refused(crew, crew.plan(), "Nobody has approved it")

    def test_after_it_has_expired(self, crew: Crew) -> None:
        operation = crew.plan()
        crew.approve(operation, holds=timedelta(hours=2))
        self.refused(crew, operation, "The approval by second ends", after=timedelta(hours=2))

    def test_where_it_would_expire_before_it_begins(self, crew: Crew) -> None:
        operation = crew.plan(not_before=crew.now + timedelta(days=8))
        crew.approve(operation)
        self.refused(crew, operation, "ends")

    def test_after_it_was_taken_back(self, crew: Crew) -> None:
        operation = crew.plan()
        crew.approve(operation)
        revoke(operation.pk, actor(crew.approver), crew.now, note="Not this week")
        self.refused(crew, operation, "Nobody has approved it")

    def test_after_the_plan_was_changed(self, crew: Crew) -> None:
        operation = crew.plan()
        crew.approve(operation)
        rules = {"limits": {"overall": 1}}
        change_plan(operation.pk, crew.ask(rules=rules), crew.planner, actor(crew.planner), crew.now)
        self.refused(crew, operation, "Nobody has approved it")

    @pytest.mark.parametrize("what", ["rules", "batch", "name", "wave"])
    def test_where_rows_were_changed_behind_its_back(self, what: str, crew: Crew) -> None:
        operation = crew.plan()
        crew.approve(operation)
        campaign = campaign_of(operation)
        if what == "rules":
            campaign.rules["gates"]["ceph"] = "off"
            campaign.save()
        elif what == "batch":
            CampaignTarget.objects.filter(target__name="edge-0").update(batch=Batch.objects.order_by("number").last())
        elif what == "name":
            Target.objects.filter(name="edge-0").update(name="edge-9")
        else:
            campaign.waves.update(soak_seconds=1)
        self.refused(crew, operation, "not the one that was approved")


def test_taking_back_what_was_not_given(crew: Crew) -> None:
    with pytest.raises(NotNowError, match="not approved"):
        revoke(crew.plan().pk, actor(crew.approver), crew.now)


def test_there_is_no_way_around(crew: Crew) -> None:
    operation = crew.plan()
    with pytest.raises(NotNowError, match="as a campaign"):
        start_operation(operation.pk, actor(crew.planner), crew.now)
    assert Target.objects.filter(state=TargetState.READY).count() == 4
