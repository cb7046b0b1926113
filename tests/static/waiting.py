"""Waiting for a page. Under our policy Playwright's own waiting, which evaluates in the page, is refused."""

import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

PATIENCE = 20.0  # seconds


def until(page: Page, expression: str, wanted: Callable[[Any], bool] = bool) -> Any:
    """The value of `expression` once `wanted` holds for it. Raises AssertionError when patience ends."""
    deadline = time.monotonic() + PATIENCE
    while not wanted(value := page.evaluate(expression)):
        assert time.monotonic() < deadline, f"{expression} is still {value!r}"
        page.wait_for_timeout(50)
    return value


def send(page: Page, *events: dict[str, Any]) -> None:
    """Hands events to the page as live.js does with a frame of the stream."""
    script = """(events) => document.dispatchEvent(new CustomEvent("dc:batch", {detail: {spread: 0, events}}))"""
    page.evaluate(script, list(events))
