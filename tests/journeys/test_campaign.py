"""A software campaign: planned, approved by somebody else, run in waves at the simulated controller."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.fixtures.fleet import Simulator
from tests.fixtures.portal import Installer, Portal
from tests.journeys.installation import Installation
from tests.simulator.campaigns import RELEASE, campaign
from tests.simulator.cloud_calls import Dcmanager
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(500)
SPEED = "240"
SUBCLOUDS = 16
RULES = {
    "gates": {"ceph": "off", "health": False, "prestaged": False},
    "limits": {"overall": 4},
    "canaries": {"each": 1, "soak_minutes": 0},
    "waves": [{"name": "rest", "soak_minutes": 0}],
}


@dataclass
class Board:
    """Automation of an engineer who plans, and of an approver."""

    portal: Portal
    simulator: Simulator
    tokens: dict[str, str]

    def ask(self, path: str, body: Any = None, who: str = "engineer") -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.tokens[who]}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        try:
            with urlopen(Request(f"{self.portal.url}/api/v1/{path}", data=data, headers=headers), timeout=60) as answer:
                return answer.status, json.loads(answer.read())
        except HTTPError as error:
            return error.code, json.loads(error.read())

    def campaign(self, pk: int) -> dict[str, Any]:
        found: dict[str, Any] = self.ask(f"campaigns/{pk}/")[1]
        return found

    def groups(self) -> dict[str, int]:
        """{subcloud: group} as dcmanager has it now."""
        return {row["name"]: row["group_id"] for row in Dcmanager(self.simulator.url).subclouds()}


@pytest.fixture(scope="module")
def board(start_simulator: Callable[..., Simulator], module_portal: Installer) -> Iterator[Board]:
    made = campaign(start_simulator, subclouds=SUBCLOUDS, speed=int(SPEED))
    portal = module_portal(worker=True, DCPORTAL_SPEED=SPEED, DCPORTAL_CAMPAIGNS="true")
    portal.register(made.fleet, write=True)
    portal.start("collector")
    Installation(made.fleet, portal).until_read(SUBCLOUDS)
    Installation(made.fleet, portal).until_inventoried()
    tokens = {}
    for name in ("engineer", "approver"):
        path = portal.var / f"token-{name}-{portal.port}"
        portal.manage("issue_token", name, "--name=test", f"--output={path}")
        tokens[name] = path.read_text(encoding="ascii").strip()
    yield Board(portal, made.fleet, tokens)
    made.fleet.child.stop()


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
    assert Counter(each["state"] for each in sites if each["state"] != "refused").keys() == {"completed"}


def over(board: Board, pk: int) -> dict[str, Any] | None:
    found = board.campaign(pk)
    assert found["ended_at"] is not None, json.dumps(found)[:3000]
    return found
