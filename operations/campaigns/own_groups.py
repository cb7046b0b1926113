"""Which groups at a System Controller did this batch make? People may rename them: dcmanager's id stays.

A group is ours by proof only: its id was in the answer to our request, or it has the name or the description that we
asked for, and was made when we asked. A name alone proves nothing: another portal at the same System Controller may
count its campaigns likewise. Once known it stays ours, whatever it is called, until it is gone; an id that was given
anew has another time of creation.
"""

from __future__ import annotations

from dataclasses import replace

from operations.campaigns.batch import DEFAULT_GROUP, Intent, Outcome, OwnGroup, Verb
from operations.campaigns.ownership import CLOCKS_MAY_DIFFER
from operations.campaigns.turn import REQUEST_TIME, Turn, described_as
from starlingx.records import SubcloudGroup

IN_VAIN = (Outcome.REFUSED, Outcome.UNSENT)


def with_own_groups(turn: Turn) -> Turn:
    """The turn that remembers every group in sight that is proven ours, and what it is called now."""
    own = [_as_called(each, turn.seen.groups) for each in turn.memory.groups]
    for group in turn.seen.groups:
        if not any(each.is_(group) for each in own) and (name := _made_as(turn, group, own)):
            own.append(OwnGroup(group.id, name, group.created_at, _renamed(name, group)))
    return turn.remember(groups=tuple(own)) if tuple(own) != turn.memory.groups else turn


def _as_called(own: OwnGroup, groups: tuple[SubcloudGroup, ...]) -> OwnGroup:
    there = next((group for group in groups if own.is_(group)), None)
    return own if there is None else replace(own, renamed=_renamed(own.name, there))


def _renamed(name: str, group: SubcloudGroup) -> str:
    return "" if group.name == name else group.name[:255]


def _made_as(turn: Turn, group: SubcloudGroup, own: list[OwnGroup]) -> str:
    """The name that this batch gave it; "" for one that is not known to be ours."""
    asked = turn.of(Verb.CREATE_GROUP)
    in_time = any(_in_time(turn, each, group) for each in asked if each.outcome not in IN_VAIN)
    if any(each.answered_id == group.id for each in asked) and (in_time or group.name == turn.group_name):
        return turn.group_name
    homes = {DEFAULT_GROUP, *(member.home_group for member in turn.memory.roster)}
    if group.id in homes:
        return ""  # whatever somebody called it
    if in_time and _is_like(turn, group, own):
        return turn.group_name
    reused = group.id in {each.id for each in own}
    moved_to = {each.target for each in turn.of(Verb.MOVE)}
    return turn.group_name if group.id in moved_to and not reused else ""


def _is_like(turn: Turn, group: SubcloudGroup, own: list[OwnGroup]) -> bool:
    """Whether it is as we asked for, and not all are known yet that can have been made so: then another is somebody
    else's. One that has only the name is not ours while one of ours stands, whatever that is called."""
    known = [each for each in own if each.name == turn.group_name]
    if len(known) >= sum(1 for each in turn.of(Verb.CREATE_GROUP) if each.outcome not in IN_VAIN):
        return False
    stands = any(each.is_(there) for each in known for there in turn.seen.groups)
    return group.description == described_as(turn.group_name) or (group.name == turn.group_name and not stands)


def _in_time(turn: Turn, request: Intent, group: SubcloudGroup) -> bool:
    """Whether that request can have made it."""
    if group.created_at is None:
        return True
    after = group.created_at.timestamp() - turn.seen.skew - request.at.timestamp()
    within = max(turn.pace.unmoved, REQUEST_TIME)
    return -CLOCKS_MAY_DIFFER.total_seconds() <= after <= within.total_seconds()
