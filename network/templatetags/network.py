"""How cards and speeds are written."""

import re

from django import template

register = template.Library()


@register.filter
def speed(mbps: int | None) -> str:
    """ "25G", "100M"; what sysinv says, which is no sign of a link."""
    if not mbps:
        return "speed unknown"
    return f"{mbps / 1000:g}G" if mbps >= 1000 else f"{mbps}M"


@register.filter
def card(device: str) -> str:
    """ "E810-XXV" of "Ethernet Controller E810-XXV for SFP [159b]"; else the text, shortened."""
    match = re.search(r"\b([A-Z]{1,3}\d{3,4}[\w-]*|ConnectX-\d\w*|BCM\d+)", device)
    return match.group(1) if match else (device[:24] or "unknown card")
