"""The demo's users and its token, through the portal's own doors."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

from tests.fixtures.portal import Portal, run


def test_users_and_token(installed: tuple[dict[str, str], Path]) -> None:
    environment, var = installed
    for name in ("demo-password", "demo-token"):
        assert stat.S_IMODE(os.stat(var / name).st_mode) == 0o600
    before = (var / "demo-token").read_text()
    run("-m", "dcportal.demo.accounts", environment=environment)
    assert (var / "demo-token").read_text() == before  # one that works is kept


def test_the_token_opens_the_api(portal: Callable[..., Portal]) -> None:
    assert portal().get("/api/v1/subclouds/")["results"] == []
