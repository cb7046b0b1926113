"""Sites back to their groups, and the temporary group away: on every way out, also where the group has gone already."""

from __future__ import annotations

from operations.campaigns.actions import Action, AskPerson, DeleteGroup, Restore, Wait
from operations.campaigns.again import due, put_off
from operations.campaigns.batch import DEFAULT_GROUP, Member, Memory, Verb
from operations.campaigns.turn import Turn, open_words
from operations.planning.problems import listed
from starlingx.records import SubcloudGroup

MOST_TOLD = 300  # characters of a reason that are remembered


def tidy(turn: Turn) -> Action | None:
    """The next thing to do so that every site is in its group and ours is gone; None when that is so.

    A site that somebody moved out of our group meanwhile is left where it is.
    """
    if turn.view.alone:
        return None
    strays = [member for member in turn.memory.roster if turn.is_astray(member)]
    if strays:
        return _restore(turn, strays)
    if turn.is_open(Verb.MOVE) or turn.is_open(Verb.CREATE_GROUP) or turn.is_open(Verb.RESTORE):
        return _wait(turn)
    return next((_delete(turn, group) for group in turn.our_groups()), None)


def _restore(turn: Turn, strays: list[Member]) -> Action:
    there = {group.id for group in turn.seen.groups}
    able = [member for member in strays if not turn.is_open(Verb.RESTORE, member.dcmanager_id)]
    ready = [member for member in able if due(turn, Verb.RESTORE, member.dcmanager_id) <= turn.now]
    if ready:
        homes = ((member, member.home_group) for member in ready[: turn.pace.moves])
        return Restore(tuple((member, home if home in there else DEFAULT_GROUP) for member, home in homes))
    return _put_off(turn, able) or _wait(turn)


def _put_off(turn: Turn, able: list[Member]) -> Action | None:
    """None of them may be asked for again yet: those that a person has to look after are named first."""
    stuck = [member for member in able if turn.hopeless(Verb.RESTORE, member.dcmanager_id)] or able
    if not stuck:
        return None
    soonest = min(stuck, key=lambda member: due(turn, Verb.RESTORE, member.dcmanager_id))
    what = f"{listed([member.name for member in stuck], 5)} cannot be moved back to its group"
    return put_off(turn, what, Verb.RESTORE, soonest.dcmanager_id)


def _delete(turn: Turn, group: SubcloudGroup) -> Action:
    if turn.is_open(Verb.DELETE_GROUP):
        return _wait(turn)
    inside = [placed.name for placed in turn.seen.subclouds.values() if placed.group_id == group.id]
    if inside:
        who = listed(sorted(inside), 5)
        return AskPerson(
            f"{who}, put into group {group.name} of this campaign by somebody: move it out.", turn.pace.poll
        )
    return put_off(turn, f"Group {group.name} cannot be deleted", Verb.DELETE_GROUP) or DeleteGroup(group.id)


def _wait(turn: Turn) -> Wait:
    return Wait(turn.pace.poll, "unknown-outcome", listed(open_words(turn), 3))


def unwind(turn: Turn) -> tuple[Action, Memory]:
    """Takes an attempt back of which no strategy is left; then the batch is as if it had never begun."""
    memory = turn.memory
    action = tidy(turn)
    if action is not None:
        return action, memory
    fresh = Memory(
        attempt=memory.attempt + 1,
        troubles=memory.troubles + memory.trouble,
        unmovable=memory.unmovable,
        last_id=memory.last_id,
        confirmed=memory.confirmed,
        disowned=memory.disowned,
        forgiven=memory.forgiven,
        wrong=memory.unwinding[:MOST_TOLD] if memory.trouble else memory.wrong,
        wrong_at=turn.now if memory.trouble else memory.wrong_at,
    )
    return Wait(turn.pace.again if memory.trouble else turn.pace.poll, "again", memory.unwinding), fresh
