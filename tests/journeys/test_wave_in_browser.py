"""A wave that waits is seen to wait without a reload, and approved where it is seen, by somebody who saw the others."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.browsing import sign_in, until, until_live
from tests.journeys.patching import GATES, Board

pytestmark = pytest.mark.timeout(500)
SPEED, SUBCLOUDS = "240", 6
HEAD = "document.querySelector('#campaign-head').textContent"


@pytest.fixture(scope="module")
def board(board_of: Callable[..., Board]) -> Board:
    return board_of(subclouds=SUBCLOUDS, speed=SPEED)


def person(browser: Browser, board: Board, name: str) -> Page:
    page = browser.new_context(viewport={"width": 1440, "height": 900}, timezone_id="UTC").new_page()
    sign_in(page, board.portal, name)
    return page


def test_seen_to_wait_and_approved(board: Board, browser: Browser) -> None:
    ids = sorted(each["id"] for each in board.eligible({"gates": GATES}, 2).values())[:2]
    canary = {"chosen": ids[:1], "soak_minutes": 0}
    rules = {"gates": GATES, "approvals": "each-wave", "canaries": canary, "waves": [{"name": "Rest"}]}
    pk = board.begin(rules, ids)
    engineer, approver = person(browser, board, "engineer"), person(browser, board, "approver")
    engineer.goto(f"{board.portal.url}/operations/{pk}/")
    until_live(engineer)
    until(engineer, f"{HEAD}.includes('Rest waits for approval')", timeout=240)
    assert engineer.is_disabled("text=Approve Rest")

    approver.goto(f"{board.portal.url}/operations/?awaits=true")
    approver.click("#operation-rows .name a")
    approver.wait_for_selector("#campaign-head")
    approver.click("#campaign-head .actions >> text=Approve Rest")
    approver.wait_for_selector("#ask .impact")
    impact = approver.inner_text("#ask .impact")
    assert "1 completed" in impact
    assert "none, and no new alarms" in impact
    approver.click("#ask >> text=Approve this wave")
    until(engineer, f"!{HEAD}.includes('Rest waits for approval')")
    assert board.until_ended(pk, timeout=240)["state"] == "completed"
    until(engineer, "document.querySelector('#campaign-waves').textContent.includes('approved by approver')")
