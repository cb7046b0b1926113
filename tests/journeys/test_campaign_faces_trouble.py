"""Campaigns that must stop, or wait: failures beyond a limit, an alarm after the patch, and what is somebody else's."""

import json
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.journeys.patching import GATES, PASSWORD, SECRETS, Board, Row
from tests.journeys.upstream_log import UpstreamLog
from tests.simulator.campaigns import RELEASE, Campaign
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(600)
SPEED, SUBCLOUDS = "600", 36
AT_ONCE = 4
CYCLE, POLL = 40.0 / 600, 0.5  # dcmanager's loops for a waiting step, and the portal's look
SLACK = 5.0  # for a busy machine; the next batch would begin after a time several times as long
LOOKS = 12  # of the portal at the slot, while it must leave it alone
ALARM = "200.006"


@pytest.fixture(scope="module")
def board(board_of: Callable[..., Board]) -> Board:
    return board_of(subclouds=SUBCLOUDS, speed=SPEED, controllers=2)


def rules(**more: Any) -> Row:
    return {"gates": GATES, "limits": {"overall": AT_ONCE}} | more


def chosen(board: Board, wanted: Row, counts: dict[str, int]) -> dict[str, Row]:
    """So many sites of each System Controller, by name, that are eligible and were not worked on yet."""
    found = board.eligible(wanted, sum(counts.values()))
    left = Counter(counts)
    taken = {}
    for name, each in sorted(found.items()):
        if left[each["controller"]]:
            left[each["controller"]] -= 1
            taken[name] = each
    assert not +left, f"too few sites are eligible: {left}"
    return taken


def ids(sites: dict[str, Row]) -> list[int]:
    return [each["id"] for each in sites.values()]


def fault(board: Board, kind: str, names: list[str], controller: int, **options: Any) -> None:
    body = {"kind": kind, "controller": controller, "subcloud": ",".join(names), "options": options}
    board.simulator.control("faults", body)


# Too many failures


def test_a_limit_in_the_second_wave_stops_all_that_has_not_begun(board: Board) -> None:
    waves = [
        {"name": "first", "size": 4, "soak_minutes": 0},
        {"name": "second", "size": 8, "soak_minutes": 0, "failures": {"count": 1}},
        {"name": "third", "soak_minutes": 0},
    ]
    wanted = rules(waves=waves)
    sites = chosen(board, wanted, {"controller-1": 8, "controller-2": 8})
    with UpstreamLog.begin(board) as log:
        made = board.plan(wanted, ids(sites))
        planned = board.sites(made["id"])
        failing = first_two(planned, {name for name, each in sites.items() if each["controller"] == "controller-1"})
        fault(board, "patch-fails", failing, 1, phase="pre-check", times=1)
        pk = board.let_go(made)
        steps = Steps(board)
        ended = board.until_ended(pk, timeout=240, meanwhile=steps.look)
    assert (ended["state"], ended["counts"]["failed"]) == ("failed_temp", 2), json.dumps(ended)[:3000]
    assert "Wave 2 (second): 2 of 8 sites failed" in ended["stop_reason"]
    check_nothing_started_later(log, steps, failing)
    first = {name for name, row in planned.items() if row["wave"] == 1}
    third = {name for name, row in planned.items() if row["wave"] == 3}
    ran = set(log.patched())
    assert first | set(failing) <= ran
    assert not third & ran
    assert len(ran) < len(first) + 8, "the last batches of the second wave had not begun"
    unrun = {name for name, row in board.sites(pk).items() if row["state"] == "cancelled"}
    assert unrun == set(planned) - ran
    check_retry(board, pk, set(failing))


def first_two(planned: dict[str, Row], here: set[str]) -> list[str]:
    """The first batch of wave 2 that is of sites `here`."""
    rows = {name: row for name, row in planned.items() if row["wave"] == 2 and name in here}
    batch = min(row["batch"] for row in rows.values())
    found = sorted(name for name, row in rows.items() if row["batch"] == batch)
    assert len(found) == 2
    return found


class Steps:
    """Steps as dcmanager tells of them, kept beyond the strategy that they were of."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self.rows: dict[tuple[int, int], Row] = {}

    def look(self) -> None:
        for number, dcmanager in self._board.dcmanagers.items():
            for row in dcmanager.ask("/v1.0/sw-update-strategy/steps").json()["strategy-steps"]:
                self.rows[number, row["id"]] = row


def check_nothing_started_later(log: UpstreamLog, steps: Steps, failing: list[str]) -> None:
    """Nothing was started once the second failure could be known, by dcmanager's own times (whole seconds)."""
    ends = [seconds(row["finished-at"]) for row in steps.rows.values() if row["cloud"] in failing]
    assert len(ends) == 2
    latest = max(ends) + 1 + CYCLE + POLL + SLACK
    starts = {row["cloud"]: seconds(row["started-at"]) for row in steps.rows.values() if row["started-at"]}
    assert {cloud: at for cloud, at in starts.items() if at > latest} == {}
    assert [ran for ran in log.strategies() if ran.applied and ran.applied > latest] == []


def seconds(stamp: str) -> float:
    return datetime.fromisoformat(stamp).replace(tzinfo=UTC).timestamp()


def check_retry(board: Board, pk: int, failing: set[str]) -> None:
    """A campaign of exactly those that failed, approved as any other."""

    def planned() -> Row:
        status, made = board.ask(f"campaigns/{pk}/retry-failed/", {"secrets": SECRETS})
        assert status == 201, made
        return dict(made)

    made = wait_until(planned, timeout=60, every=1, what="those that failed are planned again")
    with UpstreamLog.begin(board) as log:
        again = board.let_go(made)
        ended = board.until_ended(again, timeout=120)
    assert ended["state"] == "completed", json.dumps(ended)[:3000]
    assert log.patched() == dict.fromkeys(failing, 1)
    assert board.groups() == log.groups


# An alarm that was not there before


@pytest.mark.parametrize(("after", "soak"), [(30, 0), (4800, 2)], ids=["at once", "while it soaks"])
def test_a_new_alarm_on_a_canary_halts_the_campaign(board: Board, after: int, soak: int) -> None:
    """`after`: seconds from the patch to the alarm, by the simulator's clock."""
    waves = [{"name": "rest", "soak_minutes": 0}]
    sites = chosen(board, rules(), {"controller-1": 2, "controller-2": 1})
    canary = min(sites)
    wanted = rules(canaries={"chosen": [sites[canary]["id"]], "soak_minutes": soak}, waves=waves)
    fault(board, "patch-raises-alarm", [canary], int(sites[canary]["controller"][-1]), after=after)
    with UpstreamLog.begin(board) as log:
        pk = board.let_go(board.plan(wanted, ids(sites)))
        ended = board.until_ended(pk, timeout=110)
    assert ended["state"] == "failed_temp", json.dumps(ended)[:3000]
    assert "Canaries: 1 of 1 sites failed" in ended["stop_reason"]
    assert f"{canary} (new alarm {ALARM}" in ended["stop_reason"]
    assert ended["state_reason"] == ended["stop_reason"]
    assert log.patched() == {canary: 1}
    states = {name: row["state"] for name, row in board.sites(pk).items() if name != canary}
    assert set(states.values()) == {"cancelled"}


# What is somebody else's


@pytest.fixture
def other(board: Board) -> Iterator[Campaign]:
    """Somebody who works at controller 1 with dcmanager's own client."""
    found = Campaign(board.simulator, 1)
    yield found
    found.delete()


def lookalike(**over: Any) -> Row:
    """As this portal asks for one."""
    return {
        "release_id": RELEASE, "with_prestage": True, "sysadmin_password": b64encode(PASSWORD.encode()).decode(),
        "stop_on_failure": "false", **over,
    }  # fmt: skip


def test_waits_for_a_strategy_of_somebody_else(board: Board, other: Campaign) -> None:
    """It was there first, and works on a site of the campaign with the same arguments."""
    sites = chosen(board, rules(), {"controller-1": 1})
    (name,) = sites
    made = other.create(
        **lookalike(cloud_name=name, subcloud_apply_type="parallel", max_parallel_subclouds=1),
    )
    assert made.status == 200, made.body
    with UpstreamLog.begin(board) as log:
        pk = board.let_go(board.plan(rules(), ids(sites)))
        check_left_alone(board, pk, log, other)
        ended = board.until_ended(pk, timeout=120)
    assert ended["state"] == "completed", json.dumps(ended)[:3000]
    assert log.patched() == {name: 1}


def test_a_strategy_that_comes_between_over_its_own_group_is_left_alone(board: Board, other: Campaign) -> None:
    """The sites are in the group of the batch already, and somebody is quicker with the very same strategy over it."""
    sites = chosen(board, rules(), {"controller-1": 2})
    with UpstreamLog.begin(board) as log:
        pk = board.let_go(board.plan(rules(), ids(sites)))
        group = wait_until(lambda: gathered(board, set(sites)), timeout=60, every=0.02, what="its sites are gathered")
        board.portal.kill("worker")
        made = other.create(**lookalike(subcloud_group=str(group)))
        assert made.status == 200, made.body
        assert set(other.states()) == set(sites)
        board.portal.start("worker")
        check_left_alone(board, pk, log, other, mine=1)
        ended = board.until_ended(pk, timeout=120)
    assert ended["state"] == "completed", json.dumps(ended)[:3000]
    assert log.patched() == dict.fromkeys(sites, 1)
    assert board.groups() == log.groups
    assert board.portal_made() == []


def test_its_own_group_under_another_name_is_emptied_and_deleted(board: Board) -> None:
    """Somebody likes another name better while the sites are in it."""
    sites = chosen(board, rules(), {"controller-1": 2})
    before = group_names(board)
    with UpstreamLog.begin(board) as log:
        pk = board.let_go(board.plan(rules(), ids(sites)))
        group = wait_until(lambda: gathered(board, set(sites)), timeout=60, every=0.02, what="its sites are gathered")
        board.portal.kill("worker")
        told = board.dcmanagers[1].send(f"/v1.0/subcloud-groups/{group}", {"name": "better"}, method="PATCH")
        assert told.status == 200, told.body
        board.portal.start("worker")
        ended = board.until_ended(pk, timeout=120)
    assert ended["state"] == "completed", json.dumps(ended)[:3000]
    assert log.patched() == dict.fromkeys(sites, 1)
    assert board.groups() == log.groups
    assert group_names(board) == before
    status, report = board.ask(f"campaigns/{pk}/report/")
    assert status == 200
    assert "found renamed, by somebody outside this portal, its group dcportal-" in json.dumps(report)


def group_names(board: Board) -> list[str]:
    rows = board.dcmanagers[1].ask("/v1.0/subcloud-groups").json()["subcloud_groups"]
    return sorted(row["name"] for row in rows)


def gathered(board: Board, names: set[str]) -> int | None:
    """The group that all of them are in, where it is one that the portal made."""
    groups = {row["group_id"] for (number, _), row in board.subclouds().items() if number == 1 and row["name"] in names}
    return groups.pop() if len(groups) == 1 and min(groups) > 6 else None


def check_left_alone(board: Board, pk: int, log: UpstreamLog, other: Campaign, mine: int = 0) -> None:
    """The campaign waits and says so while it looks on; `mine`: how many strategies we have made since `log` began.

    Then its owner deletes it.
    """
    before = other.row()

    def says_so() -> bool:
        batches = [batch for wave in board.campaign(pk)["waves"] for batch in wave["batches"]]
        told = [batch["message"] for batch in batches]
        assert any("Waits for the slot" in text and "not ours" in text for text in told), told
        return True

    wait_until(says_so, timeout=60, what="the campaign says what it waits for")
    looks = log.looks[1]
    wait_until(lambda: log.looks[1] >= looks + LOOKS, timeout=60, what="the portal has looked at the slot often")
    assert other.row() == before
    assert before["state"] == "initial"
    assert len(log.read().about_the_slot(1)) == mine, "none but its owner has asked for anything"
    assert other.delete().status == 200
