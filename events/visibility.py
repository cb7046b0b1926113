"""What an event must satisfy to be seen by somebody. Made by whoever knows scopes; events knows only numbers."""

from dataclasses import dataclass, field
from typing import Any, Protocol

EVERYWHERE = "*"  # the region of an event that everybody who is signed in may see


class Placed(Protocol):
    """What carries its place: an event, stored or read."""

    @property
    def controller_id(self) -> int | None: ...
    @property
    def group_id(self) -> int | None: ...
    @property
    def region(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Visibility:
    """Everything, or the union of controllers, groups and regions. Nothing at all by default.

    `holder` names who looks (for connection limits); it does not make two visibilities different.
    """

    everything: bool = False
    controllers: frozenset[int] = frozenset()
    groups: frozenset[int] = frozenset()
    regions: frozenset[str] = frozenset()
    holder: str = field(default="", compare=False)

    def sees(self, event: Placed) -> bool:
        if self.everything:
            return True
        return (
            event.controller_id in self.controllers
            or event.group_id in self.groups
            or (event.region != "" and event.region in self.regions)
            or event.region == EVERYWHERE
        )

    def condition(self) -> tuple[str, list[Any]]:
        """The same as SQL on events_event, with its parameters."""
        if self.everything:
            return "true", []
        return (
            "(controller_id = ANY(%s) OR group_id = ANY(%s) OR (region <> '' AND region = ANY(%s)))",
            [sorted(self.controllers), sorted(self.groups), [*sorted(self.regions), EVERYWHERE]],
        )


EVERYTHING = Visibility(everything=True)
NOTHING = Visibility()
