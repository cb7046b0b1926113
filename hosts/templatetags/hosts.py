"""How sizes and durations of servers are written."""

from django import template

register = template.Library()


@register.filter
def uptime(seconds: int | None) -> str:
    """ "12 d 3 h", "3 h 20 min"; "unknown" for none."""
    if seconds is None:
        return "unknown"
    minutes = int(seconds) // 60
    days, hours = divmod(minutes // 60, 24)
    return f"{days} d {hours} h" if days else f"{hours} h {minutes % 60} min"


@register.filter
def mebibytes(size: int | None) -> str:
    """ "447.1 GiB", "7.3 TiB"; "unknown" for none."""
    if size is None:
        return "unknown"
    return f"{size / 1024**2:.1f} TiB" if size >= 1024**2 else f"{size / 1024:.1f} GiB"
