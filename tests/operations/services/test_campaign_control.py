"""What people do to a campaign under way: pause, stop, single sites, and what follows from it."""

from datetime import timedelta
from typing import Any

import pytest

from events.models import AuditEntry, Event
from operations.choices import BatchState, OperationState, TargetState
from operations.engine.campaign.records import memory_of
from operations.models import Batch, BatchIntent, CampaignTarget, Operation, RunSecret, Target, Wave
from operations.services import campaign_control, campaign_sites, control
from operations.services.campaign_children import retry_failed, roll_back
from operations.services.requests import RefusedError
from operations.services.start import NotNowError
from tests.operations.campaign_facts.patchable import leave_open
from tests.operations.services.campaigning import Crew, actor, campaign_of

PRESTAGE = {"kind": "prestage", "release": "26.09"}
SECRETS = {"sysadmin_password": "Only-4-this-run"}


def target(name: str) -> Target:
    return Target.objects.get(name=name)


def due(operation: Operation) -> set[Any]:
    return set(operation.jobs.values_list("next_at", flat=True))


class TestStart:
    def test_its_jobs_are_due_and_its_sites_free_for_others(self, crew: Crew) -> None:
        operation = crew.running()
        assert due(operation) == {crew.now}
        assert set(operation.targets.values_list("state", flat=True)) == {TargetState.READY}
        assert Event.objects.filter(subject=f"operation:{operation.pk}", controller_id__isnull=False).count() >= 2

    def test_later(self, crew: Crew) -> None:
        later = crew.now + timedelta(days=2)
        operation = crew.running(not_before=later)
        assert due(operation) == {later}
        assert "Begins not before" in operation.state_reason
        control.hold(operation.pk, True, actor(crew.planner), crew.now)
        assert due(operation) == {later}

    def test_not_twice(self, crew: Crew) -> None:
        operation = crew.running()
        with pytest.raises(NotNowError, match="only a planned campaign"):
            crew.start(operation)

    def test_secrets_live_as_long_as_it_may_run(self, crew: Crew) -> None:
        operation = crew.running(strategy=PRESTAGE, secrets=SECRETS)
        assert RunSecret.objects.get(operation=operation).erase_at > crew.now + timedelta(days=30)

    def test_secrets_that_were_erased_are_asked_for(self, crew: Crew) -> None:
        operation = crew.plan(strategy=PRESTAGE, secrets=SECRETS)
        crew.approve(operation)
        RunSecret.objects.all().delete()
        with pytest.raises(NotNowError, match="Give sysadmin_password again"):
            crew.start(operation)
        campaign_control.start(operation.pk, SECRETS, actor(crew.planner), crew.now)
        assert RunSecret.objects.filter(operation=operation).count() == 1


class TestAbort:
    def abort(self, crew: Crew, operation: Operation, reason: str = "Smoke") -> Operation:
        return campaign_control.abort(operation.pk, reason, actor(crew.planner), crew.now)

    def test_a_plan_is_cancelled(self, crew: Crew) -> None:
        operation = crew.plan(strategy=PRESTAGE, secrets=SECRETS)
        assert self.abort(crew, operation).state == OperationState.CANCELLED
        assert not RunSecret.objects.exists()
        assert set(operation.targets.values_list("state", flat=True)) == {TargetState.CANCELLED}

    def test_one_that_runs_stops_for_good_and_says_why(self, crew: Crew) -> None:
        operation = crew.running()
        self.abort(crew, operation)
        assert campaign_of(operation).stop_reason == "Stopped by planner: Smoke"
        assert operation.state == OperationState.PROCESSING  # the engine ends it
        with pytest.raises(NotNowError, match="stops already"):
            self.abort(crew, operation)

    def test_not_without_a_reason(self, crew: Crew) -> None:
        with pytest.raises(RefusedError, match="Say why"):
            self.abort(crew, crew.running(), " ")

    def test_not_what_is_over(self, crew: Crew) -> None:
        operation = crew.plan()
        self.abort(crew, operation)
        with pytest.raises(NotNowError, match="over"):
            self.abort(crew, operation)


class TestSites:
    def test_held_and_released(self, crew: Crew) -> None:
        crew.running()
        campaign_sites.hold_site(target("edge-0").pk, "Fair in town", actor(crew.planner), crew.now)
        site = CampaignTarget.objects.get(target__name="edge-0")
        assert (site.held_by, site.hold_reason) == ("planner", "Fair in town")
        assert target("edge-0").message == "on hold: Fair in town (planner)"
        campaign_sites.release_site(site.pk, actor(crew.approver), crew.now)
        site.refresh_from_db()
        assert (site.held_by, target("edge-0").message) == ("", "")
        released = AuditEntry.objects.get(verb="campaign.release_site")
        assert (released.actor, released.detail["held_by"]) == ("second", "planner")
        with pytest.raises(NotNowError, match="not held"):
            campaign_sites.release_site(site.pk, actor(crew.approver), crew.now)

    @pytest.mark.parametrize("mopped", [False, True])
    def test_released_after_its_batch_went_without_it(self, crew: Crew, mopped: bool) -> None:
        """It is told when it runs; and nothing but its hold changes."""
        operation = crew.running()
        campaign_sites.hold_site(target("edge-0").pk, "Fair in town", actor(crew.planner), crew.now)
        Target.objects.filter(name="edge-0").update(state=TargetState.CANCELLED, cause="held")
        if mopped:
            Wave.objects.create(campaign_id=operation.pk, number=9, name="Mop-up", mop_up=True)
        campaign_sites.release_site(target("edge-0").pk, actor(crew.approver), crew.now)
        assert target("edge-0").state == TargetState.CANCELLED
        when = (
            "second after the mop-up wave began: it runs with the rest" if mopped else "second: it runs in the mop-up"
        )
        assert when in target("edge-0").message

    def test_held_and_skipped_while_it_may_come_again(self, crew: Crew) -> None:
        operation = crew.running()
        for name in ("edge-0", "edge-1"):
            Target.objects.filter(name=name).update(state=TargetState.CANCELLED, cause="held")
        campaign_sites.hold_site(target("edge-0").pk, "Fair in town", actor(crew.planner), crew.now)
        campaign_sites.skip_site(target("edge-1").pk, "Will be closed", actor(crew.planner), crew.now)
        assert CampaignTarget.objects.get(target__name="edge-0").held_by == "planner"
        assert CampaignTarget.objects.get(target__name="edge-1").skipped
        Wave.objects.create(campaign_id=operation.pk, number=9, name="Mop-up", mop_up=True)
        for decide in (campaign_sites.hold_site, campaign_sites.skip_site):
            with pytest.raises(NotNowError, match="has not begun"):
                decide(target("edge-0").pk, "Too late", actor(crew.planner), crew.now)

    def test_skipped_for_good(self, crew: Crew) -> None:
        crew.running()
        campaign_sites.skip_site(target("edge-0").pk, "Will be closed", actor(crew.planner), crew.now)
        assert (target("edge-0").state, CampaignTarget.objects.get(target__name="edge-0").skipped) == (
            TargetState.CANCELLED, True,
        )  # fmt: skip
        with pytest.raises(NotNowError):
            campaign_sites.release_site(target("edge-0").pk, actor(crew.planner), crew.now)

    @pytest.mark.parametrize("do", [campaign_sites.hold_site, campaign_sites.skip_site])
    def test_not_while_it_runs(self, do: Any, crew: Crew) -> None:
        crew.running()
        Target.objects.filter(name="edge-0").update(state=TargetState.RUNNING)
        with pytest.raises(NotNowError, match="has not begun"):
            do(target("edge-0").pk, "x", actor(crew.planner), crew.now)

    @pytest.mark.parametrize("do", [campaign_sites.hold_site, campaign_sites.skip_site, campaign_sites.excuse_site])
    def test_not_without_a_reason(self, do: Any, crew: Crew) -> None:
        crew.running()
        with pytest.raises(RefusedError, match="Say why"):
            do(target("edge-0").pk, "", actor(crew.planner), crew.now)

    def test_excused(self, crew: Crew) -> None:
        crew.running()
        pk = target("edge-0").pk
        with pytest.raises(NotNowError, match="not failed"):
            campaign_sites.excuse_site(pk, "Known", actor(crew.planner), crew.now)
        Target.objects.filter(pk=pk).update(state=TargetState.FAILED)
        campaign_sites.excuse_site(pk, "Known", actor(crew.planner), crew.now)
        assert CampaignTarget.objects.get(pk=pk).excused_by == "planner"


def test_a_person_says_whose_a_strategy_is(crew: Crew) -> None:
    crew.running()
    batch = Batch.objects.order_by("number")[0]
    settled = campaign_control.settle_strategy(batch.pk, 7, actor(crew.planner), crew.now, ours=True)
    assert (settled.confirmed_id, settled.disowned_id) == (7, None)
    settled = campaign_control.settle_strategy(batch.pk, 8, actor(crew.planner), crew.now, ours=False)
    assert (settled.confirmed_id, settled.disowned_id) == (None, 8)


class TestTryAgain:
    def asks(self, crew: Crew) -> Batch:
        """Its first batch waits for a person after three requests."""
        operation = crew.running()
        batch = Batch.objects.filter(wave__campaign=operation.pk).order_by("number")[0]
        for number in (1, 2, 3):
            BatchIntent.objects.create(batch=batch, number=number, attempt=1, verb="restore", created_at=crew.now)
        batch.state, batch.message = BatchState.HELD, "edge-0 cannot be moved back to its group"
        batch.progress = {"attempt": 3, "troubles": 3, "unmovable": [{"site": 1, "end": "held", "error": "refused"}]}
        batch.save()
        return batch

    def test_what_went_wrong_does_not_count_any_more(self, crew: Crew) -> None:
        batch = self.asks(crew)
        again = campaign_control.try_again(batch.pk, actor(crew.planner), crew.now)
        memory = memory_of(again)
        assert (again.forgiven, memory.forgiven, memory.troubles, memory.unmovable) == (3, 3, 0, ())
        entry = AuditEntry.objects.get(verb="campaign.try_again")
        assert (entry.actor, entry.detail["was"]) == ("planner", "edge-0 cannot be moved back to its group")
        again.progress = {"attempt": 6, "troubles": 2, "forgiven": 3}
        assert memory_of(again).troubles == 2

    def test_not_where_nothing_is_asked(self, crew: Crew) -> None:
        batch = self.asks(crew)
        Batch.objects.update(state=BatchState.RUNNING)
        with pytest.raises(NotNowError, match="Nothing of this batch waits"):
            campaign_control.try_again(batch.pk, actor(crew.planner), crew.now)


class TestChildren:
    def over(self, crew: Crew, **given: Any) -> Operation:
        operation = crew.running(**given)
        Target.objects.filter(name__in=["edge-0", "edge-3"]).update(state=TargetState.FAILED)
        Target.objects.filter(name="edge-1").update(state=TargetState.COMPLETED)
        Target.objects.filter(name="edge-2").update(state=TargetState.CANCELLED)
        Operation.objects.update(state=OperationState.FAILED_TEMP, ended_at=crew.now)
        return operation

    def names(self, operation: Operation) -> set[str]:
        return set(operation.targets.values_list("name", flat=True))

    def test_exactly_what_failed(self, crew: Crew) -> None:
        parent = self.over(crew, rules={"canaries": {"each": 1}, "limits": {"overall": 3}})
        child = retry_failed(parent.pk, {}, crew.planner, actor(crew.planner), crew.now)
        assert self.names(child) == {"edge-0", "edge-3"}
        campaign = campaign_of(child)
        assert (campaign.parent_id, campaign.ask) == (parent.pk, campaign_of(parent).ask)
        assert (campaign.rules["limits"]["overall"], campaign.rules["canaries"]["each"]) == (3, 0)
        assert (child.state, campaign.approved_hash) == (OperationState.PLANNED, "")

    def test_and_what_never_ran(self, crew: Crew) -> None:
        parent = self.over(crew)
        child = retry_failed(parent.pk, {}, crew.planner, actor(crew.planner), crew.now, with_unrun=True)
        assert self.names(child) == {"edge-0", "edge-2", "edge-3"}

    def test_its_one_wave_bears_no_more_than_those_before(self, crew: Crew) -> None:
        waves = [{"name": "A few", "size": 1, "failures": {"count": 4}}, {"name": "Rest", "failures": {"percent": 2}}]
        parent = self.over(crew, rules={"waves": waves, "failures": {"count": 9}})
        child = retry_failed(parent.pk, {}, crew.planner, actor(crew.planner), crew.now, with_unrun=True)
        assert campaign_of(child).rules["failures"] == {"count": 4, "percent": 2}

    def test_not_what_somebody_skipped(self, crew: Crew) -> None:
        parent = self.over(crew)
        CampaignTarget.objects.filter(target__name="edge-2").update(skipped=True, held_by="planner")
        child = retry_failed(parent.pk, {}, crew.planner, actor(crew.planner), crew.now, with_unrun=True)
        assert self.names(child) == {"edge-0", "edge-3"}

    def test_not_a_failure_that_is_excused(self, crew: Crew) -> None:
        parent = self.over(crew)
        CampaignTarget.objects.filter(target__name="edge-3").update(excused_by="planner")
        child = retry_failed(parent.pk, {}, crew.planner, actor(crew.planner), crew.now)
        assert self.names(child) == {"edge-0"}

    def test_who_is_held_stays_so_until_released(self, crew: Crew) -> None:
        parent = self.over(crew)
        Target.objects.filter(name="edge-2").update(cause="held")
        CampaignTarget.objects.filter(target__name="edge-2").update(held_by="planner", hold_reason="Fair in town")
        child = retry_failed(parent.pk, {}, crew.planner, actor(crew.planner), crew.now, with_unrun=True)
        rows = CampaignTarget.objects.filter(target__operation=child).exclude(held_by="")
        (held,) = rows.select_related("target")
        assert (held.target.name, held.held_by, held.hold_reason) == ("edge-2", "planner", "Fair in town")
        campaign_sites.release_site(held.pk, actor(crew.approver), crew.now)
        assert not rows.exists()

    def test_not_what_may_still_run(self, crew: Crew) -> None:
        parent = crew.running()
        with pytest.raises(NotNowError, match="may still run"):
            retry_failed(parent.pk, {}, crew.planner, actor(crew.planner), crew.now, with_unrun=True)
        with pytest.raises(NotNowError, match="None of its sites failed"):
            retry_failed(parent.pk, {}, crew.planner, actor(crew.planner), crew.now)

    def test_back_for_a_chosen_set(self, crew: Crew) -> None:
        parent = self.over(crew)
        leave_open("edge-1")
        chosen = [target("edge-1").pk]
        child = roll_back(parent.pk, chosen, {}, crew.planner, actor(crew.planner), crew.now)
        assert (self.names(child), campaign_of(child).parent_id) == ({"edge-1"}, parent.pk)
        assert campaign_of(child).ask == {"kind": "sw-deploy", "rollback": True}
        assert child.title == f"Roll back: {parent.title}"

    @pytest.mark.parametrize("name", ["edge-2", None])
    def test_not_of_what_was_not_worked_on(self, name: str | None, crew: Crew) -> None:
        parent = self.over(crew)
        chosen = [target(name).pk if name else 0]
        with pytest.raises(NotNowError, match="worked on"):
            roll_back(parent.pk, chosen, {}, crew.planner, actor(crew.planner), crew.now)

    def test_what_has_no_open_deployment_cannot_go_back(self, crew: Crew) -> None:
        """dcmanager would call its step complete, and nothing would have happened."""
        parent = self.over(crew)
        leave_open("edge-0")
        chosen = [target("edge-0").pk, target("edge-1").pk]
        with pytest.raises(NotNowError, match=r"edge-1 cannot go back. No deployment is open there"):
            roll_back(parent.pk, chosen, {}, crew.planner, actor(crew.planner), crew.now)
        child = roll_back(parent.pk, chosen[:1], {}, crew.planner, actor(crew.planner), crew.now)
        assert self.names(child) == {"edge-0"}

    def test_only_deployments_are_rolled_back(self, crew: Crew) -> None:
        parent = self.over(crew, strategy=PRESTAGE, secrets=SECRETS)
        with pytest.raises(NotNowError, match="Only a software deployment"):
            roll_back(parent.pk, [target("edge-1").pk], {}, crew.planner, actor(crew.planner), crew.now)
