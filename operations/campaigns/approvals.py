"""How often a campaign is approved: once for all of it, or once more before each wave but the first."""

from enum import StrEnum


class Approvals(StrEnum):
    """EACH_WAVE: the approval of the plan lets its first wave begin, and each later one waits for its own."""

    ONCE = "once"
    EACH_WAVE = "each-wave"
