"""The rows of a campaign's sites, written in Python: a page has a hundred of them. Cells with data-target are patched
by rows.js. What dcmanager told last stands with its age, and nothing is reckoned between two looks."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from operations.campaign_reads import NOWHERE
from operations.standings import COUNT_AS_FAILED, MARKS, Standing
from operations.words import cause
from sites.lengths import in_words
from sites.templatetags.lengths import running
from sites.templatetags.portal import age

SHOWN = 240  # characters of a text in a row; all of it stands on the site's own page
FIELDS = [
    "id", "operation_id", "number", "name", "region", "profile", "state", "standing", "wave", "batch", "started_at",
    "ended_at", "error", "cause", "message", "percent", "percent_at", "in_campaign__step_state",
    "in_campaign__step_details", "in_campaign__held_by", "in_campaign__hold_reason", "in_campaign__excused_by",
    "in_campaign__excuse", "in_campaign__new_alarms", "in_campaign__reasons", "in_campaign__batch__wave__name",
    "in_campaign__batch_id", "operation__campaign__planned_at", "trouble",
]  # fmt: skip
LOUD = (Standing.DECISION, *COUNT_AS_FAILED)


def markup(row: Mapping[str, Any], now: datetime) -> SafeString:
    """One `<tr>`. `row` has FIELDS."""
    pk, word = row["id"], Standing(row["standing"])
    path = f"/operations/{row['operation_id']}/targets/{pk}/"
    act = format_html(
        '<a class="button button-small button-quiet" href="{}do" hx-get="{}do" hx-target="#ask" aria-label="Act on {}">'
        "Act</a>",
        path,
        path,
        row["name"],
    )
    return format_html(
        '<tr data-href="{}" tabindex="0" data-state="{}"{}><td>{}</td><td class="name"><a href="{}">{}</a>'
        '<span class="sub">{}</span></td><td class="nowrap">{}</td><td class="nowrap">{}</td><td class="nowrap">{}</td>'
        "<td>{}</td><td>{}</td></tr>\n",
        path,
        MARKS[word],
        SafeString(' class="wash"') if word in LOUD else "",
        _state(pk, row["state"], word),
        path,
        row["name"],
        " · ".join(part for part in (row["region"], row["profile"]) if part),
        _place(row),
        _percent(row),
        _length(row, now),
        _said(row, word),
        act,
    )


def state_cell(word: Standing) -> SafeString:
    """Shape and word, not patched."""
    mark = MARKS[word]
    return format_html(
        '<span class="state" data-state="{}"><svg class="shape" aria-hidden="true"><use href="{}#{}"/></svg>'
        "<span data-word>{}</span></span>",
        mark,
        static("img/shapes.svg"),
        mark,
        word.label,
    )


def _state(pk: int, value: str, word: Standing) -> SafeString:
    mark = MARKS[word]
    return format_html(
        '<span class="state" data-state="{}" data-target="{}" data-field="state" data-value="{}">'
        '<svg class="shape" aria-hidden="true"><use href="{}#{}"/></svg><span data-word>{}</span></span>',
        mark,
        pk,
        value,
        static("img/shapes.svg"),
        mark,
        word.label,
    )


def _place(row: Mapping[str, Any]) -> SafeString | str:
    if row["wave"] == NOWHERE:
        return "–"
    return format_html(
        '{}<span class="sub"><a href="/operations/{}/batches/{}/">batch {}</a></span>',
        row["in_campaign__batch__wave__name"],
        row["operation_id"],
        row["batch"],
        row["batch"],
    )


def _percent(row: Mapping[str, Any]) -> SafeString:
    """The last one that was told, and when. None is none: it is never reckoned."""
    pk, percent, at = row["id"], row["percent"], row["percent_at"]
    told = percent is not None and at is not None
    return format_html(
        '<span data-target="{}" data-field="percent">{}</span><span class="sub"{}>'
        '<time class="age" data-target-age="{}" datetime="{}" data-age>{}</time></span>',
        pk,
        f"{percent} %" if told else "–",
        "" if told else SafeString(" hidden"),
        pk,
        at.isoformat() if told else "",
        f"{at:%Y-%m-%d %H:%M:%S} UTC" if told else "",
    )


def _length(row: Mapping[str, Any], now: datetime) -> SafeString | str:
    began, ended = row["started_at"], row["ended_at"]
    if not began:
        return "–"
    return in_words((ended - began).total_seconds()) if ended else running(began, now)


def _said(row: Mapping[str, Any], word: Standing) -> SafeString:
    """The error, the new alarms, why it waits and by whose word, or what it does."""
    if word is Standing.EXCUSED:
        who = f"excused by {row['in_campaign__excused_by']}: {row['in_campaign__excuse']}"
        return _two(row["error"] or alarms_told(row["in_campaign__new_alarms"]), who)
    if word in (Standing.ON_HOLD, Standing.SKIPPED):
        return _two(row["in_campaign__hold_reason"] or "no reason was given", f"by {row['in_campaign__held_by']}")
    if word is Standing.ALARMED:
        return _two(alarms_told(row["in_campaign__new_alarms"]), "")
    if word is Standing.HELD_BACK:
        return _two(row["error"], row["message"])
    if row["error"]:
        return _two(row["error"], cause(row["cause"]) if word is Standing.FAILED and row["cause"] != "failed" else "")
    if word is Standing.READY and row["message"]:
        return _two(row["message"], "")
    if word in (Standing.READY, Standing.REFUSED):
        return reasons_told(row["in_campaign__reasons"], row["operation__campaign__planned_at"])
    if word is Standing.COMPLETED:
        return _two(row["message"], "") if row["message"] else SafeString("")  # what its wave's soak waits for
    said = _cut(row["message"] or row["in_campaign__step_details"] or "")
    return format_html('<span class="anywhere" data-target="{}" data-field="message">{}</span>', row["id"], said)


def reasons_told(reasons: list[Mapping[str, Any]], judged_at: datetime | None) -> SafeString:
    """The first that stood against it when it was judged, how many more did, and how long ago that was."""
    against = [reason for reason in reasons or () if reason.get("effect") != "alone"] or list(reasons or ())
    if not against:
        return SafeString("")
    more = f"and {len(against) - 1} more, " if len(against) > 1 else ""
    return format_html(
        '<span class="anywhere">{}</span><span class="sub">{}judged {}</span>',
        _cut(str(against[0].get("sentence", ""))),
        more,
        age(judged_at),
    )


def alarms_told(alarms: list[Mapping[str, Any]]) -> str:
    """ "New alarm 100.101 on host=controller-0, and 2 more"."""
    if not alarms:
        return ""
    first = alarms[0]
    on = f" on {first['entity']}" if first.get("entity") else ""
    more = f", and {len(alarms) - 1} more" if len(alarms) > 1 else ""
    return f"New alarm {first.get('alarm_id', '')}{on}{more}"


def _two(text: str, sub: str) -> SafeString:
    below = format_html('<span class="sub anywhere">{}</span>', _cut(sub)) if sub else ""
    return format_html('<span class="anywhere">{}</span>{}', _cut(text), below)


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
