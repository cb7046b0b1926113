"""Campaigns as automation runs them: an engineer plans, somebody else approves; and the groups at the controllers."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from tests.fixtures.fleet import Simulator
from tests.fixtures.portal import Portal
from tests.simulator.campaigns import RELEASE
from tests.simulator.cloud_calls import Dcmanager
from tests.waiting import wait_until

PASSWORD = "Patched-at-night-8*"
SECRETS = {"sysadmin_password": PASSWORD}
STRATEGY = {"kind": "sw-deploy", "release_id": RELEASE, "with_prestage": True, "delete": True}
ONLINE = {"management": ["managed"], "availability": ["online"]}
GATES = {"ceph": "off", "health": False, "prestaged": False}
Key = tuple[int, int]  # a System Controller's number, and a subcloud's there
Row = dict[str, Any]


@dataclass
class Board:
    """Automation of an engineer who plans, and of an approver."""

    portal: Portal
    simulator: Simulator
    controllers: int = 1

    @cached_property
    def tokens(self) -> dict[str, str]:
        found = {}
        for name in ("engineer", "approver"):
            path = self.portal.var / f"token-{name}-{self.portal.port}"
            self.portal.manage("issue_token", name, "--name=test", f"--output={path}")
            found[name] = path.read_text(encoding="ascii").strip()
        return found

    @cached_property
    def dcmanagers(self) -> dict[int, Dcmanager]:
        return {number: Dcmanager(self.simulator.url, number) for number in range(1, self.controllers + 1)}

    def register(self) -> None:
        for number in self.dcmanagers:
            self.portal.register(self.simulator, number, write=True)

    def ask(self, path: str, body: Any = None, who: str = "engineer") -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.tokens[who]}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        try:
            with urlopen(Request(f"{self.portal.url}/api/v1/{path}", data=data, headers=headers), timeout=60) as answer:
                return answer.status, json.loads(answer.read())
        except HTTPError as error:
            return error.code, json.loads(error.read())

    def campaign(self, pk: int) -> Row:
        found: Row = self.ask(f"campaigns/{pk}/")[1]
        return found

    def sites(self, pk: int) -> dict[str, Row]:
        """Sites of a campaign that took part, by name."""
        path: str | None = f"campaigns/{pk}/sites/?limit=1000"
        rows: list[Row] = []
        while path:
            answer = self.ask(path)[1]
            rows += answer["results"]
            path = answer["next"] and answer["next"].partition("/api/v1/")[2]
        return {row["name"]: row for row in rows if row["state"] != "refused"}

    def troubles(self, pk: int) -> dict[str, str]:
        """What is said of each site of a campaign that is not completed."""
        rows = self.sites(pk).items()
        return {
            name: f"{row['state']}: {row['error'] or row['message']}"
            for name, row in rows
            if row["state"] != "completed"
        }

    def eligible(self, rules: Row, least: int, timeout: float = 90) -> dict[str, Row]:
        """Sites as the preview has them, by name, once so many are eligible."""
        plan = {"strategy": STRATEGY, "rules": rules, "filter": ONLINE}

        def many() -> dict[str, Row]:
            status, seen = self.ask("campaigns/preview/", plan)
            assert status == 200, seen
            found = {each["name"]: each for each in seen["sites"] if each["verdict"] == "eligible"}
            assert len(found) >= least, (seen["counts"], seen["reasons"])
            return found

        return wait_until(many, timeout=timeout, every=1, what=f"{least} sites are eligible")

    def plan(self, rules: Row, clouds: Iterable[int]) -> Row:
        """The campaign, to be approved."""
        plan = {"strategy": STRATEGY, "rules": rules, "clouds": sorted(clouds)}
        status, made = self.ask("campaigns/", plan | {"reason": "CHG-8", "secrets": SECRETS})
        assert status == 201, made
        return dict(made)

    def begin(self, rules: Row, clouds: Iterable[int]) -> int:
        """Planned by one, approved by another, started."""
        return self.let_go(self.plan(rules, clouds))

    def let_go(self, made: Row) -> int:
        """Approves and starts what was planned."""
        pk = int(made["id"])
        status, told = self.ask(f"campaigns/{pk}/approve/", {"plan_hash": made["plan_hash"]}, who="approver")
        assert status == 200, told
        status, told = self.ask(f"campaigns/{pk}/start/", {})
        assert status == 200, told
        return pk

    def ended(self, pk: int) -> Row | None:
        """The campaign once it is over; None while it runs, or nobody answers."""
        try:
            found = self.campaign(pk)
        except (URLError, ConnectionError, TimeoutError, json.JSONDecodeError):
            return None
        return found if found.get("ended_at") is not None else None

    def until_ended(self, pk: int, timeout: float, meanwhile: Callable[[], None] | None = None) -> Row:
        """`meanwhile` is called again and again."""

        def over() -> Row:
            if meanwhile is not None:
                meanwhile()
            found = self.ended(pk)
            assert found is not None, json.dumps(self.campaign(pk))[:3000]
            return found

        return wait_until(over, timeout=timeout, every=0.5, what="the campaign has ended")

    def subclouds(self) -> dict[Key, Row]:
        """As every dcmanager lists them now."""
        return {(number, row["id"]): row for number, each in self.dcmanagers.items() for row in each.subclouds()}

    def groups(self) -> dict[Key, int]:
        return {key: row["group_id"] for key, row in self.subclouds().items()}

    def names(self) -> dict[Key, str]:
        return {key: row["name"] for key, row in self.subclouds().items()}

    def portal_made(self) -> list[str]:
        """Groups that campaigns have left behind."""
        rows = [
            row
            for each in self.dcmanagers.values()
            for row in each.ask("/v1.0/subcloud-groups").json()["subcloud_groups"]
        ]
        return [row["name"] for row in rows if row["name"].startswith("dcportal-")]
