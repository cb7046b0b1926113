"""The rows of the sites in the report, written in Python: there may be thousands."""

from collections.abc import Mapping
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from operations.campaigns.report_sheet import RAN, UNKNOWN
from operations.standings import MARKS, Standing
from sites.templatetags.portal import state

MARK_OF = {word.label: MARKS[word] for word in Standing}
SHOWN = 12  # new alarms of a site in its row


def markup(site: Mapping[str, Any]) -> SafeString:
    """One `<tr>`. `site`: of report()."""
    return format_html(
        '<tr><td class="name">{}<span class="sub">{}</span></td><td class="num">{}</td><td>{}</td>'
        '<td class="nowrap">{}</td><td class="nowrap">{}</td><td class="num">{}</td><td>{}</td>'
        '<td class="anywhere">{}</td><td class="anywhere">{}</td></tr>\n',
        site["name"],
        " · ".join(part for part in (site["region"], site["controller"]) if part),
        f"{site['wave']} / {site['batch']}",
        state(MARK_OF.get(site["standing"], "unknown"), site["standing"]),
        _time(site, "began_at"),
        _time(site, "finished_at"),
        _or_unknown(site, site["minutes"]),
        _before_and_after(site),
        _new(site),
        _said(site),
    )


def _time(site: Mapping[str, Any], name: str) -> SafeString | str:
    at = site[name]
    return format_html("{}<br>{}", at[:10], at[11:16]) if at else _or_unknown(site, None)


def _or_unknown(site: Mapping[str, Any], value: Any) -> SafeString | str:
    if value is not None:
        return f"{value:g}"
    return _nothing(site)


def _before_and_after(site: Mapping[str, Any]) -> SafeString | str:
    if site["alarms_before"] is None and site["alarms_after"] is None:
        return _nothing(site)
    return format_html("{} → {}", _number(site, "alarms_before"), _number(site, "alarms_after"))


def _number(site: Mapping[str, Any], name: str) -> SafeString | str:
    alarms = site[name]
    return _nothing(site) if alarms is None else str(len(alarms))


def _new(site: Mapping[str, Any]) -> SafeString | str:
    alarms = site["new_alarms"]
    if alarms is None:
        return _nothing(site)
    if not alarms:
        return _muted("none")
    more = f"; and {len(alarms) - SHOWN} more" if len(alarms) > SHOWN else ""
    return format_html('<b>{}</b> <span class="mono">{}{}</span>', len(alarms), "; ".join(alarms[:SHOWN]), more)


def _nothing(site: Mapping[str, Any]) -> SafeString | str:
    """A dash: there is none. Of a site that ran there is one, but nobody knows it."""
    return _muted(UNKNOWN) if site["end"] in RAN else "–"


def _said(site: Mapping[str, Any]) -> str:
    decided = f"{site['said_by']}: {site['said']}" if site["said_by"] else ""
    return " · ".join(part for part in (site["error"], decided) if part)


def _muted(text: str) -> SafeString:
    return mark_safe(f'<span class="muted">{text}</span>')  # noqa: S308 # two words of ours
