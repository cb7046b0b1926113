"""What a decision about a batch may say: a request to send, something to write down, or when to look again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from operations.campaigns.batch import Member, Memory, Outcome, SiteEnd
from starlingx.records import StrategyStep


@dataclass(frozen=True, slots=True)
class Begin:
    """Write the roster and each site's baseline: alarms and error text, as creating a strategy wipes the latter."""

    roster: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class CreateGroup:
    name: str
    max_parallel: int


@dataclass(frozen=True, slots=True)
class Move:
    """Into the group that was made for the batch, one request each."""

    members: tuple[Member, ...]
    group_id: int


@dataclass(frozen=True, slots=True)
class CreateStrategy:
    """Over the group, or over the one site of that name. Apply type parallel, no stop on failure; the portal aborts."""

    group_id: int | None
    cloud_name: str
    max_parallel: int


@dataclass(frozen=True, slots=True)
class Restore:
    """Back to their groups, one request each: (who, group id)."""

    moves: tuple[tuple[Member, int], ...]


@dataclass(frozen=True, slots=True)
class DeleteGroup:
    group_id: int


@dataclass(frozen=True, slots=True)
class Apply:
    strategy_id: int


@dataclass(frozen=True, slots=True)
class Abort:
    strategy_id: int


@dataclass(frozen=True, slots=True)
class DeleteStrategy:
    strategy_id: int


@dataclass(frozen=True, slots=True)
class Archive:
    """Keep these steps: upstream they are gone with the strategy. Then decide again at once."""

    steps: tuple[StrategyStep, ...]
    state: str


@dataclass(frozen=True, slots=True)
class Watch:
    """It runs. Look again later."""

    after: timedelta
    message: str


@dataclass(frozen=True, slots=True)
class PostCheck:
    """Look at these sites (postcheck.py, with `late`), keep what it says, and decide again after `after`."""

    sites: tuple[int, ...]
    late: bool
    after: timedelta


@dataclass(frozen=True, slots=True)
class Wait:
    """`key`: window, paused, brake, room, foreign, busy, facts, unknown-outcome, upstream, or again."""

    after: timedelta
    key: str
    message: str


@dataclass(frozen=True, slots=True)
class Finish:
    """The batch is over and everything is as it was; the next one may come."""

    ends: tuple[SiteEnd, ...]
    message: str = ""


@dataclass(frozen=True, slots=True)
class AskPerson:
    """In doubt: somebody must decide. Look again meanwhile: a doubt may clear by itself."""

    message: str
    after: timedelta


Write = CreateGroup | Move | CreateStrategy | Restore | DeleteGroup | Apply | Abort | DeleteStrategy
WRITES = (CreateGroup, Move, CreateStrategy, Restore, DeleteGroup, Apply, Abort, DeleteStrategy)
Action = Write | Begin | Archive | Watch | PostCheck | Wait | Finish | AskPerson


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do next; outcomes of earlier requests that show now, by intent number; what to remember.

    Outcomes and memory are committed with whatever is done, before anything is sent.
    """

    action: Action
    settled: tuple[tuple[int, Outcome], ...]
    memory: Memory
