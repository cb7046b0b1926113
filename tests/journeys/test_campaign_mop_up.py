"""A site that is held when its turn comes is named with its alarm, and runs behind the last wave once that is gone."""

import json
from collections.abc import Callable

import pytest

from tests.journeys.patching import GATES, Board, Row
from tests.journeys.upstream_log import UpstreamLog
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(600)
SPEED, SUBCLOUDS = "240", 10
RULES: Row = {"gates": GATES, "limits": {"overall": 1}}  # one after the other: time to clear the alarm meanwhile
ALARM = {
    "alarm_id": "200.006", "entity_instance_id": "host=controller-0.process=pmond", "severity": "major",
    "mgmt_affecting": "True",
}  # fmt: skip


@pytest.fixture(scope="module")
def board(board_of: Callable[..., Board]) -> Board:
    return board_of(subclouds=SUBCLOUDS, speed=SPEED)


def alarm(board: Board, name: str, method: str = "POST") -> None:
    number = next(number for (_, number), told in board.names().items() if told == name)
    fields = ALARM if method == "POST" else {key: ALARM[key] for key in ("alarm_id", "entity_instance_id")}
    board.simulator.control("alarms", fields | {"subcloud": number}, method)


def site(board: Board, pk: int, name: str) -> Row:
    return board.sites(pk)[name]


def test_held_for_an_alarm_and_run_in_the_mop_up_wave(board: Board) -> None:
    chosen = dict(list(board.eligible(RULES, 3).items())[:4])
    made = board.plan(RULES, [each["id"] for each in chosen.values()])
    first = min(board.sites(made["id"]).values(), key=lambda row: int(row["batch"]))
    name, hold_on = first["name"], max(board.sites(made["id"]).values(), key=lambda row: int(row["batch"]))
    alarm(board, name)
    wait_until(lambda: stands(board, chosen[name]["id"]), timeout=60, every=0.5, what="the portal knows the alarm")
    status, told = board.ask(f"campaigns/{made['id']}/sites/{hold_on['id']}/hold/", {"reason": "Fair in town"})
    assert status == 200, told
    with UpstreamLog.begin(board) as log:
        pk = board.let_go(made)
        held = wait_until(lambda: is_held(board, pk, name), timeout=120, every=0.5, what="it is held")
        assert ALARM["alarm_id"] in held["error"]
        assert "mop-up wave" in held["message"]
        alarm(board, name, "DELETE")
        ended = board.until_ended(pk, timeout=420)
    assert ended["state"] == "completed", json.dumps(ended)[:3000]
    assert ended["state_reason"].startswith("1 site was held to the end")
    assert ended["plan_hash"] == made["plan_hash"]
    last = ended["waves"][-1]
    assert (last["name"], last["mop_up"], last["sites"]["total"]) == ("Mop-up", True, 1)
    assert (site(board, pk, name)["state"], site(board, pk, name)["wave"]) == ("completed", last["number"])
    assert site(board, pk, hold_on["name"])["state"] == "cancelled"
    assert log.patched() == dict.fromkeys(set(chosen) - {hold_on["name"]}, 1)
    assert board.groups() == log.groups
    assert board.ask(f"campaigns/{pk}/report/")[1]["plan"]["intact"]


def stands(board: Board, cloud: int) -> bool:
    rows = board.ask(f"alarms/?cloud={cloud}&limit=100")[1]["results"]
    assert any(row["alarm_id"] == ALARM["alarm_id"] for row in rows), rows
    return True


def is_held(board: Board, pk: int, name: str) -> Row:
    row = site(board, pk, name)
    assert row["state"] == "cancelled", row
    return row
