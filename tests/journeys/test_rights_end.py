"""Whose token is revoked, who signs out, hears no more within seconds, not within a minute."""

from playwright.sync_api import BrowserContext

from tests.journeys.browsing import sign_in, until, until_live
from tests.journeys.installation import Installation
from tests.journeys.streaming import Follower
from tests.waiting import wait_until

SOON = 25  # seconds: each socket looks for itself only after 48 to 72
MAKE_TOKEN = """
from django.contrib.auth.models import User
from django.utils import timezone
from sites import tokens
user = User.objects.get(username="operator")
print("token:", tokens.create(user, "rights", timezone.now() + timezone.timedelta(hours=1))[1])
"""
REVOKE = """
from django.utils import timezone
from sites import tokens
from sites.models import ApiToken
for token in ApiToken.objects.filter(name="rights"): tokens.revoke(token, timezone.now())
"""


def test_a_revoked_token_ends_its_socket(calm: Installation) -> None:
    said = calm.portal.manage("shell", "-c", MAKE_TOKEN)
    token = said.rpartition("token:")[2].strip()
    with Follower(calm.portal.url, "fleet", Authorization=f"Bearer {token}") as script:
        wait_until(lambda: script.cursor, what="the script follows")
        calm.portal.manage("shell", "-c", REVOKE)
        wait_until(lambda: script.problem, timeout=SOON, what="the socket is closed")
        assert "4401" in script.problem


def test_signing_out_ends_the_other_pages_too(calm: Installation, context: BrowserContext) -> None:
    first, second = context.new_page(), context.new_page()
    sign_in(first, calm.portal)
    second.goto(f"{calm.portal.url}/alarms/")
    until_live(second)
    first.evaluate("() => document.querySelector('form[action$=logout\\\\/]').submit()")
    badge = "document.querySelector('[data-live-badge]')"
    until(second, f"{badge}.dataset.live !== 'live' && /session has ended/.test({badge}.title)", SOON, "it says so")
