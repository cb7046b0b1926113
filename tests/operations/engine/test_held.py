"""A target that waits for a person: its attempt is over, and what it keeps others from is said."""

from datetime import timedelta

import pytest
from django.utils import timezone

from operations.engine import commit, conduct, jobs
from operations.engine.drive import view_of
from operations.engine.seen import Ask, Decision, Seen, Wait
from operations.models import Attempt, Job, Operation, PhaseSpan, Target
from operations.services.control import give_up, retry
from operations.verdicts import gone
from sites.models import Controller
from tests.operations.driving import ROBOT
from tests.operations.engine.seeing import subcloud

pytestmark = pytest.mark.django_db
PASSWORD = {"sysadmin_password": "Li69nux*"}


@pytest.fixture
def operation() -> Operation:
    """Two sites, one at a time."""
    controller = Controller.objects.create(name="c", auth_url="http://127.0.0.1:1", username="u", password_sealed=b"s")
    made = Operation.objects.create(
        kind="restore", title="t", requester_name="e", created_at=timezone.now(), state="processing", max_at_once=1,
        controller=controller,
    )  # fmt: skip
    Job.objects.create(operation=made, next_at=timezone.now())
    for number in (1, 2):
        Target.objects.create(
            operation=made, number=number, controller=controller, name=f"edge-{number}", steps=["restore"],
            state="waiting", region_name="r7", dcmanager_id=7,
        )  # fmt: skip
    return made


def first() -> Target:
    return Target.objects.get(number=1)


def held(operation: Operation) -> Target:
    """The first site began to be restored, and then nobody knew."""
    turn(operation)
    now = timezone.now()
    claims = {Job.objects.get(pk=claim.job_id).target_id: claim for claim in jobs.claim(now, 9, 9)}
    look = Seen(now, subcloud(deploy_status="restoring", updated_at=now))
    commit.advance(claims[first().pk], view_of(first()), Decision(Ask("nobody knows")), look, now)
    return first()


def turn(operation: Operation) -> None:
    job = Job.objects.get(operation=operation, target=None)
    Job.objects.filter(pk=job.pk).update(next_at=timezone.now(), lease_until=None)
    claims = [claim for claim in jobs.claim(timezone.now(), 9, 9) if claim.job_id == job.pk]
    conduct.conduct(claims[0], timezone.now())
    Job.objects.exclude(pk=job.pk).update(lease_until=None)


def test_its_attempt_is_over(operation: Operation) -> None:
    assert held(operation).state == "held"
    attempt = Attempt.objects.get()
    assert (attempt.outcome, attempt.error, attempt.ended_at is not None) == ("held", "nobody knows", True)
    span = PhaseSpan.objects.get()
    assert (span.phase, span.completed, span.ended_at is not None) == ("restoring", False, True)


def test_a_site_in_doubt_lends_no_identity(operation: Operation) -> None:
    """It may be somebody else's: a retry must not resume it."""
    Target.objects.update(dcmanager_id=None, region_name="")
    assert held(operation).dcmanager_id is None


def test_giving_up_makes_it_a_failure(operation: Operation) -> None:
    give_up(held(operation).pk, ROBOT, timezone.now())
    assert Attempt.objects.get().outcome == "failed"


def test_a_retry_closes_what_an_older_release_left_open(operation: Operation) -> None:
    target = held(operation)
    Attempt.objects.update(ended_at=None, outcome="")
    PhaseSpan.objects.update(ended_at=None)
    retry(operation.pk, [target.pk], PASSWORD, ROBOT, timezone.now())
    assert Attempt.objects.get().ended_at is not None
    assert Attempt.objects.get().outcome == "held"
    assert not PhaseSpan.objects.filter(ended_at=None).exists()


def test_a_retry_leaves_the_end_of_a_failure_as_it_was(operation: Operation) -> None:
    give_up(held(operation).pk, ROBOT, timezone.now())
    was = Attempt.objects.get().ended_at
    retry(operation.pk, [first().pk], PASSWORD, ROBOT, timezone.now())
    assert (Attempt.objects.get().ended_at, Attempt.objects.get().outcome) == (was, "failed")


def test_it_keeps_its_place_and_that_is_said(operation: Operation) -> None:
    """Work may still run upstream for it: the limit holds."""
    held(operation)
    turn(operation)
    operation.refresh_from_db()
    assert Target.objects.get(number=2).state == "waiting"
    assert "1 waits for a decision" in operation.state_reason
    give_up(first().pk, ROBOT, timezone.now())
    turn(operation)
    operation.refresh_from_db()
    assert (Target.objects.get(number=2).state, operation.state_reason) == ("running", "")


def test_a_look_that_finds_nothing_is_remembered_and_no_look_is_none(operation: Operation) -> None:
    """By that a retry knows that there is nothing to resume."""
    Target.objects.filter(number=1).update(facts={"cells": {}}, deploy_status="installing")
    turn(operation)
    for looked, word in ((False, "installing"), (True, "")):
        now = timezone.now()
        Job.objects.filter(target=first()).update(next_at=now, lease_until=None)
        claims = {Job.objects.get(pk=claim.job_id).target_id: claim for claim in jobs.claim(now, 9, 9)}
        commit.advance(
            claims[first().pk],
            view_of(first()),
            Decision(Wait(timedelta(seconds=1))),
            Seen(now, None, looked=looked),
            now,
        )
        assert (first().deploy_status, gone(first())) == (word, looked)
