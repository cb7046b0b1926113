"""How waves, batches and sites of campaigns look: shape and colour of each state, bars, and counts in words."""

from collections.abc import Mapping

from django.utils.safestring import SafeString

from operations.choices import BatchState, WaveState
from operations.marks import drawn_bar
from operations.standings import IN_BAR, MARKS

WAVE_MARKS: dict[str, str] = {
    WaveState.PENDING: "none",
    WaveState.AWAITING: "warn",
    WaveState.RUNNING: "busy",
    WaveState.SOAKING: "info",
    WaveState.COMPLETED: "ok",
    WaveState.STOPPED: "failed",
}
BATCH_MARKS: dict[str, str] = {
    BatchState.PENDING: "none",
    BatchState.WAITING: "info",
    BatchState.RUNNING: "busy",
    BatchState.STOPPING: "warn",
    BatchState.RESTORING: "busy",
    BatchState.HELD: "warn",
    BatchState.COMPLETED: "ok",
    BatchState.FAILED: "failed",
    BatchState.CANCELLED: "none",
}


def counted(counts: Mapping[str, int]) -> str:
    """ "25 completed, 3 running, 2 failed": what is not there is not named."""
    return ", ".join(f"{counts[word]:,} {word.label}" for word in IN_BAR if counts.get(word)) or "no subclouds"


def bar(counts: Mapping[str, int]) -> SafeString:
    """Of the sites that are in the plan."""
    return drawn_bar([(word.value, MARKS[word], counts.get(word, 0), word.label) for word in IN_BAR], counted(counts))
