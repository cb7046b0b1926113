"""Tags of every page: parts composed by URL name, ages, severities, sort and filter links."""

from datetime import datetime
from functools import lru_cache
from html import escape
from typing import Any, cast
from urllib.parse import urlencode

from django import template
from django.http import HttpRequest, HttpResponse, QueryDict
from django.templatetags.static import static
from django.urls import NoReverseMatch, resolve, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from sites.choices import Severity
from sites.freshness import Freshness
from sites.words import said

register = template.Library()


@register.simple_tag(takes_context=True)
def part(context: template.Context, name: str, *args: Any) -> SafeString:
    """The fragment at URL name `name`, drawn by its own view with this very request.

    So an app can stand on another app's page without being imported, and the browser can fetch it again alone.
    Where no app answers to that name (it is not installed) there is nothing.
    """
    try:
        match = resolve(reverse(name, args=args))
    except NoReverseMatch:
        return SafeString("")
    response: HttpResponse = match.func(context["request"], *match.args, **match.kwargs)
    return mark_safe(response.content.decode())  # noqa: S308 # drawn by a template of ours, which escaped it


@register.simple_tag(takes_context=True)
def part_url(context: template.Context, name: str, *args: Any) -> str:
    """The address of a part, or nothing where no app answers to that name."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


@register.simple_tag
def age(of: Freshness | datetime | None) -> SafeString:
    """ "12 s ago" of a facet or a time, kept current by time.js.

    A facet also says when it is stale, and is named, so that the page of one cloud can bring its ages up to date.
    """
    facet = of if isinstance(of, Freshness) else None
    at = of.observed_at if isinstance(of, Freshness) else of
    if at is None:
        return SafeString('<span class="age">never read</span>')
    limit = format_html(' data-facet="{}" data-stale-after="{}"', facet.facet, int(facet.stale_after)) if facet else ""
    return format_html(
        '<time class="age{}" datetime="{}" data-age{}>{} UTC</time>',
        " stale" if facet and facet.stale else "",
        at.isoformat(),
        limit,
        f"{at:%Y-%m-%d %H:%M:%S}",
    )


@register.simple_tag
def row_age(at: datetime | None, stale: bool, stale_after: int) -> SafeString:
    """The age of a row in a list; "never read" for none. Faster than including _age.html."""
    if at is None:
        return SafeString('<span class="age">never read</span>')
    css = "age stale" if stale else "age"
    said = f"{at:%Y-%m-%d %H:%M:%S} UTC"
    return SafeString(
        f'<time class="{css}" datetime="{at.isoformat()}" data-age data-stale-after="{int(stale_after)}">{said}</time>'
    )


@register.simple_tag
def moment(at: datetime) -> SafeString:
    """A time that follows the reader's zone, without its day when that is today. Twice as fast as the filter `date`."""
    said = f'<time datetime="{at.isoformat()}" data-time="short">{at:%Y-%m-%d %H:%M:%S} UTC</time>'
    return mark_safe(said)  # noqa: S308 # nothing but digits and signs


@register.inclusion_tag("_last_try.html")
def last_try(*facets: Freshness) -> dict[str, Any]:
    """A mark where the last try of one of these failed, with its age: what is shown is from before. Else nothing."""
    failing = [facet for facet in facets if facet.failing]
    return {"facet": failing[0] if failing else None}


@register.filter
def severity_word(severity: int | str | None) -> str:
    """critical, major, … of the number kept in the database; "unknown" for none."""
    if severity is None or severity == "":
        return "unknown"
    return severity if isinstance(severity, str) else Severity(severity).label


@register.simple_tag
def severity(value: int | str | None) -> SafeString:
    """The filled badge: shape and word."""
    return _badge("sev", "severity", severity_word(value), severity_word(value).capitalize())


@register.simple_tag
def state(value: str, label: str = "") -> SafeString:
    """The quiet mark: shape and word. `value` is one of the words of UI states; `label` what is said."""
    return _badge("state", "state", value or "unknown", label or value or "unknown")


@register.simple_tag
def word(kind: str, value: str) -> SafeString:
    """A status word of StarlingX with its mark, and what it means for whoever points at it (sites/words.py)."""
    return _word(kind, value or "")


@lru_cache(maxsize=1024)
def _word(kind: str, value: str) -> SafeString:
    of = said(kind, value)
    return format_html('<span title="{}">{}</span>', of.means, _badge("state", "state", of.mark, of.label))


@lru_cache(maxsize=1024)
def shape(word: str) -> SafeString:
    """The drawing that stands for a word of UI states, or for a severity; nothing drawn for one that has none."""
    sprite = static("img/shapes.svg")
    use = f'<svg class="shape" aria-hidden="true"><use href="{sprite}#{escape(word)}"/></svg>'
    return mark_safe(use)  # noqa: S308 # escaped


@lru_cache(maxsize=4096)
def _badge(css: str, attribute: str, word: str, label: str) -> SafeString:
    return format_html(
        '<span class="{}" data-{}="{}">{}<span data-word>{}</span></span>', css, attribute, word, shape(word), label
    )


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """The query string of this page with some parameters set (None: removed). Paging starts over."""
    params = _params(context)
    for name, value in changes.items():
        params.pop(name, None)
        if value not in (None, ""):
            params[name] = str(value)
    return "?" + params.urlencode()


def toggled(params: QueryDict, name: str, value: str) -> str:
    """The query string with `value` of the multiple parameter `name` added, or taken away where it is set."""
    kept = [(key, text) for key, texts in params.lists() if key != "cursor" for text in texts]
    pair = (name, value)
    return "?" + urlencode([each for each in kept if each != pair] if pair in kept else [*kept, pair])


def _params(context: template.Context) -> QueryDict:
    params = cast(HttpRequest, context["request"]).GET.copy()
    params.pop("cursor", None)
    return params
