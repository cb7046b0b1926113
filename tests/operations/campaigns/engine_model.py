"""What the engine of campaigns will do around `decide`, in memory: look, decide, write down, send once, write down.

It can crash between any two of these, lose requests and answers, and have requests carried out late.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from operations.campaigns import actions as a
from operations.campaigns.batch import (
    OPEN,
    BatchView,
    Controls,
    Intent,
    Look,
    Memory,
    Outcome,
    Pace,
    Planned,
    SiteEnd,
    Verb,
)
from operations.campaigns.decide import decide
from operations.campaigns.facts import AlarmKey
from operations.campaigns.own_steps import kept
from operations.campaigns.postcheck import After, Health
from operations.campaigns.strategy import Kind, StrategySpec
from operations.campaigns.turn import described_as
from starlingx.records import StrategyStep
from tests.operations.campaigns.dcmanager_model import DcManager, Refused

SPEC = StrategySpec(kind=Kind.SW_DEPLOY, release_id="starlingx-26.09.1")
PACE = Pace(
    poll=timedelta(seconds=15), unmoved=timedelta(seconds=120), again=timedelta(seconds=60),
    settle=timedelta(minutes=20), look=timedelta(seconds=30), moves=3,
)  # fmt: skip


class Luck(StrEnum):
    """What happens to the next thing that is done."""

    FINE = "fine"
    CRASH_BEFORE_COMMIT = "crash before commit"
    CRASH_BEFORE_SENDING = "crash before sending"
    CRASH_AFTER_SENDING = "crash after sending"
    REQUEST_LOST = "request lost"
    ANSWER_LOST = "answer lost"
    CARRIED_OUT_LATE = "carried out late"
    CARRIED_OUT_VERY_LATE = "carried out very late"
    NOT_SENT = "not sent"


@dataclass
class Batch:
    """The rows of one batch."""

    label: str
    dcmanager: DcManager
    planned: tuple[Planned, ...]
    alone: bool = False
    memory: Memory = field(default_factory=Memory)
    intents: list[Intent] = field(default_factory=list)
    sent: int = 0  # requests of all attempts
    last_steps: tuple[StrategyStep, ...] = ()
    archive: tuple[StrategyStep, ...] = ()
    after: dict[int, After] = field(default_factory=dict)
    ends: tuple[SiteEnd, ...] | None = None
    asked: str = ""
    others: Mapping[int, int] = field(default_factory=dict)
    passing: Mapping[int, datetime | None] = field(default_factory=dict)
    waits: str = ""
    history: list[str] = field(default_factory=list)
    made: set[int] = field(default_factory=set)  # groups that dcmanager made for it, whether or not that was answered
    new_alarms: Mapping[int, tuple[AlarmKey, ...]] = field(default_factory=dict)

    def known_groups(self) -> set[int]:
        """Groups that stand and of which it knows that they are its own."""
        standing = self.dcmanager.groups.values()
        return {group.id for group in standing if any(own.is_(group) for own in self.memory.groups)}

    @property
    def begun(self) -> bool:
        return bool(self.memory.roster) and self.ends is None


class Crash(Exception):
    """kill -9."""


Lucks = Callable[[a.Action], Luck]


def peek(batch: Batch, controls: Controls, look: Look | None = None) -> a.Decision:
    """What would be decided now."""
    view = BatchView(
        label=batch.label, spec=SPEC, planned=batch.planned, memory=batch.memory, intents=tuple(batch.intents),
        alone=batch.alone, controls=controls, last_steps=batch.last_steps, archive=batch.archive, after=batch.after,
        passing=batch.passing, others=batch.others,
    )  # fmt: skip
    look = look or batch.dcmanager.look()
    told = decide(view, look, batch.dcmanager.now, PACE)
    assert told == decide(view, look, batch.dcmanager.now, PACE)
    return told


def turn(batch: Batch, controls: Controls, luck: Luck | Lucks = Luck.FINE) -> a.Action | None:
    """One step of the batch's job; None when it crashed before it had written down what it decided."""
    dcmanager = batch.dcmanager
    look = dcmanager.look()
    dcmanager.tick(timedelta(seconds=1))  # judging and sending take time: a look is older than what it leads to
    told = peek(batch, controls, look)
    fate = luck if isinstance(luck, Luck) else luck(told.action)
    batch.history.append(f"{dcmanager.now:%H:%M:%S} {type(told.action).__name__} {'' if fate is Luck.FINE else fate}")
    if fate is Luck.CRASH_BEFORE_COMMIT:
        return None
    _demand_permission(batch, told.action, controls)
    _commit(batch, told)
    if look.strategy is not None and look.strategy.id == batch.memory.strategy_id:
        batch.last_steps = kept(batch.memory, look.steps, batch.last_steps)
    with suppress(Crash):
        _do(batch, told.action, fate)
    return told.action


def _demand_permission(batch: Batch, action: a.Action, controls: Controls) -> None:
    """What must hold when something is done, told from dcmanager itself."""
    dcmanager, running = batch.dcmanager, batch.dcmanager.running
    assert not (controls.brake and isinstance(action, a.WRITES))
    roster = batch.memory.roster
    if isinstance(action, a.Begin):
        assert running is None
    if isinstance(action, a.Apply):
        assert "" == controls.paused == controls.stop == controls.abort
        assert controls.opening.is_open
        assert not any(member.site in controls.held or member.site in controls.skipped for member in roster)
        standing = [dcmanager.groups[number] for number in batch.made & dcmanager.groups.keys()]
        assert not any(group.name.startswith("dcportal-") for group in standing)
        assert not batch.known_groups()
        assert not batch.made & {dcmanager.sites[member.dcmanager_id].group for member in roster}
        assert running is not None
        assert set(running.steps) <= {member.name for member in roster}
    if isinstance(action, a.DeleteStrategy) and running is not None and running.seen.state != "initial":
        assert batch.memory.archived
        assert batch.archive


def _commit(batch: Batch, told: a.Decision) -> None:
    outcomes = dict(told.settled)
    batch.intents = [replace(each, outcome=outcomes.get(each.number, each.outcome)) for each in batch.intents]
    if told.memory.attempt != batch.memory.attempt:
        assert not any(each.outcome in OPEN for each in batch.intents), "an attempt ends with requests under way"
        batch.intents, batch.last_steps = [], ()
    batch.memory = told.memory
    batch.asked = batch.waits = ""


def _do(batch: Batch, action: a.Action, luck: Luck) -> None:
    dcmanager = batch.dcmanager
    match action:
        case a.Archive(steps):
            batch.archive = steps
        case a.PostCheck(sites, late):
            for site in sites:
                batch.after[site] = _after(batch, site, late)
        case a.Finish(ends):
            assert not any(each.outcome in OPEN for each in batch.intents), "a batch ends with requests under way"
            batch.ends = ends
        case a.AskPerson(message):
            batch.asked = message
        case a.Wait(_, key):
            batch.waits = key
        case a.CreateGroup(name, parallel):
            _send(batch, Verb.CREATE_GROUP, luck, lambda: _make_group(batch, name, parallel))
        case a.Move(members, group):
            for member in members:
                _send(batch, Verb.MOVE, luck, _mover(dcmanager, member.dcmanager_id, group), member.dcmanager_id, group)
        case a.Restore(moves):
            for member, home in moves:
                _send(
                    batch, Verb.RESTORE, luck, _mover(dcmanager, member.dcmanager_id, home), member.dcmanager_id, home
                )
        case a.CreateStrategy(group, name, parallel):
            create = lambda: dcmanager.create_strategy(SPEC, group=group, name=name, parallel=parallel)  # noqa: E731
            _send(batch, Verb.CREATE, luck, create)
        case a.DeleteGroup(group):
            _send(batch, Verb.DELETE_GROUP, luck, lambda: dcmanager.delete_group(group), target=group)
        case a.Apply(strategy):
            _send(batch, Verb.APPLY, luck, dcmanager.apply, target=strategy)
        case a.Abort(strategy):
            _send(batch, Verb.ABORT, luck, dcmanager.abort, target=strategy)
        case a.DeleteStrategy(strategy):
            _send(batch, Verb.DELETE, luck, dcmanager.delete, target=strategy)


def _make_group(batch: Batch, name: str, parallel: int) -> int:
    made = batch.dcmanager.create_group(name, parallel, described_as(name))
    batch.made.add(made)
    return made


def _mover(dcmanager: DcManager, site: int, group: int) -> Callable[[], None]:
    return lambda: dcmanager.move(site, group)


def _after(batch: Batch, number: int, late: bool) -> After:
    site = batch.dcmanager.sites.get(number)
    if site is None:
        return After(Health.BAD, ("It is not there any more.",))
    if batch.new_alarms.get(number):
        return After(Health.BAD, ("New alarms.",), batch.new_alarms[number])
    if site.sync == "in-sync":
        return After(Health.GOOD)
    told = ("Its software sync status is out-of-sync.",)
    return After(Health.BAD, told, worse=site.starts > 0) if late else After(Health.WAITS, told)


def _send(
    batch: Batch,
    verb: Verb,
    luck: Luck,
    call: Callable[[], object],
    subject: int | None = None,
    target: int | None = None,
) -> None:
    """The intent first, then the request, once."""
    batch.sent += 1
    number, at = batch.sent, batch.dcmanager.now
    batch.intents.append(Intent(number, verb, Outcome.PENDING, at, subject, target))
    if luck is Luck.CRASH_BEFORE_SENDING:
        raise Crash
    strategy = target if verb in (Verb.APPLY, Verb.ABORT, Verb.DELETE) else None
    outcome, answer, detail = _carry_out(batch.dcmanager, luck, call, strategy)
    if luck is Luck.CRASH_AFTER_SENDING:
        raise Crash
    batch.intents[-1] = Intent(number, verb, outcome, at, subject, target, answer, detail)


def _unless_others(dcmanager: DcManager, call: Callable[[], object], strategy: int | None) -> Callable[[], object]:
    """A late request would hit whatever is in the slot by then: dcmanager takes no number. That cannot be helped."""

    def later() -> object:
        running = dcmanager.running
        return call() if strategy is None or (running is not None and running.seen.id == strategy) else None

    return later


def _carry_out(
    dcmanager: DcManager, luck: Luck, call: Callable[[], object], strategy: int | None
) -> tuple[Outcome, int | None, str]:
    if luck is Luck.NOT_SENT:
        return Outcome.UNSENT, None, ""
    if luck is Luck.REQUEST_LOST:
        return Outcome.UNKNOWN, None, ""
    late = {Luck.CARRIED_OUT_LATE: 45, Luck.CARRIED_OUT_VERY_LATE: 85}.get(luck)
    if late is not None:
        dcmanager.late.append((dcmanager.now + timedelta(seconds=late), _unless_others(dcmanager, call, strategy)))
        return Outcome.UNKNOWN, None, ""
    try:
        answer = call()
    except Refused as refusal:
        return (Outcome.UNKNOWN if luck is Luck.ANSWER_LOST else Outcome.REFUSED), None, str(refusal)
    if luck is Luck.ANSWER_LOST:
        return Outcome.UNKNOWN, None, ""
    return Outcome.ACCEPTED, answer if isinstance(answer, int) else None, ""


def drive(batch: Batch, controls: Controls = Controls(), *, most: int = 400) -> Iterator[a.Action]:  # noqa: B008
    """Turns until the batch is over or asks, time passing between them."""
    for _ in range(most):
        action = turn(batch, controls)
        assert action is not None
        yield action
        if batch.ends is not None:
            return
        batch.dcmanager.tick(getattr(action, "after", timedelta(seconds=1)))
