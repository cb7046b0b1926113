"""The filters beside the list of subclouds. Some fifty links: as template variables they took a third of the page's
time, so they are written here."""

from html import escape

from django.http import QueryDict
from django.utils.safestring import SafeString, mark_safe

from sites.facets import Choice, Facets
from sites.templatetags.portal import shape, toggled

HEADINGS = {
    "severity": "Severity",
    "availability": "Availability",
    "sync": "Sync",
    "contact": "Contact",
    "stale": "Freshness",
    "ceph": "Ceph",
    "nic": "NIC",
    "management": "Management",
    "deploy": "Deploy",
    "release": "Release",
    "region": "Region",
    "controller": "System Controller",
    "group": "Group",
}
MARKS = {"severity": "severity", "ceph": "state", "nic": "state"}  # facet -> attribute of its mark
SHOWN_CHOICES = 8
LABEL_SHOWN = 40  # characters


def markup(params: QueryDict, facets: Facets) -> SafeString:
    """A `<section>` for each facet that there is something to choose in; empty for none. Words come from upstream."""
    sections = [_section(params, name, choices) for name, choices in facets.choices.items()]
    return mark_safe("\n".join(filter(None, sections)))  # noqa: S308 # escaped below, word by word


def _section(params: QueryDict, name: str, choices: list[Choice]) -> str:
    if len(choices) < 2 and not any(choice.chosen for choice in choices):
        return ""
    room = SHOWN_CHOICES - sum(choice.chosen for choice in choices)
    others = [choice for choice in choices if not choice.chosen]
    first = others[: max(room, 0)]
    offered = "".join(_link(params, name, choice) for choice in choices if choice.chosen or choice in first)
    rest = others[len(first) :]
    more = "".join(_link(params, name, choice) for choice in rest)
    folded = f"<details><summary>{len(rest)} more</summary><ul>{more}</ul></details>" if rest else ""
    return f'<section class="facet"><h3>{HEADINGS[name]}</h3><ul>{offered}</ul>{folded}</section>'


def _link(params: QueryDict, name: str, choice: Choice) -> str:
    current = ' aria-current="true"' if choice.chosen else ""
    mark, drawn = "", ""
    if attribute := MARKS.get(name):
        mark, drawn = f' data-{attribute}="{escape(choice.value)}"', shape(choice.value)
    label = choice.label if len(choice.label) <= LABEL_SHOWN else f"{choice.label[: LABEL_SHOWN - 1]}…"
    return (
        f'<li><a href="{escape(toggled(params, name, choice.value))}"{current}{mark}>{drawn}{escape(label)}'
        f'<span class="count">{choice.count:,}</span></a></li>'
    )
