"""Steps that only wait for a site to be online or offline: they have a limit, and people can stop them."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from operations.choices import Outcome
from operations.engine import commit, conduct, jobs
from operations.engine.decide import LONGEST_AWAIT, decide
from operations.engine.drive import view_of
from operations.engine.seen import Ask, Decision, Done, Seen, Send, Wait
from operations.models import Intent, Job, Operation, PhaseSpan, Target
from operations.services.control import cancel, give_up, hold
from operations.services.deeds import on_hold
from operations.services.start import NotNowError
from operations.verdicts import next_verbs
from sites.models import Controller
from tests.operations.driving import ROBOT
from tests.operations.engine.seeing import PACE, T0, after, seen, subcloud, view

LIMIT = PACE.unmoved.total_seconds() * LONGEST_AWAIT


@pytest.mark.parametrize(("step", "there"), [("online", "offline"), ("offline", "online")])
def test_nobody_waits_for_ever(step: str, there: str) -> None:
    waits = view(step, last="complete", since=T0)
    look = subcloud(availability_status=there)
    assert isinstance(decide(waits, seen(LIMIT, look), after(LIMIT), PACE).action, Wait)
    told = decide(waits, seen(LIMIT + 1, look), after(LIMIT + 1), PACE).action
    assert told == Ask(f"It has waited for 60 min until the site is {step}, and it is {there}. Try again to wait on.")
    came = subcloud(availability_status=step)
    assert decide(waits, seen(LIMIT + 1, came), after(LIMIT + 1), PACE).action == Done()


def test_who_is_gone_is_not_waited_for() -> None:
    assert isinstance(decide(view("online"), seen(0, None), after(0), PACE).action, Ask)
    assert decide(view("offline"), seen(0, None), after(0), PACE).action == Done()


@pytest.fixture
def operation(db: Any) -> Operation:
    """Two sites to be taken out of service, one at a time; the first is unmanaged, and waited for."""
    controller = Controller.objects.create(name="c", auth_url="http://127.0.0.1:1", username="u", password_sealed=b"s")
    made = Operation.objects.create(
        kind="decommission", title="t", requester_name="e", created_at=timezone.now(), state="processing",
        max_at_once=1, controller=controller,
    )  # fmt: skip
    Job.objects.create(operation=made, next_at=timezone.now())
    for number in (1, 2):
        Target.objects.create(
            operation=made, number=number, controller=controller, name=f"edge-{number}", state="waiting",
            steps=["unmanage", "offline", "delete"], region_name="r7", dcmanager_id=7,
        )  # fmt: skip
    turn(made)
    Intent.objects.create(
        target=first(), attempt=1, number=1, verb="unmanage", step="unmanage", outcome=Outcome.EFFECTIVE,
        created_at=timezone.now(),
    )  # fmt: skip
    Target.objects.filter(number=1).update(step=1)
    return made


def first() -> Target:
    return Target.objects.get(number=1)


def second() -> Target:
    return Target.objects.get(number=2)


def turn(operation: Operation) -> None:
    """One of the operation's own job."""
    job = Job.objects.get(operation=operation, target=None)
    Job.objects.filter(pk=job.pk).update(next_at=timezone.now(), lease_until=None)
    claims = [claim for claim in jobs.claim(timezone.now(), 9, 9) if claim.job_id == job.pk]
    conduct.conduct(claims[0], timezone.now())
    Job.objects.exclude(pk=job.pk).update(lease_until=None)


def claimed() -> jobs.Claim:
    """The job of the first site."""
    job = Job.objects.get(target=first())
    Job.objects.exclude(pk=job.pk).update(next_at=None)
    Job.objects.filter(pk=job.pk).update(next_at=timezone.now(), lease_until=None)
    (claim,) = jobs.claim(timezone.now(), 9, 9)
    return claim


def look(at: datetime, availability: str = "online") -> Seen:
    return Seen(at, subcloud(availability_status=availability, updated_at=at))


def test_since_when_is_remembered(operation: Operation) -> None:
    assert view_of(first()).since is None
    now = timezone.now()
    commit.advance(claimed(), view_of(first()), Decision(Wait(PACE.poll)), look(now), now)
    assert view_of(first()).since == PhaseSpan.objects.get(phase="offline").began_at


def test_who_waited_too_long_is_held_and_leaves_its_place(operation: Operation) -> None:
    turn(operation)
    assert second().state == "waiting"
    now = timezone.now()
    commit.advance(claimed(), view_of(first()), Decision(Ask("waited")), look(now), now)
    assert first().state == "held"
    turn(operation)
    operation.refresh_from_db()
    assert (second().state, operation.state_reason) == ("running", "")


def test_it_can_be_given_up(operation: Operation) -> None:
    legal = {each.verb: each.reason for each in next_verbs(first(), operation.kind)}
    assert legal["give_up"] == ""
    assert "only waits until the site is offline" in legal["abort"]
    give_up(first().pk, ROBOT, timezone.now())
    target = first()
    assert (target.state, target.cause) == ("failed", "stopped")
    assert "Done before: unmanage. Not done: wait until offline, delete." in target.error
    assert Job.objects.get(target=target).next_at is None


def test_whoever_drives_it_meanwhile_sends_nothing(operation: Operation) -> None:
    """It was looked at, and found offline, in the moment in which it was given up."""
    claim, now = claimed(), timezone.now()
    of = view_of(first())
    give_up(first().pk, ROBOT, now)
    with pytest.raises(jobs.StaleTokenError):
        commit.advance(claim, of, Decision(Done()), look(now, "offline"), now)
    Job.objects.filter(target=first()).update(token=claim.token)  # even under its own token
    with pytest.raises(jobs.StaleTokenError):
        commit.write_intent(claim, of, Decision(Send("delete")), "delete", look(now, "offline"), now)
    assert first().state == "failed"
    assert Intent.objects.count() == 1


def test_what_is_under_way_is_not_given_up(operation: Operation) -> None:
    Target.objects.filter(number=1).update(step=0)
    Intent.objects.update(outcome=Outcome.UNKNOWN)
    with pytest.raises(NotNowError, match="until its outcome is known"):
        give_up(first().pk, ROBOT, timezone.now())
    Intent.objects.update(outcome=Outcome.UNSENT)
    give_up(first().pk, ROBOT, timezone.now())
    assert first().state == "failed"


def test_a_site_of_a_campaign_is_not(operation: Operation) -> None:
    Operation.objects.update(kind="campaign")
    with pytest.raises(NotNowError, match="waits for no decision"):
        give_up(first().pk, ROBOT, timezone.now())


def test_to_cancel_stops_it_and_says_so(operation: Operation) -> None:
    said = cancel(operation.pk, ROBOT, timezone.now())
    assert said == "1 subcloud not begun: will not. 1 subcloud only waited, and stopped: edge-1."
    assert (first().state, second().state) == ("failed", "cancelled")
    turn(operation)
    operation.refresh_from_db()
    assert operation.state == "failed_temp"


def test_who_was_sent_nothing_was_not_run(operation: Operation) -> None:
    """It had its turn, and its System Controller never answered."""
    Intent.objects.all().delete()
    Target.objects.filter(number=1).update(step=0)
    assert "1 subcloud only waited, and stopped: edge-1." in cancel(operation.pk, ROBOT, timezone.now())
    assert (first().state, first().error) == ("cancelled", "")
    turn(operation)
    operation.refresh_from_db()
    assert operation.state == "cancelled"


def test_to_cancel_says_what_goes_on(operation: Operation) -> None:
    Target.objects.filter(number=1).update(step=0)
    Target.objects.filter(number=2).update(state="held")
    said = cancel(operation.pk, ROBOT, timezone.now())
    assert said.startswith("None was left that had not begun. 1 subcloud at work: what is under way goes on;")
    assert said.endswith("1 subcloud in need of a decision: decide there.")
    assert (first().state, second().state) == ("running", "held")


def test_to_hold_says_that_who_waits_goes_on(operation: Operation) -> None:
    said = on_hold(hold(operation.pk, True, ROBOT, timezone.now()))
    assert "1 subcloud at work: that goes on to its end." in said
    assert "going on when it comes: edge-1." in said
    Target.objects.update(state="completed")
    assert on_hold(operation).endswith("None is at work.")


def test_a_wait_that_began_anew_has_its_time_again(operation: Operation) -> None:
    """A new attempt counts from its own beginning."""
    PhaseSpan.objects.create(
        attempt=first().attempts.get(), phase="offline", began_at=timezone.now() - timedelta(hours=3),
        ended_at=timezone.now(),
    )  # fmt: skip
    assert view_of(first()).since is None
