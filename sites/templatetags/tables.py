"""Headers of sortable tables: links that keep every filter, say how the table is sorted, and turn it round."""

from typing import Any, cast

from django import template
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag(takes_context=True)
def sort_header(context: template.Context, label: str, name: str, sort: str, first: str, css: str = "") -> SafeString:
    """A <th>. `sort` is how the table is sorted now, `first` how this column sorts when it is chosen."""
    chosen = sort.removeprefix("-") == name
    other: Any = name if sort.startswith("-") else f"-{name}"
    params = cast(HttpRequest, context["request"]).GET.copy()
    params.pop("cursor", None)
    params["sort"] = other if chosen else first
    state = ' aria-sort="descending"' if sort.startswith("-") else ' aria-sort="ascending"'
    return format_html(
        '<th{}{}><a href="?{}">{}</a></th>',
        SafeString(state) if chosen else "",
        format_html(' class="{}"', css) if css else "",
        params.urlencode(),
        label,
    )
