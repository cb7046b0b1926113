"""Lengths of time: of what is over, and of what still runs (counted on by time.js)."""

from datetime import datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from sites.lengths import in_words

register = template.Library()


@register.simple_tag
def took(began: datetime | None, ended: datetime | None) -> str:
    """ "12 min 40 s"; a dash where either end is not known."""
    return in_words((ended - began).total_seconds()) if began and ended else "–"


@register.simple_tag(takes_context=True)
def elapsed(context: template.Context, began: datetime | None, long_after: float | None = None) -> SafeString | str:
    """How long something runs already. Behind `long_after` seconds it is called longer than usual."""
    return running(began, context["now"], long_after) if began else "–"


def running(began: datetime, now: datetime, long_after: float | None = None) -> SafeString:
    """The same for markup that is written in Python."""
    seconds = (now - began).total_seconds()
    long = format_html(' data-long-after="{}"', round(long_after)) if long_after is not None else ""
    if long_after is not None and seconds > long_after:
        long += SafeString(" data-long")
    return format_html(
        '<time class="elapsed" datetime="{}" data-elapsed{}>{}</time>', began.isoformat(), long, in_words(seconds)
    )


@register.filter
def seconds(value: float | None) -> str:
    """A number of seconds in words."""
    return "–" if value is None else in_words(value)
