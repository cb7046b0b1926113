"""Debian's Chromium, signed in by a session cookie."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, sync_playwright

from tests.fixtures.chromium import FLAGS


@contextmanager
def chromium(url: str, session: str) -> Iterator[Callable[[], Page]]:
    """Call it for an empty page in a window of its own, signed in by the cookie of `session`.

    Chromium draws tabs that lie behind another one late, and nobody looks at them.
    """
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        raise SystemExit("Chromium is missing: apt-get install chromium")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's loop runs in this thread, and is no reason to refuse
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=FLAGS)

        def new_page() -> Page:
            context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB", timezone_id="UTC")
            context.add_cookies([{"name": "sessionid", "value": session, "url": url}])
            return context.new_page()

        try:
            yield new_page
        finally:
            browser.close()
