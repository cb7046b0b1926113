"""Asking for an operation in a browser: the menu of a subcloud, a question, and the flight recorder that moves by
itself, also over a restart of the web process; and the brake, which everybody sees at once."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.fixtures.fleet import Simulator
from tests.fixtures.portal import Installer
from tests.journeys.browsing import sign_in, until, until_live
from tests.journeys.installation import Installation

SUBCLOUDS = 4
COMPLETED = "document.querySelector('#recorder .state [data-word]').textContent === 'completed'"


@pytest.fixture(scope="module")
def writable(
    start_simulator: Callable[..., Simulator], module_portal: Installer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """A fleet that the portal may change, with a worker."""
    simulator = start_simulator(subclouds=SUBCLOUDS, speed=60)
    simulator.control("churn", {"on": False})
    portal = module_portal(DCPORTAL_SPEED="60")
    password = Path(tmp_path_factory.mktemp("write"), "password")
    password.write_text("operator-secret", encoding="ascii")
    base = f"{simulator.url}/c1"
    portal.add_controller(
        "controller-1", f"{base}/identity/v3", write_username="portal-operator", write_password_file=str(password),
        subcloud_auth_url=f"{base}/s{{id}}/identity/v3",
    )  # fmt: skip
    portal.start("collector")
    portal.start("worker")
    installation = Installation(simulator, portal)
    installation.until_read(SUBCLOUDS)
    yield installation
    simulator.child.stop()


def test_unmanaged_from_its_page_and_seen_to_the_end(writable: Installation, page: Page) -> None:
    site = writable.quiet()[0]
    sign_in(page, writable.portal, "operator")
    page.goto(f"{writable.portal.url}/subclouds/{site['id']}/")
    until_live(page)
    page.click("text=Actions")
    page.click("#ask a.verb >> text=Unmanage")
    page.wait_for_selector("#ask input[name=reason]")
    page.fill("#ask input[name=reason]", "CHG-7")
    page.click("#ask footer button")
    page.wait_for_url("**/operations/*/targets/*/")
    writable.portal.kill("web")
    writable.portal.start("web")
    until(page, COMPLETED, 60, "the recorder moves on by itself")
    until_live(page)
    assert "took effect" in page.inner_text("#recorder")
    assert writable.sql("SELECT reason, state FROM operations_operation") == [("CHG-7", "completed")]


def test_everybody_sees_the_brake_at_once(writable: Installation, context: BrowserContext, page: Page) -> None:
    sign_in(page, writable.portal, "engineer")
    page.goto(f"{writable.portal.url}/alarms/")
    until_live(page)
    other = context.new_page()
    other.goto(f"{writable.portal.url}/operations/")
    other.click("#brake-control a")
    other.fill("#ask input[name=reason]", "Fibre cut")
    other.click("#ask footer button")
    banner = "document.querySelector('#brake-banner').textContent.includes('Fibre cut')"
    until(page, banner, 20, "the banner comes by itself")
    other.wait_for_selector("#brake-control .brake-on")
    other.click("#brake-control a")
    other.click("#ask >> text=Release")
    other.click("#ask >> text=Let changes go on")
    until(page, f"!({banner})", 20, "the banner goes by itself")
