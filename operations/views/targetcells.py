"""The rows of an operation's targets, written in Python as those of the subcloud list: a page has a hundred of them.
Cells with data-target are patched by rows.js; the words and shapes of states are those of operations/marks.py."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from operations.choices import ENDED_TARGETS, TargetState
from operations.engine.usual import Usual
from operations.marks import TARGET_MARKS
from operations.words import cause, step_of
from sites.lengths import in_words
from sites.templatetags.lengths import running

SHOWN = 240  # characters of an error in a row; all of it stands on the target's own page


def markup(row: Mapping[str, Any], known: Usual | None, now: datetime) -> SafeString:
    """One `<tr>`. `row` has the fields of operations/views/oppage.py, and `phase` and `began_at` of what runs."""
    pk, state = row["id"], TargetState(row["state"])
    path = f"/operations/{row['operation_id']}/targets/{pk}/"
    return format_html(
        '<tr data-href="{}" tabindex="0" data-state="{}"{}>'
        '<td class="num">{}</td><td>{}{}</td><td class="name"><a href="{}">{}</a><span class="sub">{}</span></td>'
        "<td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
        path,
        TARGET_MARKS[state],
        SafeString(' class="wash"') if state in (TargetState.HELD, TargetState.FAILED) else "",
        row["number"],
        _state(pk, state),
        _stuck(row),
        path,
        row["name"],
        row["region"],
        step_of(row["steps"], row["step"]) or "–",
        _patched(pk, "deploy_status", row["deploy_status"] or "–"),
        _phase(row, known, now),
        _said(row, state),
        _patched(pk, "attempt", str(row["attempt"])),
    )


def _state(pk: int, state: TargetState) -> SafeString:
    mark = TARGET_MARKS[state]
    return format_html(
        '<span class="state" data-state="{}" data-target="{}" data-field="state" data-value="{}">'
        '<svg class="shape" aria-hidden="true"><use href="{}#{}"/></svg><span data-word>{}</span></span>',
        mark,
        pk,
        state.value,
        static("img/shapes.svg"),
        mark,
        state.label,
    )


def _stuck(row: Mapping[str, Any]) -> SafeString:
    hidden = "" if row["stuck"] else SafeString(" hidden")
    return format_html(
        '<span class="sub stuck" data-target="{}" data-field="stuck"{}>takes unusually long</span>', row["id"], hidden
    )


def _phase(row: Mapping[str, Any], known: Usual | None, now: datetime) -> SafeString | str:
    """How long the phase under way lasts already, against what is usual; of what has ended, how long all of it took."""
    if row["state"] in ENDED_TARGETS or not row["started_at"]:
        if row["started_at"] and row["ended_at"]:
            length = in_words((row["ended_at"] - row["started_at"]).total_seconds())
            return format_html('{} <span class="sub">altogether</span>', length)
        return "–"
    began = row["began_at"] or row["started_at"]
    told = usual_words(known) if row["began_at"] else ""
    return format_html('{}<span class="sub">{}</span>', running(began, now, known.p90 if known else None), told)


def usual_words(known: Usual | None) -> str:
    """What is usual for a phase, and how that is known."""
    if known is None:
        return "nothing to compare with"
    if known.p50 is None:
        return f"about {in_words(known.p90)}, estimated"
    return f"usual {in_words(known.p50)}, 9 of 10 in {in_words(known.p90)} ({known.count} seen)"


def _said(row: Mapping[str, Any], state: TargetState) -> SafeString:
    """What it does or waits for; of what failed the error, of what was refused the reasons."""
    if state == TargetState.REFUSED and row["problems"]:
        first, *others = row["problems"]
        more = format_html('<span class="sub">and {} more, see above</span>', len(others)) if others else ""
        return format_html('<span class="anywhere">{}</span>{}', first["message"], more)
    if row["error"]:
        why = format_html('<span class="sub">{}</span>', cause(row["cause"])) if row["cause"] else ""
        error = row["error"] if len(row["error"]) <= SHOWN else f"{row['error'][: SHOWN - 1]}…"
        return format_html('<span class="anywhere">{}</span>{}', error, why)
    return _patched(row["id"], "message", row["message"])


def _patched(pk: int, field: str, text: str) -> SafeString:
    return format_html('<span data-target="{}" data-field="{}">{}</span>', pk, field, text)
