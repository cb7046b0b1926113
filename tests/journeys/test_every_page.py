"""Every page, dark and light, in a real browser: no error, no warning, nothing blocked, nothing missing."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.journeys.browsing import Troubles, sign_in, until, until_live
from tests.journeys.installation import Installation
from tests.waiting import wait_until

LIVE = {"map", "list", "subcloud", "alarms", "controllers", "controller", "dark subcloud"}


@pytest.fixture(scope="module", params=["dark", "light"])
def administrator(request: pytest.FixtureRequest, browser: Browser, calm: Installation) -> Iterator[BrowserContext]:
    size = {"width": 1440, "height": 900}
    context = browser.new_context(color_scheme=request.param, viewport=size, timezone_id="UTC", locale="en-GB")
    page = context.new_page()
    troubles = Troubles(page)
    sign_in(page, calm.portal, "admin")
    assert troubles.all() == []
    page.close()
    yield context
    context.close()


@pytest.fixture(scope="module")
def paths(calm: Installation) -> dict[str, str]:
    rows = calm.rows("subclouds")
    controller = rows[0]["controller"]
    dark = next((row["id"] for row in rows if row["contact"] == "unreachable"), rows[0]["id"])
    return {
        "map": "/",
        "list": "/subclouds/",
        "filtered list": "/subclouds/?severity=cleared&sort=-name&q=e",
        "empty list": "/subclouds/?q=nothingiscalledlikethis",
        "subcloud": f"/subclouds/{calm.quiet()[0]['id']}/",
        "dark subcloud": f"/subclouds/{dark}/",
        "place": f"/subclouds/{calm.quiet()[0]['id']}/place",
        "alarms": "/alarms/",
        "past alarms": "/alarms/?state=all",
        "controllers": "/controllers/",
        "controller": f"/controllers/{controller}/",
        "admin": "/admin/",
        "users": "/admin/auth/user/",
        "a new user": "/admin/auth/user/add/",
        "controller in admin": f"/admin/sites/controller/{controller}/change/",
        "REST docs": "/api/v1/docs/",
        "password": "/password/",
        "operations": "/operations/",
        "backups": "/operations/backups/",
        "prestaging": "/operations/prestage/",
        "deploy": "/operations/deploy/",
        "templates": "/operations/templates/",
        "a new template": "/operations/templates/new",
        "groups": "/operations/groups/",
        "brake": "/operations/brake/",
        "actions": f"/operations/of/{calm.quiet()[0]['id']}/actions",
        "unmanage": f"/operations/ask/unmanage?cloud={calm.quiet()[0]['id']}",
        "decommission": f"/operations/ask/decommission?cloud={calm.quiet()[0]['id']}",
    }


@pytest.mark.parametrize(
    "name",
    ["map", "list", "filtered list", "empty list", "subcloud", "dark subcloud", "place", "alarms", "past alarms",
     "controllers", "controller", "admin", "users", "a new user", "controller in admin", "REST docs", "password",
     "operations", "backups", "deploy", "templates", "a new template", "groups", "brake", "actions", "unmanage",
     "decommission"],
)  # fmt: skip
def test_nothing_goes_wrong(
    calm: Installation, administrator: BrowserContext, paths: dict[str, str], name: str
) -> None:
    page = administrator.new_page()
    troubles = Troubles(page)
    answer = page.goto(calm.portal.url + paths[name], wait_until="load")
    assert answer
    assert answer.status == 200
    if name in LIVE:
        until_live(page)
    if name == "map":
        until(page, "performance.getEntriesByName('map-drawn').length > 0", what="the map is drawn")
    settled(page)
    assert troubles.all() == []
    page.close()


def settled(page: Page) -> None:
    """Wait until modules, fonts and pictures have come."""
    until(page, "document.readyState === 'complete' && document.fonts.status === 'loaded'")
    count: Callable[[], int] = lambda: page.evaluate("() => performance.getEntriesByType('resource').length")  # noqa: E731
    seen = [-1, -2]

    def same_twice() -> bool:
        seen.append(count())
        return seen[-1] == seen[-2] == seen[-3]

    wait_until(same_twice, timeout=10, every=0.15, what="nothing more is loaded")


def test_the_sign_in_page(calm: Installation, page: Page) -> None:
    troubles = Troubles(page)
    page.goto(f"{calm.portal.url}/login/")
    settled(page)
    assert troubles.all() == []


def test_an_address_that_does_not_exist(calm: Installation, administrator: BrowserContext) -> None:
    page = administrator.new_page()
    troubles = Troubles(page)
    page.goto(f"{calm.portal.url}/no/such/page/")
    settled(page)
    answered = [text for text in troubles.all() if "404" not in text]
    assert answered == []
    assert page.inner_text("h1")
    page.close()
