"""The collector dies and comes back, and no alarm has changed meanwhile: an open map follows, though none is told."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext

from tests.journeys.browsing import sign_in, until, until_live
from tests.journeys.installation import Installation

SUBCLOUDS = 12
LATE = 75  # seconds: half a minute until it is late, and as much until the page asks

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def quiet_fleet(install: Callable[..., Installation]) -> Installation:
    installation = install(subclouds=SUBCLOUDS, speed=60, DCPORTAL_SPEED=60)
    installation.simulator.control("churn", {"on": False})
    installation.until_read(SUBCLOUDS, timeout=60)
    return installation


def test_an_open_map_goes_stale_and_comes_back(quiet_fleet: Installation, context: BrowserContext) -> None:
    page = context.new_page()
    sign_in(page, quiet_fleet.portal)
    until_live(page)
    page.click("[data-layer=freshness]")
    stale = "document.querySelector('[data-toggle=stale] b')?.textContent"
    until(page, f"Number({stale}) === 0", 30, "nothing is stale on the map")
    page.evaluate("() => { window.sameDocument = true; }")
    quiet_fleet.portal.kill("collector")
    until(page, f"Number({stale}) >= {SUBCLOUDS - 4}", LATE, "the map shows the sites as stale")
    assert page.locator("#late-banner [data-late]").count()
    quiet_fleet.portal.start("collector")
    until(page, f"Number({stale}) === 0", LATE, "the map shows them as current again")
    assert page.evaluate("() => window.sameDocument")
