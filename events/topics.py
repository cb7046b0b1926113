"""What a socket asked to hear about: `fleet`, `alarms`, `operations`, `cloud:ID`, `operation:ID`."""

from dataclasses import dataclass
from typing import Any, Protocol

from events.kinds import Kind

MOST = 20
WIDE = ("fleet", "alarms", "operations")
NARROW = ("cloud", "operation")


class TopicsError(ValueError):
    """The list of topics cannot be understood; the message says which word."""


class Told(Protocol):
    """What decides to which topics an event belongs."""

    @property
    def kind(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def cloud_id(self) -> int | None: ...
    @property
    def data(self) -> dict[str, Any]: ...


def wide_topic(kind: str) -> str:
    """The topic that hears of every event of this kind."""
    noun = kind.partition(".")[0]
    if noun == "alarm":
        return "alarms"
    if noun in ("operation", "target", "campaign", "job"):
        return "operations"
    return "fleet"


KINDS_OF = {topic: [kind.value for kind in Kind if wide_topic(kind) == topic] for topic in WIDE}


def topics_of(event: Told) -> list[str]:
    """The topics an event belongs to: at most three."""
    topics = [wide_topic(event.kind)]
    if event.cloud_id is not None:
        topics.append(f"cloud:{event.cloud_id}")
    if topics[0] == "operations":
        operation = event.data.get("operation")
        topics.append(f"operation:{operation}" if operation is not None else event.subject)
    return topics


@dataclass(frozen=True, slots=True)
class Topics:
    """A set of topics."""

    names: frozenset[str]

    @classmethod
    def parse(cls, text: str) -> "Topics":
        """From the query string, comma separated; none means `fleet`. Raises TopicsError."""
        names = {word.strip() for word in text.split(",", MOST + 1) if word.strip()} or {"fleet"}
        if len(names) > MOST:
            raise TopicsError(f"more than {MOST} topics")
        for name in names:
            _check(name)
        return cls(frozenset(names))

    def condition(self) -> tuple[str, list[Any]]:
        """The same as SQL on events_event, with its parameters."""
        kinds = [kind for topic in WIDE if topic in self.names for kind in KINDS_OF[topic]]
        clouds = [int(name[6:]) for name in self.names if name.startswith("cloud:")]
        subjects = [name for name in self.names if name.startswith("operation:")]
        numbers = [name[10:] for name in subjects]
        return (
            "(kind = ANY(%s) OR cloud_id = ANY(%s) OR subject = ANY(%s)"
            " OR (kind = ANY(%s) AND data->>'operation' = ANY(%s)))",
            [kinds, clouds, subjects, KINDS_OF["operations"], numbers],
        )


def _check(name: str) -> None:
    noun, colon, number = name.partition(":")
    if name in WIDE:
        return
    if noun in NARROW and colon and number.isascii() and number.isdigit() and len(number) <= 18:
        return
    raise TopicsError(f"no such topic: {name[:40]}")


EVERY_TOPIC = Topics(frozenset(WIDE))
