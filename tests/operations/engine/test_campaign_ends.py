"""How a campaign stops and ends: by itself or by somebody, at what time, and with which numbers."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from events.models import AuditEntry
from operations.campaign_deeds import deed, entries_of
from operations.campaigns.actions import Action, Decision, Restore, Wait, Watch
from operations.campaigns.batch import Look, Member, Memory
from operations.choices import BatchState, OperationState, TargetState
from operations.engine import jobs
from operations.engine.campaign import commit, conduct
from operations.engine.campaign.book import open_book
from operations.engine.campaign.halting import CAMPAIGN
from operations.models import Batch, Campaign, Job, Operation, Target
from operations.services import campaign_control, control
from sites.services.actors import Actor
from tests.operations.views.campaigns.made import approve, begin, make_campaign, set_site
from tests.sites.world import World, make_world


@pytest.fixture
def world(db: Any) -> World:
    return make_world()


@pytest.fixture
def operation(world: World) -> Operation:
    """The canaries edge-0 and edge-1 are at work."""
    found = make_campaign(world)
    begin(found, world)
    return found


def step(operation: Operation) -> None:
    """One turn of the job of the whole campaign."""
    Job.objects.all().delete()
    job = Job.objects.create(operation=operation, next_at=timezone.now() - timedelta(seconds=1))
    (claim,) = jobs.claim(timezone.now(), 1, each=1)
    conduct.step(claim, job)
    operation.refresh_from_db()


def ran(operation: Operation, *states: str) -> None:
    """The canaries have ended so, and their batches are over."""
    for at, state in enumerate(states):
        set_site(operation, f"edge-{at}", state, error="VIM strategy failed" if state == "failed" else "")
    Batch.objects.filter(wave__number=0).update(
        state=BatchState.COMPLETED, ended_at=timezone.now(), progress={"roster": []}
    )


def abort(operation: Operation, world: World) -> None:
    campaign_control.abort(operation.pk, "Smoke in the hall", Actor("olga", "10.9.9.9"), world.now)


@pytest.mark.parametrize("states", [("completed", "completed"), ("completed", "failed"), ("ready", "ready")])
def test_whoever_aborts_it_ends_it_as_aborted_with_its_numbers(
    operation: Operation, world: World, states: tuple[str, str]
) -> None:
    ran(operation, *states)
    abort(operation, world)
    step(operation)
    assert operation.state == OperationState.ABORTED
    assert operation.ended_at is not None
    assert operation.state_reason.startswith("Stopped by olga: Smoke in the hall")
    unrun = Target.objects.filter(operation=operation, state=TargetState.CANCELLED).count()
    assert f"{unrun} not run" in operation.state_reason
    assert ("1 failed" in operation.state_reason) is ("failed" in states)


def test_an_abort_says_when_and_by_whom(operation: Operation, world: World) -> None:
    abort(operation, world)
    campaign = Campaign.objects.get()
    assert (campaign.stopped_by, campaign.stopped_at) == ("olga", world.now)


def test_it_halts_itself_at_a_time_and_the_audit_has_it(operation: Operation) -> None:
    Campaign.objects.update(rules=Campaign.objects.get().rules | {"failures": {"count": 0}})
    ran(operation, "completed", "failed")
    before = timezone.now()
    step(operation)
    campaign = Campaign.objects.get()
    assert campaign.stop_reason
    assert campaign.stopped_at is not None
    assert before <= campaign.stopped_at <= timezone.now()
    assert campaign.stopped_by == ""
    entry = AuditEntry.objects.get(verb="campaign.halt")
    assert (entry.actor, entry.subject, entry.at) == (CAMPAIGN, f"operation:{operation.pk}", campaign.stopped_at)
    assert entry.detail["reason"] == campaign.stop_reason
    assert operation.state == OperationState.FAILED_TEMP


def test_a_halt_is_no_completion_though_all_failures_are_excused_since(operation: Operation) -> None:
    Campaign.objects.update(stop_reason="Canaries: 1 of 2 sites failed", stopped_at=timezone.now())
    ran(operation, "completed", "completed")
    step(operation)
    assert operation.state == OperationState.FAILED_TEMP
    assert operation.state_reason == "Canaries: 1 of 2 sites failed"


def test_what_never_ran_names_no_other_site(operation: Operation) -> None:
    """Its rows are read by whoever sees that one site."""
    Campaign.objects.update(stop_reason="Canaries: 1 of 2 sites failed: edge-0 (x)", stopped_at=timezone.now())
    ran(operation, "failed", "completed")
    step(operation)
    unrun = Target.objects.filter(operation=operation, state=TargetState.CANCELLED)
    assert unrun.count() == 2
    assert not any("edge-0" in text for text in unrun.values_list("error", flat=True))
    assert not any("edge-0" in text for text in Batch.objects.values_list("message", flat=True))


def write(operation: Operation, action: Action, memory: Memory) -> None:
    """What the job of the canaries' System Controller writes down of a decision."""
    Job.objects.all().delete()
    Job.objects.create(operation=operation, next_at=timezone.now() - timedelta(seconds=1))
    now = timezone.now()
    (claim,) = jobs.claim(now, 1, each=1)
    book = open_book(operation.pk)
    decision = Decision(action, (), memory)
    commit.write(claim, book, book.batches[min(book.batches)], (decision, Look(at=now, strategy=None)), [], 0, now)
    operation.refresh_from_db()


def test_who_aborts_upstream_pauses_it_once(operation: Operation) -> None:
    cut = Memory(strategy_id=7, applied=True, aborted_elsewhere=True)
    write(operation, Watch(timedelta(seconds=15), "aborting: 2 running"), cut)
    assert operation.held
    reason = AuditEntry.objects.get(verb="operation.hold").detail["reason"]
    assert reason.startswith("Somebody aborted strategy 7 of this campaign at central-1 itself")
    control.hold(operation.pk, False, Actor("olga", "10.9.9.9"), timezone.now())
    write(operation, Watch(timedelta(seconds=15), "aborting: 2 running"), cut)
    assert not operation.held


def test_what_somebody_aborted_upstream_is_not_completed(operation: Operation) -> None:
    long_ago = timezone.now() - timedelta(days=20)
    Batch.objects.update(progress={"aborted_elsewhere": True}, state=BatchState.CANCELLED, ended_at=long_ago)
    Target.objects.update(state=TargetState.CANCELLED, cause="not-run")
    Target.objects.filter(pk=min(Target.objects.values_list("pk", flat=True))).update(cause="skipped")
    step(operation)
    assert operation.state == OperationState.ABORTED
    assert operation.state_reason.startswith(f"{Target.objects.filter(cause='not-run').count()} sites were")
    assert operation.state_reason.endswith("somebody aborted their strategy outside this portal.")


def test_a_site_whose_group_is_gone_is_told_of(operation: Operation) -> None:
    site = min(open_book(operation.pk).sites.values(), key=lambda each: each.name)
    member = Member(site.cloud_id, site.dcmanager_id, site.name, 12)
    write(operation, Restore(((member, 1),)), Memory(roster=(member,), applied=True))
    (entry,) = entries_of(operation.pk).filter(verb="campaign.default_group")
    assert deed(entry.verb, entry.outcome, entry.detail).endswith(f"its own is gone, {site.name}")


def test_one_that_is_to_begin_later_ends_at_once_when_it_is_aborted(world: World) -> None:
    made = make_campaign(world, not_before=world.now + timedelta(days=5))
    approve(made, world)
    campaign_control.start(made.pk, {}, Actor("olga", "test"), world.now)
    campaign_control.abort(made.pk, "Storm warning", Actor("olga", "test"), world.now)
    (claim,) = jobs.claim(timezone.now() + timedelta(seconds=1), 1, each=1)
    conduct.step(claim, Job.objects.get(operation=made, controller=None))
    made.refresh_from_db()
    assert made.state == OperationState.ABORTED
    assert set(made.targets.values_list("state", flat=True)) == {TargetState.CANCELLED}


def test_a_controller_that_cannot_be_asked_for_long_is_asked_about(operation: Operation) -> None:
    """Its sites may stand in the group of the batch, and nobody would know."""
    book = open_book(operation.pk)
    pending, begun = (book.whole(number) for number in sorted(book.batches)[-1:] + sorted(book.batches)[:1])
    Batch.objects.filter(pk=begun.pk).update(state=BatchState.RUNNING, progress={"roster": [{"site": 1}]})
    for failures, held in ((commit.MOST_FAILURES - 1, False), (commit.MOST_FAILURES, True)):
        for batch in (begun, pending):
            Job.objects.all().delete()
            Job.objects.create(operation=operation, next_at=timezone.now() - timedelta(seconds=1), failures=failures)
            (claim,) = jobs.claim(timezone.now(), 1, each=1)
            batch.refresh_from_db()
            commit.postpone(claim, batch, "central-1 cannot be asked: no answer", timezone.now(), timedelta(minutes=1))
            batch.refresh_from_db()
            assert batch.message == "central-1 cannot be asked: no answer"
            assert (batch.state == BatchState.HELD) is (held and batch.pk == begun.pk)


@pytest.mark.parametrize("seen", [True, False])
def test_a_batch_that_was_closed_while_it_was_looked_at_stays_closed(
    operation: Operation, world: World, seen: bool
) -> None:
    """Nothing of it had begun when the look started, and the campaign was ended before it was over."""
    ran(operation, "completed", "completed")
    book = open_book(operation.pk)
    batch = book.whole(max(book.batches))
    abort(operation, world)
    step(operation)
    closed = Batch.objects.get(pk=batch.pk)
    assert closed.state == BatchState.CANCELLED
    Job.objects.all().delete()
    Job.objects.create(operation=operation, next_at=timezone.now() - timedelta(seconds=1))
    now = timezone.now()
    (claim,) = jobs.claim(now, 1, each=1)
    if seen:
        decision = Decision(Wait(timedelta(seconds=15), "foreign", "Waits for the slot."), (), Memory())
        with pytest.raises(commit.NotNowError):
            commit.write(claim, book, batch, (decision, Look(at=now, strategy=None)), [], 0, now)
    else:
        commit.postpone(claim, batch, "central-1 cannot be asked: no answer", now, timedelta(minutes=1))
    after = Batch.objects.get(pk=batch.pk)
    assert (after.state, after.message, after.ended_at) == (closed.state, closed.message, closed.ended_at)
