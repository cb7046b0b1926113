"""What comes next for a batch whose strategy is ours: from its creation until it is gone and its sites are checked."""

from __future__ import annotations

from collections import Counter

from operations.campaigns.actions import Abort, Action, Apply, Archive, DeleteStrategy, Wait, Watch
from operations.campaigns.aftermath import aftermath
from operations.campaigns.again import due, put_off
from operations.campaigns.batch import OPEN, Memory, Outcome, Verb
from operations.campaigns.membership import tidy, unwind
from operations.campaigns.obstacles import obstacle
from operations.campaigns.own_steps import kept, with_own_steps
from operations.campaigns.standstill import standstill, with_what_shows
from operations.campaigns.turn import AT_REST, Turn, made_by
from operations.planning.problems import listed
from starlingx.records import Strategy

Step = tuple[Action, Memory]
RUNNING = ("applying", "abort requested", "aborting")
ABORTED = ("abort requested", "aborting", "aborted")
VANISHED = "vanished"


def with_strategy(turn: Turn) -> Step:
    mine = turn.mine
    if mine is None:
        return _gone(turn)
    turn = with_what_shows(with_own_steps(turn), mine)
    if mine.state == "initial":
        return _initial(turn, mine)
    turn = turn.remember(applied=turn.memory.applied or mine.state in (*RUNNING, *AT_REST))
    if _is_aborted(turn, mine) and not turn.memory.aborted_elsewhere and not _asked_to_abort(turn):
        turn = turn.remember(aborted_elsewhere=True)
    if mine.state in RUNNING:
        return _running(turn, mine)
    if mine.state in AT_REST:
        return _ended(turn, mine)
    if mine.state in ("deleting", "deleted"):
        return _deleting(turn, mine)
    return Watch(turn.pace.poll, f"The strategy is in a state this portal does not know: {mine.state}"), turn.memory


def _is_aborted(turn: Turn, mine: Strategy) -> bool:
    """A failed step hides in the state of the whole that others were aborted."""
    return mine.state in ABORTED or any(step.state == "aborted" for step in turn.seen.steps)


def _asked_to_abort(turn: Turn) -> bool:
    return any(each.outcome not in (Outcome.REFUSED, Outcome.UNSENT) for each in turn.of(Verb.ABORT))


def _initial(turn: Turn, mine: Strategy) -> Step:
    """Created, not started. Its steps are checked, then everything is put back, and only then does it start."""
    memory = turn.memory
    names = {member.name for member in memory.roster}
    made = {step.cloud for step in turn.seen.steps}
    if not memory.unwinding and made - names:
        why = f"dcmanager made steps for sites that are not in the batch: {listed(sorted(made - names), 5)}."
        turn = turn.remember(unwinding=why, trouble=True)
    elif not memory.unwinding and names - made:
        if turn.now - made_by(turn).at < turn.pace.unmoved:
            return Wait(turn.pace.poll, "upstream", "dcmanager makes the steps"), memory
        if not made:
            turn = turn.remember(unwinding="dcmanager made no step for any site of the batch.", trouble=True)
    action = tidy(turn)
    if action is not None:
        return action, turn.memory
    if turn.is_open(Verb.APPLY):
        return Wait(turn.pace.poll, "unknown-outcome", "apply has no outcome yet; nothing shows"), turn.memory
    if not turn.memory.unwinding and (why := obstacle(turn)):
        turn = turn.remember(unwinding=why, trouble=False)
    if turn.memory.unwinding:
        return _delete(turn, mine), turn.memory
    return put_off(turn, "The strategy cannot be started", Verb.APPLY) or Apply(mine.id), turn.memory


def _running(turn: Turn, mine: Strategy) -> Step:
    """Steps that run cannot be stopped; those that have not begun can."""
    action = tidy(turn)
    if action is not None:
        return action, turn.memory
    controls, states = turn.view.controls, Counter(step.state for step in turn.seen.steps)
    over = controls.abort or controls.stop
    may_abort = not turn.is_open(Verb.ABORT) and due(turn, Verb.ABORT) <= turn.now
    if over and mine.state == "applying" and states["initial"] and may_abort:
        return Abort(mine.id), turn.memory
    if (still := standstill(turn, mine)) is not None:
        return still, turn.memory
    told = listed((f"{count} {state}" for state, count in sorted(states.items())), 6)
    return Watch(turn.pace.poll, f"{mine.state}: {told}"), turn.memory


def _ended(turn: Turn, mine: Strategy) -> Step:
    if not turn.memory.archived:
        return _archive(turn, mine.state)
    action = tidy(turn)
    return (action if action is not None else _delete(turn, mine)), turn.memory


def _deleting(turn: Turn, mine: Strategy) -> Step:
    """By us, or by somebody else: then what is still there is kept."""
    if turn.memory.applied and not turn.memory.archived:
        return _archive(turn, VANISHED)
    action = tidy(turn)
    waits = standstill(turn, mine) or Wait(turn.pace.poll, "upstream", "dcmanager deletes the strategy")
    return (action if action is not None else waits), turn.memory


def _gone(turn: Turn) -> Step:
    """Our strategy is not in the slot any more."""
    memory = turn.memory
    if memory.archived:
        return aftermath(turn)
    began = memory.applied or any(each.outcome in (*OPEN, Outcome.EFFECTIVE) for each in turn.of(Verb.APPLY))
    if began:
        return _archive(turn.remember(applied=True), VANISHED)
    why = memory.unwinding or "Somebody deleted the strategy before it ran."
    trouble = memory.trouble if memory.unwinding else True
    last = max(memory.last_id or 0, memory.strategy_id or 0)
    return unwind(turn.remember(strategy_id=None, unwinding=why, trouble=trouble, last_id=last))


def _archive(turn: Turn, state: str) -> Step:
    """Every step that was ever seen, as it was last."""
    steps = turn.seen.steps if turn.mine is not None else ()
    memory = turn.remember(archived=True, final_state=state, ended_at=turn.seen.at).memory
    return Archive(kept(memory, steps, turn.view.last_steps), state), memory


def _delete(turn: Turn, mine: Strategy) -> Action:
    if turn.is_open(Verb.DELETE):
        return Wait(turn.pace.poll, "unknown-outcome", "delete has no outcome yet; nothing shows")
    return put_off(turn, "The strategy cannot be deleted", Verb.DELETE) or DeleteStrategy(mine.id)
