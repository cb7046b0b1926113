"""The rows of the alarm list. A page has a hundred rows of eight cells: as template variables they took longer than
everything else together, so they are written here."""

from html import escape
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from sites.choices import CloudKind, Contact, Severity
from sites.templatetags.portal import moment, row_age, severity, severity_word


def markup(row: dict[str, Any], stale_after: int) -> SafeString:
    """One `<tr>`. Whatever came from upstream is escaped. `stale_after`: seconds."""
    word = severity_word(row["severity"])
    entity, reason = escape(row["entity_instance_id"]), escape(row["reason_text"])
    repair = f" — To do: {escape(row['proposed_repair_action'])}" if row["proposed_repair_action"] else ""
    own_word = f'<span class="sub">{escape(row["severity_word"])}</span>' if _unknown(row) else ""
    cleared = f'<span class="sub">cleared {moment(row["cleared_at"])}</span>' if row["cleared_at"] else ""
    cells = (
        f"<td>{severity(row['severity'])}{own_word}</td>"
        f'<td class="nowrap">{moment(row["raised_at"])}{cleared}</td>'
        f'<td class="mono nowrap">{escape(row["alarm_id"])}</td>'
        f'<td class="name">{_cloud(row)}</td>'
        f'<td class="mono truncate entity" title="{entity}">{entity}</td>'
        f'<td class="truncate" title="{reason}{repair}">{reason}</td>'
        f'<td class="small">{_effect(row)}</td>'
        f"<td>{row_age(row['read_at'], row['old'], stale_after)}</td>"
    )
    css = ' class="stale"' if row["old"] else ""
    attributes = f'data-severity="{word}" data-alarm="{row["id"]}" data-href="{row["href"]}" tabindex="0"'
    return mark_safe(f"<tr {attributes}{css}>{cells}</tr>\n")  # noqa: S308 # escaped above, word by word


def _cloud(row: dict[str, Any]) -> str:
    """Where the alarm stands; of a System Controller's own, which subcloud it names."""
    said = f'<a href="{row["href"]}">{escape(row["cloud_name"])}</a>'
    if row["kind"] == CloudKind.CENTRAL:
        named = row["named"]
        of = f'of <a href="/subclouds/{named.pk}/">{escape(named.name)}</a>' if named else "System Controller"
        said += f'<span class="sub clip">{of}</span>'
    if row["contact"] == Contact.UNREACHABLE:
        said += '<span class="sub">before contact was lost</span>'
    return said


def _effect(row: dict[str, Any]) -> str:
    words = []
    if row["service_affecting"]:
        words.append('<span title="Service affecting">service</span>')
    if row["management_affecting"]:
        words.append('<span title="Management affecting: blocks patching">blocks patching</span>')
    if row["suppressed"]:
        words.append('<span class="muted">suppressed</span>')
    return " ".join(words)


def _unknown(row: dict[str, Any]) -> bool:
    return bool(row["severity"] == Severity.INDETERMINATE)
