"""What to say of a group that is not there: the one that was meant, or which there are.

Names are compared for few texts only: a sheet may misspell thousands, and somebody waits for the verdicts.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

from operations.planning.problems import listed, shown

MOST_COMPARED = 2000  # pairs of texts, about a second
LONGEST_COMPARED = 64


class GroupNames:
    """The groups of one fleet by name, with the hints that were given already."""

    def __init__(self, groups: Mapping[int, str]) -> None:
        self.by_name = {name: identity for identity, name in groups.items()}
        self._names = list(self.by_name)[:MOST_COMPARED]
        self._left = MOST_COMPARED // max(1, len(self._names))
        self._among = f"there are {listed(self.by_name)}."
        self._hints: dict[str, str] = {}

    def hint(self, asked: str) -> str:
        """For a text that is the name of none."""
        text = asked[:LONGEST_COMPARED]
        if text not in self._hints:
            if not self._left:
                return self._among
            self._left -= 1
            close = get_close_matches(text, self._names, n=1, cutoff=0.6)
            self._hints[text] = f"did you mean {shown(close[0])}?" if close else self._among
        return self._hints[text]
