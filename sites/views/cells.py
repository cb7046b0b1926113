"""The rows of the subcloud list. A page has a hundred rows of a dozen cells: as template variables they took longer
than everything else together, so they are written here, and marks are made once per word and kept."""

from functools import lru_cache
from html import escape
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from sites.choices import Contact
from sites.selectors import WORDS
from sites.templatetags.portal import row_age, shape
from sites.words import said

SEVERITIES = ("critical", "major", "minor", "warning")
PLACE_SHOWN = 34  # characters, with the System Controller where there are several
CONTROLLER_SHOWN = 16


def markup(row: dict[str, Any], stale_after: int, *, select: bool = False, several: bool = False) -> SafeString:
    """One `<tr>`, with a box to choose it by. Whatever came from upstream is escaped; marks are patched by live.js.

    `several`: it stands among subclouds of other System Controllers, where its name may occur again.
    """
    pk, word = int(row["id"]), WORDS[row["severity"]]
    path = f"/subclouds/{pk}/"
    lost = '<span class="sub">not reached</span>' if row["contact"] == Contact.UNREACHABLE else ""
    counts = "".join([_count(name, row[f"{name}_alarms"]) % pk for name in SEVERITIES])
    group = f'<span class="sub">{escape(row["group_name"] or "")}</span>'
    place = escape(_place(row["location"], row["controller_name"] if several else ""))
    hosts = "–" if row["hosts_total"] is None else f"{row['hosts_ok'] or 0}/{row['hosts_total']}"
    told = ' class="stale"' if row["told_stale"] else ""  # dcmanager's words have an age of their own
    cells = (
        f"{_box(pk, row['name']) if select else ''}"
        f"<td>{_mark('sev', 'severity', word, word.capitalize(), 'severity') % pk}</td>"
        f'<td class="name"><a href="{path}">{escape(row["name"])}</a>'
        f'<span class="sub nowrap">{place}</span></td>'
        f'<td><span class="counts">{counts}</span></td>'
        f"<td{told}>{_word('availability', row['availability_status'])}"
        f"{lost}{_told(row)}</td>"
        f"<td{told}>{_word('sync', row['sync_status'])}"
        f'<span class="sub">{escape(row["management_state"])}</span></td>'
        f'<td class="drop-4{" stale" if row["told_stale"] else ""}">{_word("deploy", row["deploy_status"])}</td>'
        f'<td class="drop-3">{_mark("state", "state", row["ceph_status"], row["ceph_status"], "ceph") % pk}</td>'
        f'<td class="drop-3">{_mark("state", "state", row["nic_status"], row["nic_status"], "nic") % pk}</td>'
        f'<td class="num drop-2">{hosts}</td><td class="mono drop-1">{escape(row["software_version"])}</td>'
        f'<td class="nowrap drop-1">{escape(row["region"]) or "–"}{group}</td>'
        f"<td>{row_age(row['observed_at'], row['stale'], stale_after)}</td>"
    )
    css = ' class="stale"' if row["stale"] else ""
    attributes = f'data-severity="{word}" data-cloud="{pk}" data-field="row-severity" data-href="{path}" tabindex="0"'
    return mark_safe(f"<tr {attributes}{css}>{cells}</tr>\n")  # noqa: S308 # escaped above, word by word


def _box(pk: int, name: str) -> str:
    """Belongs to the form of templates/operations/_bulk.html."""
    return (
        f'<td class="select"><input type="checkbox" name="cloud" value="{pk}" form="bulk"'
        f' aria-label="Choose {escape(name)}"></td>'
    )


def _place(location: str, controller: str) -> str:
    if not controller:
        return _short(location, PLACE_SHOWN)
    whose = _short(controller, CONTROLLER_SHOWN)
    return f"{_short(location, PLACE_SHOWN - len(whose) - 3)} · {whose}" if location else whose


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _told(row: dict[str, Any]) -> str:
    """The age of dcmanager's words, where it is too great to rely on them."""
    if not row["told_stale"]:
        return ""
    at = row["told_at"]
    told = f'<time datetime="{at.isoformat()}" data-age>{at:%H:%M:%S} UTC</time>' if at else "never"
    return f'<span class="sub">told {told}</span>'


@lru_cache(maxsize=2048)
def _mark(css: str, attribute: str, word: str, label: str, field: str) -> str:
    """A mark that live.js patches; its % takes the cloud's id."""
    return _drawn(css, attribute, word, label, f' data-cloud="%d" data-field="{field}"')


@lru_cache(maxsize=2048)
def _word(kind: str, word: str) -> str:
    """A word of StarlingX; what it means shows where one points at it."""
    of = said(kind, word)
    return _drawn("state", "state", of.mark, of.label, f' title="{escape(of.means)}"') % ()


@lru_cache(maxsize=2048)
def _count(name: str, count: int | None) -> str:
    zero = "" if count else " data-zero"
    return (
        f'<span data-severity="{name}"{zero} title="{name}">{_shape(name)}'
        f'<b data-cloud="%d" data-field="{name}">{"–" if count is None else count}</b></span>'
    )


def _drawn(css: str, attribute: str, word: str, label: str, more: str) -> str:
    said, mark = escape(label).replace("%", "%%"), escape(word).replace("%", "%%")
    return f'<span class="{css}" data-{attribute}="{mark}"{more}>{_shape(mark)}<span data-word>{said}</span></span>'


def _shape(word: str) -> str:
    """In what takes an id by %."""
    return shape(word).replace("%", "%%")
