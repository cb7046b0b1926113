"""One turn of a batch: what is recorded and what is seen, put together; and which requests show their effect now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import takewhile

from operations.campaigns.batch import OPEN, BatchView, Intent, Look, Member, Memory, Outcome, Pace, Verb
from operations.campaigns.ownership import Creation, Ownership, Whose, whose
from starlingx.records import Strategy, SubcloudGroup

AT_REST = ("complete", "failed", "aborted")  # states of a strategy that has ended
ABORTED = ("abort requested", "aborting", *AT_REST, "deleting")
REQUEST_TIME = timedelta(seconds=90)  # in which a request that got no answer is carried out, if it is (trap 14)
APPLY_TYPE = "parallel"
DESCRIPTION = "Sites of a campaign on their way through; dcportal deletes it again"


def described_as(group_name: str) -> str:
    """How a group is described that is made under that name: by this it is known when its name is changed at once."""
    return f"{DESCRIPTION}: {group_name}"


@dataclass(frozen=True, slots=True)
class Turn:
    view: BatchView
    seen: Look
    now: datetime
    pace: Pace
    ownership: Ownership | None = None  # of a strategy in the slot, while ours may be on its way

    @property
    def memory(self) -> Memory:
        return self.view.memory

    @property
    def group_name(self) -> str:
        return f"{self.view.label}-{self.memory.attempt}"

    @property
    def group(self) -> SubcloudGroup | None:
        """That of this attempt, whatever it is called now."""
        made = [each for each in self.memory.groups if each.name == self.group_name]
        return next((group for each in made for group in self.seen.groups if each.is_(group)), None)

    @property
    def mine(self) -> Strategy | None:
        """Our strategy, where it is still in the slot."""
        strategy = self.seen.strategy
        return strategy if strategy is not None and strategy.id == self.memory.strategy_id else None

    def our_groups(self) -> list[SubcloudGroup]:
        """Those that were made for this attempt, as far as they are there."""
        return [group for group in self.seen.groups if any(each.is_(group) for each in self.memory.groups)]

    def name_of(self, member: Member) -> str:
        """As it is called now, as far as that was looked at."""
        placed = self.seen.subclouds.get(member.dcmanager_id)
        return placed.name if placed is not None else member.name

    def is_astray(self, member: Member) -> bool:
        """Whether it is in a group of ours, be it that the list of groups does not show that one any more."""
        where = self.group_of(member)
        if where is None or where == member.home_group or where not in {each.id for each in self.memory.groups}:
            return False
        there = next((group for group in self.seen.groups if group.id == where), None)
        return there is None or there in self.our_groups()

    def of(self, verb: Verb, subject: int | None = None) -> list[Intent]:
        return [each for each in self.view.intents if each.verb is verb and subject in (None, each.subject)]

    def last(self, verb: Verb, subject: int | None = None) -> Intent | None:
        found = self.of(verb, subject)
        return found[-1] if found else None

    def is_open(self, verb: Verb, subject: int | None = None) -> bool:
        return any(each.outcome in OPEN for each in self.of(verb, subject))

    def hopeless(self, verb: Verb, subject: int | None = None) -> bool:
        """Refused, or without effect, so often in a row that a person has to look; what was forgiven does not count."""
        outcomes = [each.outcome for each in self.in_vain(verb, subject)]
        refused, lost = outcomes.count(Outcome.REFUSED), outcomes.count(Outcome.LOST)
        return refused >= self.pace.tries or lost >= self.pace.losses

    def in_vain(self, verb: Verb, subject: int | None = None) -> list[Intent]:
        """Those refused or without effect since the last that was not, the newest first; none that was forgiven."""
        vain = (Outcome.LOST, Outcome.REFUSED)
        newest_first = reversed(self.of(verb, subject))
        return list(takewhile(lambda it: it.number > self.memory.forgiven and it.outcome in vain, newest_first))

    def refusal(self, verb: Verb, subject: int | None = None) -> str:
        """Why the last of these requests was refused; "" where it was not, or was forgiven."""
        last = self.last(verb, subject)
        if last is None or last.outcome is not Outcome.REFUSED or last.number <= self.memory.forgiven:
            return ""
        return last.detail or "no reason was told"

    def group_of(self, member: Member) -> int | None:
        placed = self.seen.subclouds.get(member.dcmanager_id)
        return placed.group_id if placed is not None else None

    def remember(self, **change: object) -> Turn:
        memory = replace(self.memory, **change)  # type: ignore[arg-type]
        return replace(self, view=replace(self.view, memory=memory))


def settle(turn: Turn) -> tuple[Turn, tuple[tuple[int, Outcome], ...]]:
    """The turn with outcomes that show now, and these by intent number.

    A request shows its effect, or is lost once nothing has shown for `unmoved`. Nothing is told from a look that is
    older than the request.
    """
    settled: dict[int, Outcome] = {}
    for intent in turn.view.intents:
        if turn.seen.at <= intent.at:
            continue
        if intent.verb is Verb.CREATE and intent.outcome in (*OPEN, Outcome.LOST):  # one that was lost may come late
            turn = _creation(turn, intent)
        if intent.outcome in OPEN:
            if _shows(turn, intent):
                settled[intent.number] = Outcome.EFFECTIVE
            elif turn.now - intent.at >= turn.pace.unmoved and not _in_doubt(turn, intent):
                settled[intent.number] = Outcome.LOST
    told = tuple(replace(each, outcome=settled.get(each.number, each.outcome)) for each in turn.view.intents)
    return replace(turn, view=replace(turn.view, intents=told)), tuple(settled.items())


def _shows(turn: Turn, intent: Intent) -> bool:
    seen = turn.seen
    match intent.verb:
        case Verb.CREATE_GROUP:
            return turn.group is not None
        case Verb.MOVE | Verb.RESTORE:
            placed = seen.subclouds.get(intent.subject or 0)
            return placed is not None and placed.group_id == intent.target
        case Verb.DELETE_GROUP:
            return all(group.id != intent.target for group in seen.groups)
        case Verb.CREATE:
            return turn.memory.strategy_id is not None
    state = seen.strategy.state if seen.strategy is not None and seen.strategy.id == intent.target else ""
    return state in _SHOWN[intent.verb] if state else True  # gone: what was to be applied may have run, and ended


_SHOWN = {
    Verb.APPLY: ("applying", *ABORTED),
    Verb.ABORT: ABORTED,
    Verb.DELETE: ("deleting", "deleted"),
}


def _creation(turn: Turn, intent: Intent) -> Turn:
    """Whether the strategy in the slot is what `intent` asked for; then it is remembered."""
    strategy, memory = turn.seen.strategy, turn.memory
    if strategy is None or memory.strategy_id is not None:
        return turn
    within = max(turn.pace.unmoved, REQUEST_TIME)
    told = whose(strategy, turn.seen.steps, creation(turn, intent), skew=turn.seen.skew, within=within)
    if told.whose is Whose.OURS:
        return turn.remember(strategy_id=strategy.id)
    return replace(turn, ownership=told)


def creation(turn: Turn, intent: Intent) -> Creation:
    memory = turn.memory
    return Creation(
        spec=turn.view.spec,
        apply_type=APPLY_TYPE,
        max_parallel=1 if turn.view.alone else len(memory.roster),
        sites=frozenset(turn.name_of(member) for member in memory.roster),
        at=intent.at,
        answered_id=intent.answered_id,
        last_id=memory.last_id,
        confirmed=memory.confirmed,
        disowned=memory.disowned,
    )


def _in_doubt(turn: Turn, intent: Intent) -> bool:
    """A creation is not lost while what is in the slot may be it."""
    told = turn.ownership
    return intent.verb is Verb.CREATE and told is not None and told.whose is Whose.DOUBT


def made_by(turn: Turn) -> Intent:
    """The request that made our strategy. Raises LookupError where there was none."""
    found = turn.last(Verb.CREATE)
    if found is None:
        raise LookupError("a strategy is called ours, and none was asked for")
    return found


def open_words(turn: Turn) -> Iterator[str]:
    """What is waited for, for people."""
    for each in turn.view.intents:
        if each.outcome in OPEN:
            word = "was accepted" if each.outcome is Outcome.ACCEPTED else "has an unknown outcome"
            yield f"{each.verb.replace('_', ' ')} {word}; nothing shows yet"
