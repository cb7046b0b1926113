"""What travels over a socket. Each event is encoded once, each frame once for all sockets that get the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import orjson

from events.cursor import Cursor, Position
from events.log import StoredEvent


@dataclass(frozen=True, slots=True)
class Frame:
    """Text ready to be sent; it brings the reader to `position`."""

    text: str
    position: Position
    events: Sequence[StoredEvent] = ()
    restart: bool = False


RECHECK = Frame("", (0, 0))  # not to be sent: whether the reader may still see what it sees is to be asked


def encode_event(event: StoredEvent) -> str:
    return orjson.dumps(
        {"kind": event.kind, "subject": event.subject, "at": event.at, "cloud": event.cloud_id, "data": event.data},
        option=orjson.OPT_UTC_Z,
    ).decode()


def batch(epoch: UUID, position: Position, events: Sequence[StoredEvent], parts: Sequence[str], spread: int) -> Frame:
    """Events with the cursor behind them, and over how many milliseconds clients should spread what they fetch."""
    text = f'{{"cursor":"{Cursor(epoch, position)}","events":[{",".join(parts)}],"spread":{spread}}}'
    return Frame(text, position, events)


def resync(epoch: UUID, position: Position) -> Frame:
    """The reader must load everything anew; it continues from the cursor."""
    return Frame(f'{{"resync":true,"cursor":"{Cursor(epoch, position)}"}}', position, restart=True)


def heartbeat(epoch: UUID, position: Position, now: datetime, horizon_age: float) -> Frame:
    """Signs of life. Its cursor spares a quiet socket a long replay when it comes back."""
    at = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    cursor = Cursor(epoch, position)
    return Frame(f'{{"heartbeat":"{at}","horizon_age":{horizon_age:.1f},"cursor":"{cursor}"}}', position)


def error(text: str) -> str:
    """Why the socket is about to be closed."""
    return orjson.dumps({"error": text}).decode()


def without(frame: Frame, known: Position, epoch: UUID, spread: int) -> Frame | None:
    """The frame less what a reader at `known` already has; None if nothing is left."""
    if not frame.events:
        stale = frame.position < known and not frame.restart
        return _without_cursor(frame) if stale else frame
    rest = [event for event in frame.events if event.position > known]
    if len(rest) == len(frame.events):
        return frame
    return batch(epoch, frame.position, rest, [encode_event(event) for event in rest], spread) if rest else None


def _without_cursor(frame: Frame) -> Frame:
    """A heartbeat for a reader that is ahead of this process: its own cursor is the better one."""
    told = orjson.loads(frame.text)
    told.pop("cursor", None)
    return Frame(orjson.dumps(told).decode(), frame.position)
