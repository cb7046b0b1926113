"""Who may see what, for tests of the stream: the bearer token says it, or the session's user sees everything."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import URLPattern

from events.visibility import EVERYTHING, Visibility

urlpatterns: list[URLPattern] = []
TOKENS = {
    "all": EVERYTHING,
    "controller-1": Visibility(controllers=frozenset({1}), holder="one"),
    "group-20": Visibility(groups=frozenset({20}), holder="two"),
    "east": Visibility(regions=frozenset({"east"}), holder="three"),
    "nothing": Visibility(holder="four"),
}


def decide(scope: dict[str, Any]) -> Visibility | None:
    """A token named in the file `barred` below var/ is let in no longer."""
    if scope["user"].is_authenticated:
        return EVERYTHING
    token = dict(scope["headers"]).get(b"authorization", b"").decode().removeprefix("Bearer ")
    barred = Path(settings.VAR_DIR, "barred")
    if barred.exists() and token in barred.read_text().split():
        return None
    return TOKENS.get(token)
