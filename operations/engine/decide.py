"""decide(view, seen, now) -> what to do next. Pure: the same facts give the same decision, whoever asks and when.

The promise: no effect twice, none lost. A request whose outcome is not known is sent again only when nothing has moved
for `pace.unmoved`; one that was refused is never repeated; work of others is never taken for ours.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import takewhile

from operations.choices import Outcome
from operations.engine import steps
from operations.engine.adoption import CLEARED, OVER, counts, current, late, lost
from operations.engine.seen import Ask, Decision, Done, Fail, Pace, Progress, Seen, Send, Sent, View, Wait
from operations.planning.phases import ABORT_FROM, FIRST_DEPLOYMENT, RESUME_FROM

NOT_LEGAL = "not-legal"
MOST_LOST = 3
MOST_UNSENT = 10  # in a row: a minute apart
LONGEST_WAIT = 5  # times `pace.unmoved`, from the request
LONGEST_REST = 15  # times `pace.unmoved`: half an hour
LONGEST_AWAIT = 30  # times `pace.unmoved`: an hour, until a site is online or offline
REPEATABLE = ("prestage", "reconfigure_network")  # once more changes nothing that the first time did not
SAME_VERB = ("redeploy", "restore", "reconfigure_network", "backup", "delete_backup", "prestage", "enroll")


def decide(view: View, seen: Seen, now: datetime, pace: Pace) -> Decision:
    """`now` is when the look is judged; ages of requests are reckoned by our clock alone."""
    abort = _abort(view, seen, now, pace)
    return _with_abort(view, _usual(view, seen, now, pace)) if abort is None else abort


def _usual(view: View, seen: Seen, now: datetime, pace: Pace) -> Decision:
    sent = current(view)
    if sent is not None and sent.outcome not in OVER:
        told = _clearing(view, seen, sent) or steps.progress(view, seen, sent)
        return _judged(view, seen, sent, told, now, pace)
    if (shows := late(view, seen)) is None:
        return Decision(_begin(view, seen, sent, now, pace))
    decision = _judged(view, seen, *shows, now, pace)
    return replace(decision, adopts=shows[0].number) if decision.outcome == Outcome.EFFECTIVE else decision


def _judged(view: View, seen: Seen, sent: Sent, told: Progress, now: datetime, pace: Pace) -> Decision:
    """By what shows of `sent`, a request of ours."""
    match told.state:
        case "done":
            return Decision(Done(), Outcome.EFFECTIVE)
        case "over":
            return Decision(Done(told.message), None if sent.effective else Outcome.LOST)
        case "missed":
            return Decision(Fail(told.error, told.cause), None if sent.effective else Outcome.LOST)
        case "cleared":
            return Decision(Send("add"), Outcome.EFFECTIVE)
        case "clearing":
            return _cleared(sent, now, pace)
        case "underway":
            return Decision(Wait(pace.poll, told.message), Outcome.EFFECTIVE)
        case "between":
            return _between(view, seen, told, now, pace)
        case "unknown":
            long = view.since is not None and now - view.since > pace.unmoved * LONGEST_REST
            return Decision(Ask(told.message) if long else Wait(pace.poll, told.message), Outcome.EFFECTIVE)
        case "failed":
            return Decision(Fail(told.error, told.cause), Outcome.EFFECTIVE)
        case "interrupted":
            return Decision(_again(view, seen, told, pace), Outcome.EFFECTIVE)
        case "foreign":
            return Decision(Ask(told.message))
    return _unmoved(view, seen, sent, told, now, pace)


def _begin(view: View, seen: Seen, sent: Sent | None, now: datetime, pace: Pace) -> Send | Wait | Done | Fail | Ask:
    """Nothing of ours is under way."""
    if steps.settled(view, seen):
        return Done()
    if view.step in steps.WITHOUT_REQUEST:
        return _awaited(view, seen, now, pace)
    if sent is not None and sent.outcome == Outcome.REFUSED:
        if lost(view):
            return Ask(f"{sent.verb} was refused after one that got no answer and may yet come: {sent.detail}")
        cause = "not-sent" if sent.never_sent else "refused"
        return Fail(sent.detail or "The System Controller refused, without a reason.", cause)
    requests = [one for one in view.sent if counts(view.step, one.verb)]
    if (tries := _unsent(requests)) >= MOST_UNSENT:
        return Fail(f"{requests[-1].verb} could not be sent {tries} times in a row: {requests[-1].detail}", "unsent")
    gone = sum(one.outcome == Outcome.LOST for one in view.sent)
    if gone >= MOST_LOST:
        return Ask(f"{view.step} was sent {gone} times and had no effect that could be seen.")
    if view.sent and view.sent[-1].verb not in (view.step, "abort"):
        return Send(view.sent[-1].verb)  # a resume or a clearing delete that was lost
    if (why := steps.refused(view, seen)) is not None:
        doubt = f"{view.step} got no answer, and may not be sent again: {why}"
        return Ask(doubt) if lost(view) else Fail(why, NOT_LEGAL)
    return Send(view.step)


def _awaited(view: View, seen: Seen, now: datetime, pace: Pace) -> Wait | Ask:
    """Nobody waits for ever: what follows (to manage it, to delete it) is not wanted at any time later, unasked."""
    if seen.subcloud is None:
        return Ask("The System Controller does not know this subcloud any more.")
    waited = now - view.since if view.since is not None else timedelta()
    if waited <= pace.unmoved * LONGEST_AWAIT:
        return Wait(pace.poll, f"waits until the site is {view.step}")
    minutes = max(1, round(waited.total_seconds() / 60))
    word = seen.subcloud.availability_status or "of unknown availability"
    return Ask(
        f"It has waited for {minutes} min until the site is {view.step}, and it is {word}. Try again to wait on."
    )


def _unmoved(view: View, seen: Seen, sent: Sent, told: Progress, now: datetime, pace: Pace) -> Decision:
    """Nothing shows of the request yet."""
    waited = now - sent.at >= pace.unmoved * LONGEST_WAIT  # rows may move for ever (signs.py)
    if not waited and now - _last_moved(seen, sent) < pace.unmoved:
        word = "was accepted" if sent.outcome == Outcome.ACCEPTED else "has an unknown outcome"
        return Decision(Wait(pace.poll, f"{sent.verb} {word}; nothing shows yet"))
    if told.state.startswith("perhaps ") and (doubt := _doubtful(view, seen, sent, told, pace)) is not None:
        return doubt
    if sent.effective and view.step not in ("manage", "unmanage", "edit", "rename", "move_group"):
        return Decision(Ask(f"{sent.verb} had begun, and now nothing shows of it: {told.message or 'no word'}."))
    return Decision(Wait(pace.poll, f"{sent.verb} had no effect: it is sent again"), Outcome.LOST)


def _doubtful(view: View, seen: Seen, sent: Sent, told: Progress, pace: Pace) -> Decision | None:
    """The end is there, as it was before, and something moved the row meanwhile. None: it does no harm to send again,
    from a failure that was to be mended, or what can be repeated."""
    accepted = sent.outcome == Outcome.ACCEPTED
    match told.state:
        case "perhaps failed" if accepted:
            return Decision(Fail(told.error, told.cause), Outcome.EFFECTIVE)
        case "perhaps interrupted" if accepted:
            return Decision(_again(view, seen, told, pace), Outcome.EFFECTIVE)
        case "perhaps done" if sent.verb not in REPEATABLE:
            word = seen.subcloud.deploy_status if seen.subcloud else ""
            return Decision(Ask(
                f"No work of {sent.verb} was seen, and {word} is what there was before: it may never have begun, or "
                "have come and gone unseen. Look at the site, then try again or give up."
            ))  # fmt: skip
    return None


def _last_moved(seen: Seen, sent: Sent) -> datetime:
    """When something moved upstream last, by our clock; not before the request."""
    moved = seen.subcloud.updated_at if seen.subcloud else None
    return sent.at if moved is None else max(sent.at, min(moved - timedelta(seconds=seen.skew), seen.at))


def _between(view: View, seen: Seen, told: Progress, now: datetime, pace: Pace) -> Decision:
    """At rest between two phases: dcmanager goes on by itself, unless it was restarted just then."""
    since = seen.subcloud.updated_at if seen.subcloud else None
    rested = seen.at - since + timedelta(seconds=seen.skew) if since is not None else timedelta()
    if rested > pace.unmoved * 2 and view.last_status == told.message and told.message in RESUME_FROM:
        return Decision(_again(view, seen, told, pace), Outcome.EFFECTIVE)
    if rested > pace.unmoved * LONGEST_REST:
        return Decision(Ask(f"It rests in {told.message}, and nothing goes on from there."), Outcome.EFFECTIVE)
    return Decision(Wait(pace.poll, told.message), Outcome.EFFECTIVE)


def _again(view: View, seen: Seen, told: Progress, pace: Pace) -> Send | Fail:
    """Interrupted, not failed: taken up again where it stopped."""
    gone = (Outcome.LOST, Outcome.UNSENT)
    sends = sum(one.verb not in ("abort", "delete") and one.outcome not in gone for one in view.sent)
    if view.abort_requested or sends > pace.resumes:
        return Fail(told.error or "It was interrupted again and again.", "interrupted")
    word = seen.subcloud.deploy_status if seen.subcloud else ""
    if word == "create-failed":
        return Send("delete", "interrupted while it was created: begins anew")
    if view.step in SAME_VERB:
        return Send(view.step, "interrupted: sent again")
    if view.step in ("add", "resume"):
        return Send("resume", "interrupted: taken up again")
    return Send(view.step, "interrupted: sent again")


def _clearing(view: View, seen: Seen, sent: Sent) -> Progress | None:
    """A subcloud whose creation was interrupted is deleted, and then added anew."""
    if sent.verb != "delete" or view.step != "add":
        return None
    return Progress("clearing" if seen.subcloud else CLEARED)


def _cleared(sent: Sent, now: datetime, pace: Pace) -> Decision:
    if now - sent.at < pace.unmoved:
        return Decision(Wait(pace.poll, "waits until the half-made subcloud is gone"))
    return Decision(Wait(pace.poll, "the half-made subcloud is still there: delete is sent again"), Outcome.LOST)


def _abort(view: View, seen: Seen, now: datetime, pace: Pace) -> Decision | None:
    """What an asked-for abort changes; None where the step goes its usual way."""
    if not view.abort_requested:
        return None
    aborts = [one for one in view.sent if one.verb == "abort"]
    status = seen.subcloud.deploy_status if seen.subcloud else ""
    if not view.sent:
        if view.step in FIRST_DEPLOYMENT:
            return Decision(Fail("Stopped before anything was sent.", "aborted"))
        return Decision(Fail(f"The abort came too late for what was deployed; {view.step} was not begun.", "too-late"))
    if status not in ABORT_FROM:
        return None  # it aborts already, has ended, or is between phases: wait and see
    if _unsent(aborts) >= MOST_UNSENT or _without_effect(view) >= MOST_LOST:
        return None
    # A refusal ends the wish (commit.write_answer): where there is one again, it is a new one
    if not aborts or aborts[-1].outcome in OVER:
        return Decision(Send("abort"))
    if now - aborts[-1].at >= pace.unmoved:
        return Decision(Send("abort"))
    return Decision(Wait(pace.poll, f"abort was asked for during {status}"))


def _with_abort(view: View, decision: Decision) -> Decision:
    """What became of the last request to stop is said for as long as the step goes on all the same."""
    last = view.sent[-1] if view.sent else None
    if last is None or last.verb != "abort" or not isinstance(decision.action, Wait):
        return decision
    words = {Outcome.REFUSED: "was refused", Outcome.UNSENT: "could not be sent"}
    if last.outcome in words:
        told = f"abort {words[last.outcome]} ({last.detail[:200]})"
    elif view.abort_requested and (times := _without_effect(view)) >= MOST_LOST:
        told = f"abort was taken {times} times and had no effect"
    else:
        return decision
    said = f"{told}; {decision.action.message}"
    return replace(decision, action=replace(decision.action, message=said))


def _without_effect(view: View) -> int:
    """How many requests to stop arrived, as far as can be told, since the last one of another kind."""
    last = takewhile(lambda one: one.verb == "abort", reversed(view.sent))
    return sum(1 for one in last if one.outcome not in OVER)


def _unsent(requests: Sequence[Sent]) -> int:
    """How many of the last ones in a row could not be sent."""
    return sum(1 for _ in takewhile(lambda one: one.outcome == Outcome.UNSENT, reversed(requests)))
