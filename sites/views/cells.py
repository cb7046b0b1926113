"""Cells of the subcloud list: a hundred rows have a thousand, so their markup is made once per word and kept."""

from functools import lru_cache
from typing import Any

from django.templatetags.static import static
from django.utils.html import escape
from django.utils.safestring import SafeString

from sites.selectors import WORDS

AVAILABILITY = {"online": "ok", "offline": "error"}
SYNC = {"in-sync": "ok", "out-of-sync": "warn"}
SEVERITIES = ("critical", "major", "minor", "warning")


def shown(row: dict[str, Any], stale_after: int) -> dict[str, Any]:
    """`row` with its cells: safe strings, every word from upstream escaped."""
    pk, word = row["id"], WORDS[row["severity"]]
    observed = row["observed_at"]
    return row | {
        "word": word,
        "badge": SafeString(_mark("sev", "severity", word, word.capitalize(), "severity") % pk),
        "counts": SafeString("".join([_count(name, row[f"{name}_alarms"]) % pk for name in SEVERITIES])),
        "availability": _state(AVAILABILITY.get(row["availability_status"], "unknown"), row["availability_status"]),
        "sync": _state(SYNC.get(row["sync_status"], "unknown"), row["sync_status"]),
        "ceph": SafeString(_mark("state", "state", row["ceph_status"], row["ceph_status"], "ceph") % pk),
        "nic": SafeString(_mark("state", "state", row["nic_status"], row["nic_status"], "nic") % pk),
        "hosts": "–" if row["hosts_total"] is None else f"{row['hosts_ok']}/{row['hosts_total']}",
        "age": _age(observed.isoformat(), f"{observed:%H:%M:%S}", row["stale"], stale_after)
        if observed
        else "never read",
    }


def _age(at: str, short: str, stale: bool, stale_after: int) -> SafeString:
    css = "age stale" if stale else "age"
    return SafeString(
        f'<time class="{css}" datetime="{at}" data-age data-stale-after="{stale_after}">{short} UTC</time>'
    )


@lru_cache(maxsize=2048)
def _mark(css: str, attribute: str, word: str, label: str, field: str) -> str:
    """A mark that live.js patches; % takes the cloud's id."""
    return _drawn(css, attribute, word, label, f' data-cloud="%d" data-field="{field}"')


@lru_cache(maxsize=2048)
def _state(state: str, label: str) -> SafeString:
    return SafeString(_drawn("state", "state", state, label or "unknown", "") % ())


@lru_cache(maxsize=2048)
def _count(name: str, count: int | None) -> str:
    zero = "" if count else " data-zero"
    return (
        f'<span data-severity="{name}"{zero} title="{name}">{_shape(name)}'
        f'<b data-cloud="%d" data-field="{name}">{"–" if count is None else count}</b></span>'
    )


def _drawn(css: str, attribute: str, word: str, label: str, more: str) -> str:
    said = escape(label).replace("%", "%%")
    mark = escape(word).replace("%", "%%")
    return f'<span class="{css}" data-{attribute}="{mark}"{more}>{_shape(mark)}<span data-word>{said}</span></span>'


def _shape(word: str) -> str:
    sprite = static("img/shapes.svg").replace("%", "%%")
    return f'<svg class="shape" aria-hidden="true"><use href="{sprite}#{word}"/></svg>'
