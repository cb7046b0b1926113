"""An open page of a subcloud shows what was read there, also what no event tells: a release that came and went."""

from playwright.sync_api import BrowserContext

from tests.journeys.browsing import sign_in, until, until_live
from tests.journeys.installation import Installation
from tests.simulator.site_calls import Site
from tests.simulator.test_usm import upload

RELEASE = "starlingx-26.09.7"


def test_a_release_comes_and_goes(calm: Installation, context: BrowserContext) -> None:
    (row,) = calm.quiet()
    site = Site(calm.simulator, {"controller": 1, "id": row["dcmanager_id"], "name": row["name"]})
    page = context.new_page()
    sign_in(page, calm.portal)
    page.goto(f"{calm.portal.url}/subclouds/{row['id']}/")
    until_live(page)
    page.evaluate("() => { window.sameDocument = true; }")
    panel = f"document.querySelector('#cloud-software-{row['id']}')"
    assert upload(site, [f"{RELEASE}.patch"]).status == 200
    until(page, f"{panel}.textContent.includes('{RELEASE}')", 60, "the new release is shown")
    assert site.send("DELETE", f"/usm/v1/release/{RELEASE}", user="admin").status == 200
    until(page, f"!{panel}.textContent.includes('{RELEASE}')", 60, "the deleted release is gone")
    assert page.evaluate("() => window.sameDocument")
