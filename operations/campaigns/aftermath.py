"""The strategy is over and gone: sites are checked, everything is as it was, and each site has its end."""

from __future__ import annotations

from collections.abc import Iterator

from operations.campaigns.actions import Action, Finish, PostCheck
from operations.campaigns.batch import End, Member, Memory, SiteEnd
from operations.campaigns.membership import tidy
from operations.campaigns.postcheck import Health
from operations.campaigns.turn import Turn
from starlingx.records import StrategyStep

NEVER_BEGAN = ("initial", "aborted")
UNPROVEN = (
    "Its strategy vanished before it was seen to begin, and what was asked for was there before: nothing shows that it"
    " was done."
)


def aftermath(turn: Turn) -> tuple[Action, Memory]:
    action = tidy(turn)
    if action is not None:
        return action, turn.memory
    memory, pace = turn.memory, turn.pace
    waiting = tuple(member.site for member in _to_check(turn) if not _is_checked(turn, member))
    if waiting:
        late = memory.ended_at is not None and turn.now - memory.ended_at >= pace.settle
        return PostCheck(waiting, late, pace.poll), memory
    ends = [*memory.left_out, *(_end(turn, member) for member in memory.roster)]
    return Finish(
        tuple(sorted(ends, key=lambda each: each.site)), f"The strategy ended as {memory.final_state}."
    ), memory


def _steps(turn: Turn) -> dict[str, StrategyStep]:
    return {step.cloud: step for step in turn.view.archive}


def _to_check(turn: Turn) -> Iterator[Member]:
    """Sites that have, or may have, been changed. Of a strategy that vanished, or of a step that did while it was
    worked on, only the site itself tells the end."""
    steps = _steps(turn)
    for member in turn.memory.roster:
        state = steps[member.name].state if member.name in steps else ""
        untold = turn.memory.final_state == "vanished" or state not in (*NEVER_BEGAN, "")
        if state == "complete" or (untold and state != "failed"):
            yield member


def _is_checked(turn: Turn, member: Member) -> bool:
    after = turn.view.after.get(member.site)
    return after is not None and after.health is not Health.WAITS


def _end(turn: Turn, member: Member) -> SiteEnd:
    site, step, after = member.site, _steps(turn).get(member.name), turn.view.after.get(member.site)
    unseen = step is None or step.state in NEVER_BEGAN
    if after is not None and after.health is Health.GOOD:
        return SiteEnd(site, End.NOT_RUN, UNPROVEN) if unseen and after.as_before else SiteEnd(site, End.DONE)
    if after is not None and unseen and not after.worse:
        return SiteEnd(site, End.NOT_RUN, "Its strategy vanished before it was seen to begin, and it is as it was.")
    if after is not None:
        return SiteEnd(site, End.FAILED, " ".join(after.sentences))
    if step is None:
        return SiteEnd(site, End.NOT_RUN, "dcmanager made no step for it.")
    if unseen:
        return SiteEnd(site, End.NOT_RUN, f"Its step was still {step.state} when the strategy ended.")
    return SiteEnd(site, End.FAILED, step.details or f"Its step ended as {step.state}.")
