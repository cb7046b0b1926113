"""An address that no request can be sent to is refused where it is entered, with what is wrong with it."""

import pytest

from sites.models import Controller
from sites.services.controllers import problems_of


@pytest.mark.parametrize(
    "url",
    [
        "http://h:99999/v3", "http://host:port/v3", "http://h:0/v3", "https://a..b:5000/v3", "https://.a/v3",
        f"https://{'x' * 64}.example/v3", "https://[fd00::1/v3", "ftp://h/v3", "https:///v3", "https://h /v3",
    ],
)  # fmt: skip
def test_what_cannot_be_asked(url: str) -> None:
    assert "auth_url" in problems_of(Controller(auth_url=url))


@pytest.mark.parametrize(
    "url", ["https://10.1.1.1:5000/v3", "http://[fd00::1]:5000/v3", "https://keystone.example.", "https://localhost"]
)
def test_what_can(url: str) -> None:
    assert "auth_url" not in problems_of(Controller(auth_url=url))
