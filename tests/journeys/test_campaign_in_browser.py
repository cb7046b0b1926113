"""A campaign by people in browsers: planned by one, approved by another, started, and watched live to its end."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.browsing import sign_in, until, until_live
from tests.journeys.installation import Installation
from tests.journeys.patching import Board
from tests.simulator.campaigns import RELEASE
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(500)
SPEED = "240"
SUBCLOUDS = 6
STATE = "document.querySelector('#campaign-head .page-head .state [data-word]').textContent"


@pytest.fixture(scope="module")
def fleet(board_of: Callable[..., Board]) -> Installation:
    board = board_of(subclouds=SUBCLOUDS, speed=SPEED)
    return Installation(board.simulator, board.portal)


def person(browser: Browser, fleet: Installation, name: str) -> Page:
    page = browser.new_context(viewport={"width": 1440, "height": 900}, timezone_id="UTC").new_page()
    sign_in(page, fleet.portal, name)
    return page


def plan(page: Page, fleet: Installation) -> int:
    """Fills the form, previews until sites are eligible, plans. Returns the operation."""
    page.goto(f"{fleet.portal.url}/operations/campaigns/new/?management=managed&availability=online")
    page.fill("[name=release_id]", RELEASE)
    page.check("[name=with_prestage]")
    page.fill("[name=sysadmin_password]", "Li69nux*")
    page.uncheck("[name=prestaged]")
    page.uncheck("[name=health]")
    page.select_option("[name=ceph]", "off")
    page.fill("[name=soak_minutes]", "0")
    page.fill("[name=reason]", "CHG-7")

    def eligible() -> bool:
        page.click("button[value=preview]")
        page.wait_for_selector("#preview .tiles")
        told = page.inner_text("#preview .tile .value")
        assert int(told.split()[0]) >= 2, told
        return True

    wait_until(eligible, timeout=90, every=1.5, what="sites are eligible")
    assert page.input_value("[name=reason]") == "CHG-7"
    assert page.input_value("[name=sysadmin_password]") == "Li69nux*"  # a preview loses nothing
    page.click("button[value=plan]")
    page.wait_for_selector("#campaign-head")
    return int(page.url.rstrip("/").rpartition("/")[2])


def test_a_preview_reads_itself_again_and_loses_nothing(fleet: Installation, browser: Browser) -> None:
    page = person(browser, fleet, "engineer")
    page.goto(f"{fleet.portal.url}/operations/campaigns/new/?management=managed&availability=online")
    page.fill("[name=release_id]", RELEASE)
    page.check("[name=with_prestage]")
    page.fill("[name=sysadmin_password]", "Li69nux*")
    page.uncheck("[name=prestaged]")
    page.select_option("[name=ceph]", "off")
    page.fill("[name=reason]", "CHG-8")
    page.click("button[value=preview]")
    page.wait_for_selector("#preview [data-again]")
    said = page.inner_text("#preview [data-again]")
    assert "being asked for" in said, said
    page.focus("[name=reason]")
    page.evaluate("document.querySelector('[name=reason]').setSelectionRange(1, 3); scrollTo(0, 150)")
    page.evaluate("document.querySelector('#preview details')?.setAttribute('open', '')")
    until(page, "!document.querySelector('#preview [data-again]') && document.querySelector('#preview .tiles')", 60)
    assert int(page.inner_text("#preview .tile .value").split()[0]) >= 2
    kept = "(({value, selectionStart, selectionEnd, name}) => [value, selectionStart, selectionEnd, name])"
    assert page.evaluate(f"{kept}(document.activeElement)") == ["CHG-8", 1, 3, "reason"]
    assert page.evaluate("scrollY") == 150
    assert page.input_value("[name=sysadmin_password]") == "Li69nux*"
    assert page.is_enabled("button[value=plan]")


def test_planned_approved_started_and_watched_to_the_end(fleet: Installation, browser: Browser) -> None:
    engineer, approver = person(browser, fleet, "engineer"), person(browser, fleet, "approver")
    pk = plan(engineer, fleet)
    until_live(engineer)
    assert "Not approved" in engineer.inner_text("#campaign-head")
    assert engineer.is_disabled("text=Approve")

    approver.goto(f"{fleet.portal.url}/operations/{pk}/")
    approver.click("#campaign-head .actions >> text=Approve")
    approver.wait_for_selector("#ask .impact")
    assert RELEASE in approver.inner_text("#ask .impact")
    approver.click("#ask >> text=Approve this plan")
    # without a reload, the engineer sees that it may start
    until(engineer, "document.querySelector('#campaign-head').textContent.includes('Approved by approver')")

    engineer.click("#campaign-head .actions >> text=Start")
    engineer.wait_for_selector("#ask [name=typed]")
    wanted = engineer.inner_text("#ask label[for=id_typed]").split()[1]
    engineer.fill("#ask [name=typed]", wanted)
    with engineer.expect_navigation(timeout=60_000):  # the page is loaded anew once it has been started
        engineer.click("#ask .button-primary")
    engineer.wait_for_selector("#campaign-head")
    until_live(engineer)
    wait_until(
        lambda: engineer.evaluate(STATE) == "completed", timeout=360, every=1, what="the page says that it has ended"
    )
    assert "started it" in engineer.inner_text("#campaign-history")
    states = {row["state"] for row in fleet.rows(f"campaigns/{pk}/sites")}
    assert states - {"refused"} == {"completed"}
