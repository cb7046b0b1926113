"""Two campaigns in a chain: the second is approved and started beforehand, begins when the first has ended, and holds a
site that failed there by name."""

import json
from collections.abc import Callable
from datetime import datetime

import pytest

from tests.journeys.patching import GATES, Board, Row
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(600)
SPEED, SUBCLOUDS = "240", 8
RULES: Row = {"gates": GATES, "limits": {"overall": 3}}
ROOT_CA: Row = {"kind": "kube-rootca-update", "force": True, "subject": "O=us CN=edge"}


@pytest.fixture(scope="module")
def board(board_of: Callable[..., Board]) -> Board:
    return board_of(subclouds=SUBCLOUDS, speed=SPEED)


def behind(board: Board, first: Row, clouds: list[int]) -> Row:
    """A campaign that renews the root CA of these sites after `first`."""
    plan = {"strategy": ROOT_CA, "rules": RULES, "clouds": clouds, "after": first["id"], "reason": "CHG-8"}
    status, made = board.ask("campaigns/", plan)
    assert status == 201, made
    return dict(made)


def waits(board: Board, second: int, first: int) -> None:
    told = board.campaign(second)
    assert told["state_reason"].startswith("It begins once the campaign before it has come to its end"), told
    assert {wave["state"] for wave in told["waves"]} == {"pending"}


def test_one_runs_after_the_other_without_the_site_that_failed(board: Board) -> None:
    chosen = dict(list(board.eligible(RULES, 3).items())[:3])
    clouds = [each["id"] for each in chosen.values()]
    failing = sorted(chosen)[0]
    options = {"phase": "pre-check", "times": 1}
    board.simulator.control("faults", {"kind": "patch-fails", "controller": 1, "subcloud": failing, "options": options})
    made = board.plan(RULES, clouds)
    second = board.let_go(behind(board, made, clouds))
    wait_until(lambda: waits(board, second, made["id"]) or True, timeout=60, every=0.5, what="the second waits")
    first = board.let_go(made)
    ended = board.until_ended(first, timeout=240, meanwhile=lambda: nothing_begun(board, second, first))
    assert (ended["state"], ended["counts"]["failed"]) == ("failed_temp", 1), json.dumps(ended)[:3000]
    after = board.until_ended(second, timeout=240)
    sites = board.sites(second)
    assert {name: row["state"] for name, row in sites.items()} == {
        name: "cancelled" if name == failing else "completed" for name in chosen
    }, json.dumps(board.troubles(second))
    assert sites[failing]["error"] == f"It was not done in campaign #{first}: it failed there."
    began = min(datetime.fromisoformat(row["started_at"]) for row in sites.values() if row["started_at"])
    assert began >= datetime.fromisoformat(ended["ended_at"])
    assert [link["id"] for link in after["chain"]] == [first, second]
    assert board.ask(f"campaigns/{second}/report/")[1]["plan"]["intact"]


def nothing_begun(board: Board, second: int, first: int) -> None:
    """Asked in this order: what has begun since the first had ended counts for nothing."""
    sites = board.sites(second).values()
    if any(row["started_at"] for row in sites):
        assert board.campaign(first)["ended_at"] is not None
