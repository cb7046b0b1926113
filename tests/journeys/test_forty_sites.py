"""Forty rows, six of them wrong: the others are deployed, at most ten at once, while somebody watches."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.fixtures.fleet import Simulator
from tests.fixtures.portal import Installer
from tests.journeys.browsing import sign_in, until, until_live
from tests.journeys.forty import BAD, FAILS, GOOD, MOST, OPERATIONS, STATUS_OF, Forty, name_of
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(600)
CAUSES = {12: "bmc_cred", 19: "images_download_failure", 26: "dm_pod_failed"}
WATCH = """
document.addEventListener("DOMContentLoaded", () => {
  window.shown = "";
  const look = () => { window.shown += document.querySelector("main").textContent; };
  new MutationObserver(look).observe(document, {subtree: true, childList: true, characterData: true});
});
"""


@pytest.fixture(scope="module")
def forty(start_simulator: Callable[..., Simulator], module_portal: Installer) -> Iterator[Forty]:
    simulator = start_simulator(subclouds=6, speed=60, seed=7)
    simulator.control("churn", {"on": False})
    portal = module_portal(worker=True, DCPORTAL_SPEED="60")
    portal.register(simulator, write=True)
    portal.start("collector")
    yield Forty(portal, simulator)
    simulator.child.stop()


def watching(forty: Forty, context: BrowserContext, path: str) -> Page:
    """The page, in which everything that was ever shown is kept. It is not loaded again."""
    page = context.new_page()
    if not context.cookies():
        sign_in(page, forty.portal, "engineer")
    page.add_init_script(WATCH)
    page.goto(f"{forty.portal.url}{path}")
    until_live(page)
    return page


def test_forty_rows(forty: Forty, context: BrowserContext) -> None:
    forty.inject(FAILS)
    forty.simulator.control("requests", method="DELETE")
    pk = forty.start()
    page = watching(forty, context, f"/operations/{pk}/")
    wait_until(lambda: begun(forty, pk), timeout=120, every=0.5, what="the first site has begun")
    recorder = watching(forty, context, f"/operations/{pk}/targets/{forty.targets(pk)[1]['id']}/")
    ended = forty.until_ended(pk, timeout=400)
    check_rows(forty, pk)
    check_limits(forty, ended)
    for seen, words in ((page, ("installing", "bootstrapping", "configuring")), (recorder, ("configuring",))):
        for word in words:
            until(seen, f"window.shown.includes('{word}')", 10, f"{word} was seen on {seen.url}")
    check_failures(forty, pk)
    for number in FAILS:
        forty.resume(pk, forty.targets(pk)[number]["id"])
    forty.until_ended(pk, timeout=300)
    assert {forty.targets(pk)[number]["state"] for number in FAILS} == {"completed"}
    until(page, "document.querySelector('main').textContent.includes('34 completed')", 30, "the page tells the end")


def begun(forty: Forty, pk: int) -> bool:
    first, operation = forty.targets(pk)[1], forty.operation(pk)
    assert first["deploy_status"], (operation["state"], operation["state_reason"], first["state"], first["message"])
    return True


def check_rows(forty: Forty, pk: int) -> None:
    """The six are named with reasons, and nothing was sent for them."""
    targets = forty.targets(pk)
    refused = {number: each for number, each in targets.items() if each["state"] == "refused"}
    assert sorted(refused) == sorted(BAD)
    assert all(problem["message"] for each in refused.values() for problem in each["problems"])
    assert all(each["problems"] for each in refused.values())
    there = forty.names_there()
    assert [name_of(number) for number in GOOD if there[name_of(number)] != 1] == []
    assert not [name for name in there if name.lower().startswith(("new-0035", "upper")) or name.startswith("=")]


def check_limits(forty: Forty, ended: dict[str, object]) -> None:
    assert ended["state"] == "failed_temp"
    assert 2 <= forty.most_at_once <= MOST
    assert forty.orders()["POST", "subclouds"] == len(GOOD)


def check_failures(forty: Forty, pk: int) -> None:
    """Each with its cause, and only verbs that dcmanager would take."""
    targets = forty.targets(pk)
    failed = [number for number, each in targets.items() if each["state"] == "failed"]
    assert sorted(failed) == sorted(FAILS)
    for number, (phase, _) in FAILS.items():
        detail = forty.ask(f"{OPERATIONS}{pk}/targets/{targets[number]['id']}/")[1]
        assert detail["deploy_status"] == STATUS_OF[phase]
        assert detail["error"]
        legal = [each["verb"] for each in detail["next"] if each["legal"]]
        assert "retry" in legal, (phase, legal)
        assert ("resume" in legal) is (phase != "create"), (phase, legal)
        assert detail["explanation"]["summary"]
        if number in CAUSES:
            assert detail["cause"] == CAUSES[number], (phase, detail["cause"])
