"""Forty sites in a sheet, six of them wrong, four of which the deployment fails once; and what was done about them."""

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tests.fixtures.fleet import Simulator
from tests.fixtures.portal import Portal
from tests.operations.engine.sites import BOOTSTRAP, INSTALL, row, sheet
from tests.simulator.cloud_calls import Dcmanager
from tests.simulator.new_sites import DEPLOY_CONFIG
from tests.waiting import wait_until

OPERATIONS = "/api/v1/operations/"
SECRETS = {
    "sysadmin_password": "Sysadmin-for-forty-1*",
    "bmc_password": "Board-for-forty-2*",
    "bootstrap_values/docker_registries/docker.io/password": "Registry-for-forty-3*",
}
BAD: dict[int, dict[str, str]] = {
    35: {"name": "Upper_Case"},
    36: {"net": "10.300.1"},
    37: {"group": "Nowhere"},
    38: {"bmc": "nowhere"},
    39: {"oam": ""},
    40: {"name": "=cmd|'/C calc'!A1"},
}
GOOD = range(1, 35)
FAILS = {
    5: ("create", None),
    12: ("install", "bmc_cred"),
    19: ("bootstrap", "images_download_failure"),
    26: ("configure", "dm_pod_failed"),
}
STATUS_OF = {"create": "create-failed", "install": "install-failed", "bootstrap": "bootstrap-failed",
             "configure": "config-failed"}  # fmt: skip
CAUSE_OF = {"create": "create-failed", "install": "bmc_cred", "bootstrap": "images_download_failure",
            "configure": "dm_pod_failed"}  # fmt: skip
NEXT = {"create": ["retry"], "install": ["retry", "resume", "install"], "bootstrap": ["retry", "resume", "bootstrap"],
        "configure": ["retry", "resume", "configure"]}  # fmt: skip
MOST = 10


def name_of(number: int) -> str:
    return f"new-{number:04d}"


@dataclass
class Forty:
    """The portal as automation sees it, and the fleet's own account of what reached it."""

    portal: Portal
    simulator: Simulator
    most_at_once: int = 0

    def ask(self, path: str, body: Any = None, key: str = "") -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.portal.token}", "Content-Type": "application/json"}
        headers |= {"Idempotency-Key": key} if key else {}
        data = None if body is None else json.dumps(body).encode()
        try:
            with urlopen(Request(f"{self.portal.url}{path}", data=data, headers=headers), timeout=60) as answer:
                return answer.status, json.loads(answer.read())
        except HTTPError as error:
            return error.code, json.loads(error.read())

    def inject(self, numbers: dict[int, tuple[str, str | None]]) -> None:
        """Each of these sites fails once in its phase."""
        for number, (phase, cause) in numbers.items():
            options = {"phase": phase, "times": 1} | ({"cause": cause} if cause else {})
            self.simulator.control(
                "faults", {"kind": "deploy-fails", "controller": 1, "subcloud": name_of(number), "options": options}
            )

    def body(self) -> dict[str, Any]:
        (controller,) = self.ask("/api/v1/controllers/")[1]["results"]
        rows = [row(number, **BAD.get(number, {})) for number in (*GOOD, *BAD)]
        return {
            "controller": controller["id"], "bootstrap_values": BOOTSTRAP, "install_values": INSTALL,
            "deploy_config": DEPLOY_CONFIG, "sites": sheet(rows).decode(), "secrets": SECRETS, "max_at_once": MOST,
            "reason": "CHG-40",
        }  # fmt: skip

    def start(self) -> int:
        """The operation, which begins as soon as it has been checked."""
        wait_until(lambda: self.ask("/api/v1/subcloud-groups/")[1]["results"], timeout=60, what="groups were read")
        status, made = self.ask(f"{OPERATIONS}deploys/", self.body(), key="forty")
        assert status == 201, made
        return int(made["id"])

    def operation(self, pk: int) -> dict[str, Any]:
        found: dict[str, Any] = self.ask(f"{OPERATIONS}{pk}/")[1]
        self.most_at_once = max(self.most_at_once, found["counts"]["running"])
        return found

    def targets(self, pk: int) -> dict[int, dict[str, Any]]:
        """By number of the site: its row in the sheet less the header."""
        rows = self.ask(f"{OPERATIONS}{pk}/targets/?limit=1000")[1]["results"]
        return {each["number"] - 1: each for each in rows}

    def until_ended(self, pk: int, timeout: float) -> dict[str, Any]:
        def over() -> dict[str, Any] | None:
            found = self.operation(pk)
            return found if found["ended_at"] is not None else None

        return wait_until(over, timeout=timeout, every=0.5, what="the operation has ended")

    def legal(self, pk: int, target: int) -> list[str]:
        """Verbs that may be asked next."""
        detail = self.ask(f"{OPERATIONS}{pk}/targets/{target}/")[1]
        assert detail["explanation"]["summary"]
        return [each["verb"] for each in detail["next"] if each["legal"]]

    def resume(self, pk: int, target: int) -> None:
        """Tried again; with all secrets where its creation failed, as everything is sent once more."""
        anew = self.ask(f"{OPERATIONS}{pk}/targets/{target}/")[1]["deploy_status"] == "create-failed"
        secrets = SECRETS if anew else {"sysadmin_password": SECRETS["sysadmin_password"]}
        status, answer = self.ask(f"{OPERATIONS}{pk}/targets/{target}/retry/", {"secrets": secrets})
        assert status == 200, answer

    def orders(self) -> Counter[tuple[str, str]]:
        """How often each write took effect at dcmanager, by method and the end of its path."""
        rows = self.simulator.control("requests")["requests"]
        done = [each for each in rows if each.get("effect") and "/v1.0/" in each["path"]]
        return Counter((each["method"], each["path"].split("/v1.0/", 1)[1]) for each in done)

    def upstream(self) -> dict[str, tuple[str, str]]:
        """{name: (deploy status, management state)} as dcmanager says."""
        rows = Dcmanager(self.simulator.url).ask("/v1.0/subclouds").json()["subclouds"]
        return {each["name"]: (each["deploy-status"], each["management-state"]) for each in rows}

    def names_there(self) -> dict[str, int]:
        """{name: how many subclouds have it} at the controller."""
        return Counter(each["name"] for each in self.simulator.control("clouds")["clouds"])
