"""The bar of a phase: how long it took or takes, against what is usual. All bars of a page have one scale."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from operations.phase_rows import PhaseRow
from operations.views.targetcells import usual_words
from sites.lengths import in_words
from sites.templatetags.lengths import running

SIGNS = {"done": "✓", "failed": "✕", "held": "?", "passed": "·", "not reached": "–"}
STATES = {"current": "under way", "todo": "to come", "held": "in doubt", "passed": "not seen in this attempt"}
STEPS = {"done": "done", "current": "current", "failed": "failed", "held": "current", "passed": "passed"}


def drawn(rows: Sequence[PhaseRow], now: datetime) -> list[dict[str, Any]]:
    """Each row with its marks, ready for the template."""
    longest = max([row.seconds or 0 for row in rows] + [row.usual.p90 if row.usual else 0 for row in rows] + [1.0])
    return [
        {
            "row": row, "sign": SIGNS.get(row.state, str(number)), "step": STEPS.get(row.state, "todo"),
            "bar": _bar(row, longest * 1.04), "length": _length(row, now), "usual": usual_words(row.usual),
            "short": _short(row, now), "state": STATES.get(row.state, row.state),
        }
        for number, row in enumerate(rows, 1)
    ]  # fmt: skip


def _length(row: PhaseRow, now: datetime) -> SafeString | str:
    if row.state == "current" and row.began_at:
        return running(row.began_at, now, row.usual.p90 if row.usual else None)
    if row.seconds is not None:
        return in_words(row.seconds)
    return "–"


def _short(row: PhaseRow, now: datetime) -> SafeString | str:
    """Below the mark: the length, or of what is to come what it usually takes."""
    if row.seconds is not None:
        return _length(row, now)
    return f"~{in_words(row.usual.p50 or row.usual.p90)}" if row.state == "todo" and row.usual else ""


def _bar(row: PhaseRow, scale: float) -> SafeString:
    seconds = min(row.seconds or 0.0, scale)
    marks = [mark for mark in ((row.usual.p50, row.usual.p90) if row.usual else ()) if mark is not None]
    lines = format_html_join("", '<path d="M{} 0v6"/>', ((f"{100 * mark / scale:.2f}",) for mark in marks))
    return format_html(
        '<svg class="phasebar" data-step="{}"{} viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
        '<rect width="{}" height="6"/>{}</svg>',
        STEPS.get(row.state, "todo"),
        SafeString(" data-over") if row.over else "",
        f"{100 * seconds / scale:.2f}",
        lines,
    )
