"""Words that this release does not know, words of older ones, and requests to stop that are refused."""

from dataclasses import replace

import pytest
from django.utils import timezone

from operations.choices import Outcome
from operations.engine import commit, conduct, jobs
from operations.engine.decide import MOST_LOST, MOST_UNSENT, decide
from operations.engine.drive import view_of
from operations.engine.seen import Answer, Ask, Decision, Fail, Seen, Send, Wait
from operations.models import Intent, Job, Operation, Target
from operations.verdicts import not_aborted
from sites.models import Controller
from starlingx.records import Subcloud
from tests.operations.engine.seeing import PACE, after, seen, sent, subcloud, view

NONE = seen(0, None)
ADDED = sent("add", 0, NONE, Outcome.EFFECTIVE)


def building(word: str, moved: float = 60, **more: object) -> Subcloud:
    return subcloud(deploy_status=word, created_at=after(1), updated_at=after(moved), **more)


def test_an_unknown_word_is_waited_for_and_then_asked_about() -> None:
    asked = replace(view("add", ADDED, last="levitating"), since=after(60))
    early = decide(asked, seen(90, building("levitating")), after(90), PACE).action
    assert isinstance(early, Wait)
    assert "unknown state levitating" in early.message
    late = decide(asked, seen(1900, building("levitating")), after(1900), PACE).action
    assert isinstance(late, Ask)
    assert "levitating" in late.message


@pytest.mark.parametrize("word", ["deploy-failed", "deploy-prep-failed"])
def test_older_words_for_a_failure_are_failures(word: str) -> None:
    told = decide(view("add", ADDED, last="deploying"), seen(90, building(word)), after(90), PACE).action
    assert isinstance(told, Fail)
    assert told.cause == word


@pytest.mark.parametrize("word", ["deploying", "pre-deploy"])
def test_older_words_for_work_are_work(word: str) -> None:
    told = decide(view("add", ADDED), seen(90, building(word)), after(90), PACE)
    assert (isinstance(told.action, Wait), told.outcome) == (True, Outcome.EFFECTIVE)


def test_what_rests_for_ever_between_two_phases_is_asked_about() -> None:
    asked = view("enroll", sent("enroll", 0, NONE, Outcome.EFFECTIVE), last="pre-enroll-complete")
    look = building("pre-enroll-complete")
    assert isinstance(decide(asked, seen(300, look), after(300), PACE).action, Wait)
    assert isinstance(decide(asked, seen(1900, look), after(1900), PACE).action, Ask)


def test_a_refused_abort_is_shown_and_may_be_asked_for_again() -> None:
    refused = replace(sent("abort", 60, NONE, Outcome.REFUSED), detail="not an initial deployment")
    going_on = view("add", ADDED, refused, last="installing")
    told = decide(going_on, seen(90, building("installing")), after(90), PACE).action
    assert isinstance(told, Wait)
    assert "abort was refused (not an initial deployment)" in told.message
    assert "installing" in told.message
    anew = replace(going_on, abort_requested=True)
    assert decide(anew, seen(90, building("installing")), after(90), PACE).action == Send("abort")


def test_an_abort_that_cannot_be_sent_is_not_tried_for_ever() -> None:
    unsent = [replace(sent("abort", at, NONE, Outcome.UNSENT), detail="no route") for at in range(MOST_UNSENT)]
    asked = view("add", ADDED, *unsent, last="installing", abort_requested=True)
    told = decide(asked, seen(90, building("installing")), after(90), PACE).action
    assert isinstance(told, Wait)
    assert "no route" in told.message


def test_an_abort_that_is_taken_without_effect_is_not_sent_for_ever() -> None:
    taken = [sent("abort", 60 + 200 * n, NONE) for n in range(MOST_LOST)]
    at = 60 + 200 * MOST_LOST
    asked = view("add", ADDED, *taken[:-1], last="installing", abort_requested=True)
    assert decide(asked, seen(at, building("installing")), after(at), PACE).action == Send("abort")
    asked = view("add", ADDED, *taken, last="installing", abort_requested=True)
    told = decide(asked, seen(at, building("installing")), after(at), PACE).action
    assert isinstance(told, Wait)
    assert f"abort was taken {MOST_LOST} times and had no effect" in told.message
    assert "installing" in told.message


@pytest.fixture
def target() -> Target:
    """Running, at its first step."""
    controller = Controller.objects.create(name="c", auth_url="http://127.0.0.1:1", username="u", password_sealed=b"s")
    operation = Operation.objects.create(
        kind="deploy", title="t", requester_name="e", created_at=timezone.now(), state="processing"
    )
    made = Target.objects.create(
        operation=operation, number=1, controller=controller, name="edge-7", steps=["add"], state="waiting"
    )
    conduct.start(made, "e", timezone.now())
    return made


@pytest.mark.django_db
def test_an_unknown_word_is_flagged_at_once(target: Target) -> None:
    now = timezone.now()
    for word, flagged in (("levitating", True), ("install-complete", False)):
        Job.objects.update(lease_until=None, next_at=now)
        (claim,) = jobs.claim(now, 1, 1)
        look = Seen(now, subcloud(deploy_status=word, updated_at=now))
        commit.advance(claim, view_of(target), Decision(Wait(PACE.poll, word)), look, now)
        target.refresh_from_db()
        assert target.stuck == flagged


@pytest.mark.django_db
def test_the_time_in_an_unknown_word_is_known(target: Target) -> None:
    now = timezone.now()
    (claim,) = jobs.claim(now, 1, 1)
    look = Seen(now, subcloud(deploy_status="levitating", updated_at=now))
    commit.advance(claim, view_of(target), Decision(Wait(PACE.poll, "")), look, now)
    target.refresh_from_db()
    assert view_of(target).since == now


@pytest.mark.django_db
def test_the_refusal_of_an_abort_ends_the_wish(target: Target) -> None:
    Target.objects.update(abort_requested=True, deploy_status="installing")
    intent = Intent.objects.create(
        target=target, attempt=1, number=1, verb="abort", step="add", created_at=timezone.now()
    )
    (claim,) = jobs.claim(timezone.now(), 1, 1)
    refusal = Answer(Outcome.REFUSED, 400, "not an initial deployment")
    commit.write_answer(claim, intent, refusal, timezone.now(), PACE.poll)
    target.refresh_from_db()
    assert not target.abort_requested
    assert "not an initial deployment" in target.message
    assert not_aborted(target) == ""
