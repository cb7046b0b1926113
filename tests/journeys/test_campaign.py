"""A software campaign: planned, approved by somebody else, run in waves at the simulated controller."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.patching import Board
from tests.simulator.campaigns import RELEASE
from tests.simulator.quiet import site_of
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(500)
SPEED = "240"
SUBCLOUDS = 16
RULES = {
    "gates": {"ceph": "off", "prestaged": False},  # their own health query must be well
    "limits": {"overall": 4},
    "canaries": {"each": 1, "soak_minutes": 0},
    "waves": [{"name": "rest", "soak_minutes": 0}],
}


@pytest.fixture(scope="module")
def board(board_of: Callable[..., Board]) -> Board:
    return board_of(subclouds=SUBCLOUDS, speed=SPEED)


def test_a_campaign_runs_in_waves(board: Board) -> None:
    before = board.groups()
    plan = {
        "strategy": {"kind": "sw-deploy", "release_id": RELEASE, "with_prestage": True}, "rules": RULES,
        "filter": {"management": ["managed"], "availability": ["online"]},
    }  # fmt: skip

    def eligible() -> dict[str, Any]:
        status, seen = board.ask("campaigns/preview/", plan)
        assert status == 200, seen
        assert seen["counts"]["eligible"] >= 4, (seen["counts"], seen.get("reasons"))
        return dict(seen)

    seen = wait_until(eligible, timeout=90, every=1, what="sites are eligible")
    secrets = {"secrets": {"sysadmin_password": "Li69nux*"}}
    status, made = board.ask("campaigns/", plan | secrets | {"plan_hash": seen["plan_hash"], "reason": "CHG-7"})
    assert status == 201, made
    pk = made["id"]
    assert board.ask(f"campaigns/{pk}/start/", {})[0] == 409  # nobody has approved it
    assert board.ask(f"campaigns/{pk}/approve/", {"plan_hash": made["plan_hash"]})[0] == 403
    status, told = board.ask(f"campaigns/{pk}/approve/", {"plan_hash": made["plan_hash"]}, who="approver")
    assert status == 200, told
    board.simulator.control("requests", method="DELETE")
    status, told = board.ask(f"campaigns/{pk}/start/", {})
    assert status == 200, told
    ended = wait_until(lambda: over(board, pk), timeout=360, every=1, what="the campaign has ended")
    assert ended["state"] == "completed", json.dumps(ended)[:3000]
    assert board.groups() == before
    sites = board.ask(f"campaigns/{pk}/sites/?limit=1000")[1]["results"]
    done = [each for each in sites if each["state"] == "completed"]
    held = [each for each in sites if each["state"] == "cancelled"]  # they were not well when their turn came
    assert len(done) >= 4
    assert Counter(each["state"] for each in sites).keys() <= {"completed", "cancelled", "refused"}
    assert all(each["error"] for each in held), held
    assert {states(board, each["name"])[RELEASE] for each in done} == {"deploying"}  # nobody asked to delete
    take_back(board, pk, done[0])


def take_back(board: Board, pk: int, site: dict[str, Any]) -> None:
    """One of them goes back, as its deployment is open; then there is no way back any more."""
    status, back = board.ask(f"campaigns/{pk}/roll-back/", {"sites": [site["id"]]})
    assert status == 201, back
    board.let_go(back)
    ended = wait_until(lambda: over(board, back["id"]), timeout=200, every=1, what="it has gone back")
    assert (ended["state"], ended["counts"]["completed"]) == ("completed", 1), json.dumps(ended)[:3000]
    assert states(board, site["name"])[RELEASE] == "available"
    status, told = board.ask(f"campaigns/{pk}/roll-back/", {"sites": [site["id"]]})
    assert (status, "No deployment is open there" in json.dumps(told)) == (409, True)


def states(board: Board, name: str) -> dict[str, str]:
    """Of releases at a site, as its own USM tells."""
    row = next(row for row in board.subclouds().values() if row["name"] == name)
    return {one["release_id"]: one["state"] for one in site_of(board.simulator, row).get("/usm/v1/release").json()}


def over(board: Board, pk: int) -> dict[str, Any] | None:
    found = board.campaign(pk)
    assert found["ended_at"] is not None, json.dumps(found)[:3000]
    return found
