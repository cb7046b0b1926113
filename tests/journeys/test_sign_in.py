"""Signing in and out: deep links, lock-out, nothing for strangers."""

from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page

from tests.journeys.browsing import Troubles, sign_in, until_live
from tests.journeys.installation import Installation

WRONG = "certainly not the password"


def attempt(page: Page, username: str, password: str) -> None:
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", password)
    page.click("main button, form[method=post] button")


def test_a_deep_link_returns_after_sign_in(calm: Installation, page: Page) -> None:
    troubles = Troubles(page)
    wanted = f"{calm.portal.url}/subclouds/?severity=cleared&sort=-name"
    page.goto(wanted)
    assert "/login/" in page.url
    attempt(page, "viewer", calm.portal.password)
    page.wait_for_url(wanted)
    until_live(page)
    assert troubles.all() == []


def test_signing_out_ends_it(calm: Installation, page: Page) -> None:
    sign_in(page, calm.portal, "viewer")
    page.click("header details.menu summary")
    page.click("header form[method=post] button")
    page.wait_for_url("**/login/**")
    page.goto(f"{calm.portal.url}/alarms/")
    assert "/login/" in page.url
    page.go_back()
    assert page.evaluate("async () => (await fetch('/map/feed')).redirected")


def test_five_wrong_passwords_lock_the_account(calm: Installation, page: Page) -> None:
    page.goto(f"{calm.portal.url}/login/")
    for _ in range(5):
        attempt(page, "approver", WRONG)
        page.wait_for_load_state()
    assert "locked" in page.inner_text("body").lower()
    page.goto(f"{calm.portal.url}/login/")
    attempt(page, "approver", calm.portal.password)
    page.wait_for_load_state()
    assert "locked" in page.inner_text("body").lower()
    assert "sessionid" not in {cookie.get("name") for cookie in page.context.cookies()}
    sign_in(page, calm.portal, "viewer")  # nobody else is locked out


def test_a_wrong_password_says_so_and_nothing_more(calm: Installation, page: Page) -> None:
    page.goto(f"{calm.portal.url}/login/?next=//example.org/")
    attempt(page, "nobody-of-that-name", WRONG)
    page.wait_for_load_state()
    unknown = page.inner_text("main, form")
    attempt(page, "operator", WRONG)
    page.wait_for_load_state()
    assert page.inner_text("main, form") == unknown, "it tells which names exist"
    assert WRONG not in page.content()
    attempt(page, "operator", calm.portal.password)
    page.wait_for_load_state()
    assert page.url.startswith(calm.portal.url), "sent to a stranger's address"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/map/feed",
        "/map/counts",
        "/subclouds/",
        "/subclouds/export.csv",
        "/alarms/",
        "/controllers/",
        "/api/v1/docs/",
    ],
)
def test_pages_send_strangers_to_sign_in(calm: Installation, path: str) -> None:
    with urlopen(calm.portal.url + path, timeout=10) as answer:
        assert "/login/" in answer.url


@pytest.mark.parametrize("what", ["subclouds", "alarms", "hosts", "ports", "ceph", "controllers", "schema"])
def test_rest_refuses_strangers(calm: Installation, what: str) -> None:
    with pytest.raises(HTTPError) as refusal:
        urlopen(f"{calm.portal.url}/api/v1/{what}/", timeout=10)
    assert refusal.value.code == 401
