"""How states of operations and targets look: the shape and colour of each (static/js/words.js has the same for cells
that are patched), and the bar of an operation's targets."""

from collections.abc import Iterable, Mapping

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from operations.choices import OperationState, TargetState

OPERATION_MARKS: dict[str, str] = {
    OperationState.CHECKING: "busy",
    OperationState.PLANNED: "info",
    OperationState.PROCESSING: "busy",
    OperationState.COMPLETED: "ok",
    OperationState.FAILED_TEMP: "failed",
    OperationState.FAILED: "failed",
    OperationState.CANCELLED: "none",
    OperationState.ABORTED: "warn",
}
TARGET_MARKS: dict[str, str] = {
    TargetState.CHECKING: "busy",
    TargetState.REFUSED: "error",
    TargetState.READY: "info",
    TargetState.WAITING: "info",
    TargetState.RUNNING: "busy",
    TargetState.HELD: "warn",
    TargetState.COMPLETED: "ok",
    TargetState.FAILED: "failed",
    TargetState.CANCELLED: "none",
}
IN_BAR = (  # in the order of the bar: what is over first, what has not begun last
    TargetState.COMPLETED, TargetState.RUNNING, TargetState.HELD, TargetState.FAILED, TargetState.REFUSED,
    TargetState.CANCELLED, TargetState.WAITING, TargetState.READY, TargetState.CHECKING,
)  # fmt: skip


def counted(counts: Mapping[str, int]) -> str:
    """ "25 completed, 3 running, 2 failed": what is not there is not named."""
    return ", ".join(f"{counts[state]:,} {state.label}" for state in IN_BAR if counts.get(state)) or "no subclouds"


def bar(counts: Mapping[str, int]) -> SafeString:
    """A bar of the targets by state, with the same in words for whoever does not see it."""
    parts = [(state.value, TARGET_MARKS[state], counts.get(state, 0), state.label) for state in IN_BAR]
    return drawn_bar(parts, counted(counts))


def drawn_bar(numbers: Iterable[tuple[str, str, int, str]], told: str) -> SafeString:
    """`numbers`: (key of the colour, mark, how many, word), in order; `told`: all of it in words."""
    rows = [row for row in numbers if row[2]]
    total = sum(number for _, _, number, _ in rows)
    at, parts = 0.0, []
    for key, mark, number, word in rows:
        width = 100 * number / total
        parts.append((key, mark, f"{at:.2f}", f"{width:.2f}", f"{number:,} {word}"))
        at += width
    rects = format_html_join(
        "",
        '<rect data-target-state="{}" data-state="{}" x="{}" width="{}" height="4"><title>{}</title></rect>',
        parts,
    )
    return format_html(
        '<svg class="opbar" viewBox="0 0 100 4" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>',
        told,
        rects,
    )
