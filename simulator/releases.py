"""What a release id says: `starlingx-26.09.2` is the second patch of 26.09; level 0 is the major release itself."""

from __future__ import annotations

import re
from dataclasses import dataclass

RELEASE_ID = re.compile(r"(?:starlingx-)?(\d{2}\.\d{2})\.(\d{1,3})")
SUMMARIES = (
    "Major release",
    "Security fixes for the platform",
    "Fixes for storage and networking",
    "Fixes for time synchronisation",
)


@dataclass(frozen=True, slots=True, order=True)
class Release:
    """`version` is MM.mm; releases compare by age."""

    version: str
    level: int

    @property
    def id(self) -> str:
        return f"starlingx-{self.sw_version}"

    @property
    def sw_version(self) -> str:
        return f"{self.version}.{self.level}"

    @property
    def major(self) -> bool:
        return self.level == 0

    @property
    def reboot_required(self) -> bool:
        """Every second patch is in-service."""
        return self.level % 2 == 0

    @property
    def summary(self) -> str:
        return SUMMARIES[self.level % len(SUMMARIES)]

    def up_to_here(self) -> list[Release]:
        """The major release and every patch up to this one, oldest first."""
        return [Release(self.version, level) for level in range(self.level + 1)]


def release_of(text: str) -> Release:
    """`starlingx-26.09.2` or `26.09.2`. Raises ValueError."""
    found = RELEASE_ID.fullmatch(text)
    if found is None:
        raise ValueError(f"{text} is no release: one looks like starlingx-26.09.2")
    return Release(found[1], int(found[2]))
