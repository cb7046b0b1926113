"""What a decision about a batch is made from: plain values, so that deciding is pure. What it says is in actions.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from operations.campaigns.calendars import Opening
from operations.campaigns.postcheck import After
from operations.campaigns.strategy import StrategySpec
from starlingx.records import Strategy, StrategyStep, SubcloudGroup

DEFAULT_GROUP = 1  # dcmanager's "Default", which cannot be deleted
PORTAL_MADE = "dcportal-"  # how names of groups that campaigns make begin
ANY_TIME = Opening(True)


class Verb(StrEnum):
    """Requests to a System Controller about a batch."""

    CREATE_GROUP = "create_group"
    MOVE = "move"
    CREATE = "create_strategy"
    RESTORE = "restore"
    DELETE_GROUP = "delete_group"
    APPLY = "apply"
    ABORT = "abort"
    DELETE = "delete_strategy"


class Outcome(StrEnum):
    """What became of one request. The words are those of operations/choices.py."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    EFFECTIVE = "effective"
    LOST = "lost"
    UNSENT = "unsent"


OPEN = frozenset({Outcome.PENDING, Outcome.ACCEPTED, Outcome.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Intent:
    """A request of this attempt, written before it was sent.

    `subject`: dcmanager's id of the site that is moved or restored. `target`: the group it goes to, the group that is
    deleted, or the strategy that is meant. `answered_id`: of the group or strategy, in the answer to a creation.
    `detail`: a refusal's text.
    """

    number: int
    verb: Verb
    outcome: Outcome
    at: datetime
    subject: int | None = None
    target: int | None = None
    answered_id: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """A site of the batch. dcmanager may give a number anew, so `region_name` guards it."""

    site: int
    dcmanager_id: int
    region_name: str


@dataclass(frozen=True, slots=True)
class Member:
    """A site that takes part in this attempt, and the group it goes back to."""

    site: int
    dcmanager_id: int
    name: str
    home_group: int


def made_at_once(one: datetime | None, other: datetime | None) -> bool:
    """Whether two groups of one id are the same: dcmanager may give it anew, after it was restored from a backup."""
    return one is None or other is None or one == other


@dataclass(frozen=True, slots=True)
class OwnGroup:
    """A group that this batch made, under that name. `renamed`: what somebody has called it since, "" nothing else."""

    id: int
    name: str
    created_at: datetime | None
    renamed: str = ""

    def is_(self, group: SubcloudGroup) -> bool:
        return group.id == self.id and made_at_once(self.created_at, group.created_at)


class End(StrEnum):
    """What became of a site in its batch. NOT_RUN: nothing was begun. GONE: it is another subcloud now, or none."""

    DONE = "done"
    FAILED = "failed"
    NOT_RUN = "not-run"
    HELD = "held"
    SKIPPED = "skipped"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class SiteEnd:
    site: int
    end: End
    error: str = ""


@dataclass(frozen=True, slots=True)
class Memory:
    """What is remembered of a batch between looks: kept with the intents, written in the same transaction.

    An attempt is from the choice of the roster until everything is as it was, or the strategy has run. `unwinding`: why
    this one is taken back. `troubles`: attempts that were taken back because something was wrong (`trouble`), not
    because work had to wait. `last_id`: the highest strategy id seen when the attempt began. `applied`: it has run, or
    may have. `left_out`: sites that do not take part in this attempt, `unmovable` those that dcmanager would not move.
    `confirmed`, `disowned`: strategy ids that a person decided about. `forgiven`: the last intent when a person said to
    try again (then `troubles` is 0 as well). `ready_at`: since when it could begin, but for facts that are waited for.
    `wrong`, `wrong_at`: the last trouble, and when. `aborted_elsewhere`: somebody else aborted its strategy upstream.
    `groups`: those that were made for this attempt. An earlier one ended when nothing of it stood and no request was
    open, so `unmoved` after the last; one made later still nothing proves ours, and it is left alone. `steps`: which
    step of its strategy is whose, (dcmanager's id of the site, id of the step). `shown`, `shown_at`: what the strategy
    and its steps last showed, as a digest, and since when.
    """

    attempt: int = 1
    troubles: int = 0
    roster: tuple[Member, ...] = ()
    left_out: tuple[SiteEnd, ...] = ()
    unmovable: tuple[SiteEnd, ...] = ()
    last_id: int | None = None
    strategy_id: int | None = None
    unwinding: str = ""
    trouble: bool = False
    applied: bool = False
    archived: bool = False
    final_state: str = ""
    ended_at: datetime | None = None
    confirmed: int | None = None
    disowned: int | None = None
    forgiven: int = 0
    ready_at: datetime | None = None
    wrong: str = ""
    wrong_at: datetime | None = None
    aborted_elsewhere: bool = False
    groups: tuple[OwnGroup, ...] = ()
    steps: tuple[tuple[int, int], ...] = ()
    shown: str = ""
    shown_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Controls:
    """What people and limits say now. Texts are reasons, "" when there is none.

    `stop`: no further site starts (threshold, approval); `abort`: somebody ended the campaign. `brake`: nothing may be
    written. `room`: why limits, neighbours or waves let this batch not begin. `opening`: whether it may begin now and
    end in time, for all its sites. `held` and `skipped`: by site. `patience`: how long one that is held is waited for,
    from when the batch could begin but for it; absent: not at all.
    """

    paused: str = ""
    stop: str = ""
    abort: str = ""
    brake: str = ""
    room: str = ""
    opening: Opening = ANY_TIME
    held: Mapping[int, str] = field(default_factory=dict)
    patience: Mapping[int, timedelta] = field(default_factory=dict)
    skipped: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Placed:
    """A subcloud as listed: its name, its group, and what guards its number."""

    name: str
    group_id: int | None
    region_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look at a System Controller, asked at `at`; all of it, for absence is told from it.

    `subclouds` by dcmanager's id. `skew`: seconds by which its clock is ahead.
    """

    at: datetime
    strategy: Strategy | None
    steps: tuple[StrategyStep, ...] = ()
    groups: tuple[SubcloudGroup, ...] = ()
    subclouds: Mapping[int, Placed] = field(default_factory=dict)
    skew: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchView:
    """A batch as recorded. `intents`: of this attempt, oldest first. `label`: names its groups, like "dcportal-12-3".

    `last_steps`: steps as seen at the last look that showed each, `archive` those that were archived. `after`: how
    sites are after the work, as far as it was checked, by site. `passing`: when groups that any campaign made were
    created, by dcmanager's id; `others`: numbers of the campaigns that other strategies are of, by strategy id. Both
    are asked for only until a batch has chosen its sites.
    """

    label: str
    spec: StrategySpec
    planned: tuple[Planned, ...]
    memory: Memory = Memory()
    intents: tuple[Intent, ...] = ()
    alone: bool = False
    controls: Controls = Controls()
    last_steps: tuple[StrategyStep, ...] = ()
    archive: tuple[StrategyStep, ...] = ()
    after: Mapping[int, After] = field(default_factory=dict)
    passing: Mapping[int, datetime | None] = field(default_factory=dict)
    others: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pace:
    """`poll`: between looks. `unmoved`: how long nothing may show of a request before it may be sent again.

    `again`: before a new attempt after trouble. `settle`: how long sites may take to be well after the work;
    `look`: how often the collector is asked to look at them meanwhile.
    `moves`: sites moved in one turn. A person is asked after `tries` attempts with trouble or refusals in a row, and
    after `losses` requests in a row that had no effect: crashes of our own cost some. What must come about is asked
    for again even then, ever more rarely: `longest` apart at most.
    """

    poll: timedelta
    unmoved: timedelta
    again: timedelta
    settle: timedelta
    look: timedelta
    moves: int = 10
    tries: int = 3
    losses: int = 10
    longest: timedelta = timedelta(minutes=15)
