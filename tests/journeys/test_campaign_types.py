"""Every type of campaign, from the preview to its end, on a few sites each: what is asked for is there afterwards."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.patching import ONLINE, SECRETS, Board
from tests.simulator.campaigns import RELEASE
from tests.simulator.quiet import site_of
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(500)
SPEED = "240"
SUBCLOUDS = 24
RULES = {"gates": {"ceph": "off", "prestaged": False}, "limits": {"overall": 4}}
Row = dict[str, Any]


@pytest.fixture(scope="module")
def board(board_of: Callable[..., Board]) -> Board:
    return board_of(subclouds=SUBCLOUDS, speed=SPEED, seed=36)


def run(board: Board, strategy: Row, least: int = 1, clouds: list[int] | None = None) -> list[Row]:
    """Sites that a campaign of it worked on: the first two that may take part, or `clouds`."""
    plan: Row = {"strategy": strategy, "rules": RULES}
    chosen = clouds or wait_until(
        lambda: eligible(board, plan, least), timeout=120, every=1, what="sites may take part"
    )
    secrets = {"secrets": SECRETS} if strategy["kind"] == "prestage" or strategy.get("with_prestage") else {}
    status, made = board.ask("campaigns/", plan | {"clouds": chosen[:2], "reason": "CHG-9"} | secrets)
    assert status == 201, made
    ended = board.until_ended(board.let_go(made), timeout=300)
    sites = list(board.sites(ended["id"]).values())
    assert (ended["state"], {row["state"] for row in sites}) == ("completed", {"completed"}), (ended, sites)
    return sites


def eligible(board: Board, plan: Row, least: int) -> list[int]:
    status, seen = board.ask("campaigns/preview/", plan | {"filter": ONLINE})
    assert status == 200, seen
    found = [each["id"] for each in seen["sites"] if each["verdict"] == "eligible"]
    assert len(found) >= least, (seen["counts"], seen["reasons"])
    return found


def endpoint(board: Board, name: str, kind: str) -> str:
    row = next(row for row in board.subclouds().values() if row["name"] == name)
    return next(each["sync_status"] for each in row["endpoint_sync_status"] if each["endpoint_type"] == kind)


def test_a_version_that_does_not_exist_is_refused_by_name(board: Board) -> None:
    plan = {"strategy": {"kind": "kubernetes", "to_version": "v9.99.9"}, "rules": RULES, "filter": ONLINE}
    seen = board.ask("campaigns/preview/", plan)[1]
    assert seen["counts"]["ineligible"] == seen["counts"]["chosen"] > 0
    keys = {reason["key"] for reason in seen["reasons"]}
    assert "release-not-on-controller" in keys


def test_kubernetes(board: Board) -> None:
    for site in run(board, {"kind": "kubernetes"}):
        assert endpoint(board, site["name"], "kubernetes") == "in-sync"


def test_kube_root_ca(board: Board) -> None:
    assert run(board, {"kind": "kube-rootca-update", "force": True, "subject": "O=us CN=edge"}, least=2)


def test_firmware(board: Board) -> None:
    for site in run(board, {"kind": "firmware"}):
        assert endpoint(board, site["name"], "firmware") == "in-sync"


def test_prestage_deploy_and_clean_up(board: Board) -> None:
    prestaged = run(board, {"kind": "prestage", "release": "26.09"}, least=2)
    clouds = [site["cloud"] for site in prestaged]
    deployed = run(board, {"kind": "sw-deploy", "release_id": RELEASE, "snapshot": True}, clouds=clouds)
    rows = {row["name"]: row for row in board.subclouds().values()}
    for site in deployed:
        told = site_of(board.simulator, rows[site["name"]]).get("/usm/v1/release").json()
        assert {"deploying"} == {one["state"] for one in told if one["release_id"] == RELEASE}
    for site in run(board, {"kind": "sw-deploy", "cleanup": True}, clouds=clouds):
        told = site_of(board.simulator, rows[site["name"]]).get("/usm/v1/release").json()
        assert {"deployed"} == {one["state"] for one in told if one["release_id"] == RELEASE}
