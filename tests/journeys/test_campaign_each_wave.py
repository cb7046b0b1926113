"""A plan whose waves are approved one by one: nothing of a wave is sent before somebody has approved exactly it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests.journeys.patching import GATES, Board, Row
from tests.journeys.upstream_log import UpstreamLog
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(600)
SPEED, SUBCLOUDS = "240", 10


@pytest.fixture(scope="module")
def board(board_of: Callable[..., Board]) -> Board:
    return board_of(subclouds=SUBCLOUDS, speed=SPEED)


def rules(chosen: list[int]) -> Row:
    """One canary, then a wave of one site, then one of the rest; nothing soaks."""
    return {
        "gates": GATES, "approvals": "each-wave", "canaries": {"chosen": chosen, "soak_minutes": 0},
        "waves": [{"name": "First", "size": 1}, {"name": "Rest"}],
    }  # fmt: skip


def waits(board: Board, pk: int, number: int) -> Row:
    told = board.campaign(pk)
    assert told["awaits_wave"] == number, json.dumps(told)[:2000]
    return told


def approve(board: Board, told: Row, number: int, who: str = "approver") -> tuple[int, Row]:
    return board.ask(f"campaigns/{told['id']}/waves/{number}/approve/", {"plan_hash": told["plan_hash"]}, who=who)


def test_each_wave_begins_only_once_it_is_approved(board: Board) -> None:
    sites = dict(list(board.eligible({"gates": GATES}, 3).items())[:3])
    ids = sorted(each["id"] for each in sites.values())
    approved: dict[int, datetime] = {}
    with UpstreamLog.begin(board) as log:
        pk = board.begin(rules(ids[:1]), ids)
        for number in (1, 2):
            told = wait_until(
                lambda at=number: waits(board, pk, at), timeout=240, every=0.5, what=f"wave {number} waits"
            )
            check_waiting(board, told, number)
            approved[number] = datetime.now(UTC)
            status, answer = approve(board, told, number)
            assert (status, answer["awaits_wave"]) == (200, None), answer
        ended = board.until_ended(pk, timeout=240)
    assert ended["state"] == "completed", json.dumps(ended)[:3000]
    assert log.patched() == dict.fromkeys(sites, 1)
    made = sorted(datetime.fromtimestamp(each.created, UTC) for each in log.strategies())
    assert len(made) == 3
    assert made[0] < approved[1] < made[1] < approved[2] < made[2]
    report = board.ask(f"campaigns/{pk}/report/")[1]
    assert report["plan"]["intact"]
    assert [each["wave"] for each in report["approvals"]] == [None, 1, 2]


def check_waiting(board: Board, told: Row, number: int) -> None:
    """It is said; nobody but a second person may; and however often its jobs have their turn, nothing begins."""
    pk = told["id"]
    assert "waits for approval by a second person" in told["state_reason"]
    assert [wave["state"] for wave in told["waves"]][: number + 1] == ["completed"] * number + ["awaiting"]
    assert approve(board, told, number, who="engineer")[0] == 403
    assert approve(board, told, number + 1)[0] == 409
    for held, verb in (
        (True, "hold"),
        (False, "release"),
    ):  # its jobs have had their turn once that is said
        assert board.ask(f"campaigns/{pk}/{verb}/", {})[0] == 200
        wait_until(lambda held=held: says(board, pk, held=held), timeout=60, every=0.2, what=f"a turn after {verb}")
    now = waits(board, pk, number)
    assert [wave["state"] for wave in now["waves"]] == [wave["state"] for wave in told["waves"]]
    assert all(batch["strategy_id"] is None and not batch["group_name"] for batch in now["waves"][number]["batches"])


def says(board: Board, pk: int, *, held: bool) -> bool:
    said: str = board.campaign(pk)["state_reason"]
    return said.startswith("On hold") if held else "waits for approval" in said
