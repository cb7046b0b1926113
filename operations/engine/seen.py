"""What a decision is made from: plain values, so that deciding is a pure function."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from operations.choices import Outcome
from starlingx.records import Subcloud, SubcloudGroup, SwUpdateOptions

NETWORK = ("management_subnet", "management_gateway_ip", "management_start_ip", "management_end_ip")
BEFORE = (
    "deploy_status", "backup_status", "prestage_status", "management_state", "updated_at", "backup_datetime",
    "prestage_versions", *NETWORK,
)  # fmt: skip


def digest(text: str) -> str:
    """Enough to tell one text from another, and nothing to read."""
    return sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Seen:
    """One look upstream, asked at `at`. `subcloud` None: dcmanager has none of that name or id.

    `skew`: seconds by which the controller's clock is ahead. `power`: what the BMC says, "" where it was not asked.
    `group`, `options`: what a step of central_steps.py is about. `restarted`: what says that the System Controller
    restarted since the look before, "" nothing (restarts.py). `looked` False: nobody was asked.
    """

    at: datetime
    subcloud: Subcloud | None
    skew: float = 0.0
    power: str = ""
    group: SubcloudGroup | None = None
    options: SwUpdateOptions | None = None
    restarted: str = ""
    looked: bool = True

    def before(self) -> dict[str, Any]:
        """What an intent remembers: texts, or None where there is no subcloud."""
        if self.subcloud is None:
            return {"exists": False}
        told = {name: getattr(self.subcloud, name) for name in BEFORE}
        error = digest(self.subcloud.error_description)
        return {"exists": True, "error_digest": error} | {
            name: value.isoformat() if isinstance(value, datetime) else value for name, value in told.items()
        }


@dataclass(frozen=True, slots=True)
class Sent:
    """A request that was sent, or was about to be (`outcome` pending). `never_sent`: refused by ourselves.

    `settled_at`: when its effect, or that it had none, was seen.
    """

    verb: str
    outcome: Outcome
    at: datetime
    before: Mapping[str, Any]
    detail: str = ""
    number: int = 0
    settled_at: datetime | None = None
    never_sent: bool = False

    @property
    def effective(self) -> bool:
        return self.outcome == Outcome.EFFECTIVE


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for a request: accepted, refused or unknown; `detail` is redacted."""

    outcome: Outcome
    status: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """A target at one of its steps. `sent`: the requests of this attempt and step, oldest first.

    `facts`: the parameters, masked. `last_status`: deploy status at the look before this one. `earlier`: requests to
    add the site in attempts before, whose effect nobody has seen. `since`: when the word of that look was seen first,
    where it is one that nobody knows; at a step that waits for the site, since when it does.
    """

    step: str
    facts: Mapping[str, Any]
    sent: tuple[Sent, ...] = ()
    last_status: str = ""
    abort_requested: bool = False
    earlier: tuple[Sent, ...] = ()
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pace:
    """`poll`: between looks. `unmoved`: how long nothing may have moved before a lost request may be sent again."""

    poll: timedelta
    unmoved: timedelta
    resumes: int = 3


@dataclass(frozen=True, slots=True)
class Send:
    """Write the intent, then send this verb."""

    verb: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class Wait:
    """Look again later."""

    after: timedelta
    message: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """The step is done; on to the next one."""

    message: str = ""


@dataclass(frozen=True, slots=True)
class Fail:
    """The target failed. `cause` is a key of operations/planning/error_causes.py, or one of our own."""

    error: str
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """In doubt: a person must decide."""

    message: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do, and what became of the request before it, where that shows now; or (`adopts`) of the one with that
    number, which had been given up."""

    action: Send | Wait | Done | Fail | Ask
    outcome: Outcome | None = None
    adopts: int | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a request is. `state`: untouched, underway, between (two phases), unknown (a word nobody knows), done,
    failed, interrupted, foreign; of an abort also over (what it was for has ended by itself) and missed (the next phase
    runs); or "perhaps" one of the ends: it is there, and was there before the request."""

    state: str
    message: str = ""
    error: str = ""
    cause: str = field(default="")
