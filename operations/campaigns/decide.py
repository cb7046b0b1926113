"""decide(view, seen, now, pace) -> what to do next for a batch. Pure: the same facts give the same decision.

slot free > roster and baseline > temporary group > sites into it > strategy > its steps are the plan > sites back >
group away > apply > watch > archive > delete > check the sites > over. After a crash at any arrow the next look tells
where it stands: each request is written before it is sent, and sent again only when nothing has shown of it for
`unmoved`. What must not go on before `apply` is taken back, and the batch waits as if it had never begun.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from operations.campaigns.actions import (
    WRITES,
    Action,
    AskPerson,
    Begin,
    CreateGroup,
    CreateStrategy,
    Decision,
    Finish,
    Move,
    Wait,
)
from operations.campaigns.again import after_troubles
from operations.campaigns.batch import (
    PORTAL_MADE,
    BatchView,
    End,
    Look,
    Member,
    Pace,
    Planned,
    SiteEnd,
    Verb,
    made_at_once,
)
from operations.campaigns.membership import tidy, unwind
from operations.campaigns.obstacles import obstacle
from operations.campaigns.own_groups import with_own_groups
from operations.campaigns.ownership import Whose, described
from operations.campaigns.running import Step, with_strategy
from operations.campaigns.turn import APPLY_TYPE, AT_REST, Turn, made_by, open_words, settle
from operations.planning.problems import listed
from starlingx.records import Strategy, SubcloudGroup

LEFT_BEHIND = timedelta(hours=1)
IDLE = timedelta(minutes=1)  # the longest wait for a window: people change their minds meanwhile
NOT_AT_ALL = timedelta(0)


def decide(view: BatchView, seen: Look, now: datetime, pace: Pace) -> Decision:
    """`now` is when the look is judged. Nothing is written upstream while the brake is on."""
    turn, settled = settle(with_own_groups(Turn(view, seen, now, pace)))
    action, memory = _next(turn)
    if view.controls.brake and isinstance(action, WRITES):
        action = Wait(pace.poll, "brake", view.controls.brake)
    return Decision(action, settled, memory)


def _next(turn: Turn) -> Step:
    memory = turn.memory
    if not memory.roster:
        return _begin(turn)
    if memory.strategy_id is not None:
        return with_strategy(turn)
    if turn.is_open(Verb.CREATE):
        return _unanswered(turn), memory
    return unwind(turn) if memory.unwinding else _prepare(turn)


def _begin(turn: Turn) -> Step:
    """Nothing of this attempt is upstream yet."""
    controls, strategy = turn.view.controls, turn.seen.strategy
    if strategy is not None:
        turn = turn.remember(last_id=max(strategy.id, turn.memory.last_id or 0))
    members, left_out = _choose(turn)
    over = controls.abort or controls.stop
    if over or (not members and all(each.end is End.SKIPPED for each in left_out)):
        return _none_left(members, left_out, over), turn.memory
    wait = _must_wait(turn, members)  # before the verdict on sites: what stands against them now may be gone by then
    if wait is not None:
        return wait, replace(turn.memory, ready_at=None)
    turn = turn.remember(ready_at=turn.memory.ready_at or turn.now)
    wait = _awaits(turn, left_out)
    if wait is not None:
        return wait, turn.memory
    if not members:
        return _none_left(members, left_out), turn.memory
    return Begin(members), replace(turn.memory, roster=members, left_out=left_out, unwinding="", trouble=False)


def _none_left(members: tuple[Member, ...], left_out: tuple[SiteEnd, ...], over: str = "") -> Finish:
    """Nobody works on any of its sites. `over`: why those that could have taken part do not either."""
    ends = [*left_out, *(SiteEnd(member.site, End.NOT_RUN, over) for member in members)]
    return Finish(tuple(sorted(ends, key=lambda each: each.site)), over or "No site is left to work on.")


def _choose(turn: Turn) -> tuple[tuple[Member, ...], tuple[SiteEnd, ...]]:
    """Who takes part in this attempt, and what becomes of the others."""
    members, left_out = [], []
    for planned in turn.view.planned:
        placed = turn.seen.subclouds.get(planned.dcmanager_id)
        if placed is None or placed.region_name != planned.region_name:
            left_out.append(SiteEnd(planned.site, End.GONE, "The System Controller has no such subcloud any more."))
        elif (why := _left_out(turn, planned)) is not None:
            left_out.append(why)
        elif placed.group_id is None:
            left_out.append(SiteEnd(planned.site, End.HELD, "The System Controller does not tell its group."))
        else:
            members.append(Member(planned.site, planned.dcmanager_id, placed.name, placed.group_id))
    return tuple(members), tuple(left_out)


def _left_out(turn: Turn, planned: Planned) -> SiteEnd | None:
    controls = turn.view.controls
    if planned.site in controls.skipped:
        return SiteEnd(planned.site, End.SKIPPED)
    if planned.site in controls.held:
        return SiteEnd(planned.site, End.HELD, controls.held[planned.site])
    return next((each for each in turn.memory.unmovable if each.site == planned.site), None)


def _must_wait(turn: Turn, members: tuple[Member, ...]) -> Action | None:
    """What must be over before a batch may begin."""
    controls, pace, strategy = turn.view.controls, turn.pace, turn.seen.strategy
    for key, why in (("brake", controls.brake), ("paused", controls.paused)):
        if why:
            return Wait(pace.poll, key, why)
    if strategy is not None:
        return Wait(pace.poll, "foreign", _foreign(strategy, turn.view.others.get(strategy.id)))
    if controls.room:
        return Wait(pace.poll, "room", controls.room)
    if not controls.opening.is_open:
        opens = controls.opening.opens
        after = min(max(opens - turn.now, pace.poll), IDLE) if opens else IDLE
        return Wait(after, "window", controls.opening.reason)
    passing = {group.id for group in turn.seen.groups if _is_passed_through(turn, group)}
    busy = [member for member in members if member.home_group in passing]
    if busy and not turn.view.alone:
        return _away(turn, busy)
    return after_troubles(turn) if members else None


def _away(turn: Turn, busy: list[Member]) -> Wait | AskPerson:
    """Sites pass through a group in minutes. One that has stood for long was left behind, perhaps by another portal."""
    within = {member.home_group for member in busy}
    groups = [group for group in turn.seen.groups if group.id in within]
    told = f"{listed([member.name for member in busy], 5)} is passing through {listed(g.name for g in groups)}, "
    if all(group.created_at is None or turn.now - group.created_at < LEFT_BEHIND for group in groups):
        return Wait(turn.pace.poll, "busy", f"{told}a group that another campaign made.")
    return AskPerson(
        f"{told}which a campaign made long ago, of this portal or of another: if none is at work there, move it out.",
        turn.pace.poll,
    )


def _is_passed_through(turn: Turn, group: SubcloudGroup) -> bool:
    """Whether some campaign made it, though somebody may have renamed it: then it is nobody's home."""
    known = turn.view.passing
    made = group.id in known and made_at_once(known[group.id], group.created_at)
    return made or group.name.startswith(PORTAL_MADE)


def _foreign(strategy: Strategy, campaign: int | None) -> str:
    """One that has ended does not go away by itself, unless a campaign of this portal made it."""
    if campaign is not None:
        return f"Waits for the slot: {described(strategy)} is in it, which is that of campaign {campaign}."
    stays = " It has ended, and stays until whoever made it deletes it." if strategy.state in AT_REST else ""
    return f"Waits for the slot: {described(strategy)} is in it, which is not ours.{stays}"


def _awaits(turn: Turn, left_out: tuple[SiteEnd, ...]) -> Wait | None:
    """It could begin, but for sites that may soon take part after all."""
    patience, ready_at = turn.view.controls.patience, turn.memory.ready_at or turn.now
    spent = turn.now - ready_at
    held = {each.site: each for each in left_out if each.end is End.HELD}
    awaited = [each for each in turn.view.planned if each.site in held and spent < patience.get(each.site, NOT_AT_ALL)]
    if not awaited:
        return None
    names = listed([turn.seen.subclouds[each.dcmanager_id].name for each in awaited], 5)
    return Wait(turn.pace.poll, "facts", f"Waits for {names}: {held[awaited[0].site].error}")


def _prepare(turn: Turn) -> Step:
    """From the roster to the strategy. Whatever is in the way has the attempt taken back."""
    strategy = turn.seen.strategy
    why = obstacle(turn)
    if not why and strategy is not None:
        turn = turn.remember(last_id=max(strategy.id, turn.memory.last_id or 0))
        why = f"Another strategy has come into the slot: {described(strategy)}."
    if why:
        return unwind(turn.remember(unwinding=why, trouble=False))
    for verb in (Verb.CREATE_GROUP, Verb.CREATE):
        if turn.refusal(verb) or turn.hopeless(verb):
            refusal = turn.refusal(verb) or f"it was sent {turn.pace.losses} times, and nothing showed of it"
            return unwind(turn.remember(unwinding=f"{verb.replace('_', ' ')}: {refusal}", trouble=True))
    if turn.view.alone:
        return CreateStrategy(None, turn.memory.roster[0].name, 1), turn.memory
    group = turn.group
    return _make_group(turn) if group is None else _gather(turn, group)


def _somebody_elses(turn: Turn) -> AskPerson | None:
    """A group of the name that ours should have: of another portal at this System Controller, or of an earlier life
    of this one."""
    if all(group.name != turn.group_name for group in turn.seen.groups):
        return None
    return AskPerson(f"Group {turn.group_name} is not as this campaign made it; somebody else did.", turn.pace.poll)


def _make_group(turn: Turn) -> Step:
    if turn.is_open(Verb.CREATE_GROUP):
        return Wait(turn.pace.poll, "unknown-outcome", listed(open_words(turn), 3)), turn.memory
    create = CreateGroup(turn.group_name, len(turn.memory.roster))
    return _somebody_elses(turn) or create, turn.memory


def _gather(turn: Turn, group: SubcloudGroup) -> Step:
    """Sites into the group; once all are in it, and nobody else, the strategy over it."""
    roster, memory = turn.memory.roster, turn.memory
    as_made = group.update_apply_type == APPLY_TYPE and group.max_parallel_subclouds == len(roster)
    if not as_made:
        return AskPerson(
            f"Group {group.name} is not as this campaign made it; somebody else did.", turn.pace.poll
        ), memory
    outside = [member for member in roster if turn.group_of(member) != group.id]
    for member in outside:
        why = _immovable(turn, member)
        if why:
            held = SiteEnd(member.site, End.HELD, why)
            return unwind(turn.remember(unwinding=f"{member.name}: {why}", unmovable=(*memory.unmovable, held)))
        if turn.group_of(member) != member.home_group:
            return unwind(turn.remember(unwinding=f"Somebody moved {member.name} to another group meanwhile."))
    ready = [member for member in outside if not turn.is_open(Verb.MOVE, member.dcmanager_id)]
    if ready:
        return Move(tuple(ready[: turn.pace.moves]), group.id), memory
    if outside:
        return Wait(turn.pace.poll, "unknown-outcome", listed(open_words(turn), 3)), memory
    ours = {member.dcmanager_id for member in roster}
    guests = [p.name for n, p in turn.seen.subclouds.items() if p.group_id == group.id and n not in ours]
    if guests:
        return unwind(turn.remember(unwinding=f"Somebody put {listed(guests, 5)} into the group.", trouble=True))
    return CreateStrategy(group.id, "", len(roster)), memory


def _immovable(turn: Turn, member: Member) -> str:
    """Why a site cannot be moved, after dcmanager refused, or nothing came of several requests."""
    refusal = turn.refusal(Verb.MOVE, member.dcmanager_id)
    if refusal:
        return f"dcmanager does not move it to another group: {refusal}"
    if turn.hopeless(Verb.MOVE, member.dcmanager_id):
        return "Requests to move it to another group had no effect."
    return ""


def _unanswered(turn: Turn) -> Action:
    """Ours may be on its way: nothing shows of it, or what shows may be something else."""
    pace, strategy, told = turn.pace, turn.seen.strategy, turn.ownership
    if strategy is None or told is None:
        return Wait(pace.poll, "unknown-outcome", listed(open_words(turn), 3))
    if told.whose is Whose.FOREIGN:
        return Wait(pace.poll, "foreign", f"{described(strategy)} is in the slot, which is not ours: {told.why}")
    if turn.now - made_by(turn).at < pace.unmoved:
        return Wait(pace.poll, "upstream", f"{described(strategy)} may be ours: {told.why}")
    return tidy(turn) or AskPerson(f"Is {described(strategy)} ours? {told.why}", pace.poll)
