"""A place in the stream, as clients carry it: `epoch.xid.id`."""

from dataclasses import dataclass
from uuid import UUID

LONGEST = 80
BIGGEST = 2**63 - 1

Position = tuple[int, int]
"""(xid, id) of an event: the order of the stream. (0, 0) stands before all of them."""


class CursorError(ValueError):
    """Not a cursor of ours."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """A position within one epoch of the stream."""

    epoch: UUID
    position: Position

    def __str__(self) -> str:
        return f"{self.epoch.hex}.{self.position[0]}.{self.position[1]}"

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Raises CursorError for anything that `str(cursor)` could not have made."""
        parts = text.split(".") if len(text) <= LONGEST else []
        if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts[1:]):
            raise CursorError(text[:LONGEST])
        try:
            epoch = UUID(hex=parts[0])
        except ValueError:
            raise CursorError(text[:LONGEST]) from None
        position = int(parts[1]), int(parts[2])
        if max(position) > BIGGEST:
            raise CursorError(text[:LONGEST])
        return cls(epoch, position)
