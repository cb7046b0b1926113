"""Sites deployed over REST by the portal's own processes, and that no secret of the run is anywhere afterwards."""

import base64
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import psycopg
import pytest

from tests.fixtures.fleet import Simulator
from tests.fixtures.portal import Installer, Portal
from tests.operations.engine.sites import BOOTSTRAP, INSTALL, row, sheet
from tests.simulator.new_sites import DEPLOY_CONFIG
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(400)
OPERATIONS = "/api/v1/operations/"
SECRETS = {
    "sysadmin_password": "Sysadmin-in-a-journey-1*",
    "bmc_password": "Board-in-a-journey-2*",
    "bootstrap_values/docker_registries/docker.io/password": "Registry-in-a-journey-3*",
}
GOOD, BAD = range(1, 9), {9: {"net": "10.300.1"}, 10: {"name": "Not_A_Name"}}
FAILS = "new-0003"
MOST = 3


@dataclass
class Told:
    """The run, and every answer that the portal gave on the way."""

    portal: Portal
    simulator: Simulator
    answers: list[str]
    most_at_once: int = 0

    def ask(self, path: str, body: Any = None, key: str = "") -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.portal.token}", "Content-Type": "application/json"}
        headers |= {"Idempotency-Key": key} if key else {}
        data = None if body is None else json.dumps(body).encode()
        try:
            with urlopen(Request(f"{self.portal.url}{path}", data=data, headers=headers), timeout=60) as answer:
                status, text = answer.status, answer.read().decode()
        except HTTPError as error:
            status, text = error.code, error.read().decode()
        self.answers.append(text)
        return status, json.loads(text)

    def targets(self, pk: int) -> dict[str, dict[str, Any]]:
        return {each["name"]: each for each in self.ask(f"{OPERATIONS}{pk}/targets/?limit=1000")[1]["results"]}

    def until_ended(self, pk: int) -> dict[str, Any]:
        found: dict[str, Any] = {}

        def over() -> bool:
            nonlocal found
            found = self.ask(f"{OPERATIONS}{pk}/")[1]
            self.most_at_once = max(self.most_at_once, found["counts"]["running"])
            return found["ended_at"] is not None

        wait_until(over, timeout=150, every=0.3, what="the operation has ended")
        return found


@pytest.fixture(scope="module")
def told(start_simulator: Callable[..., Simulator], module_portal: Installer) -> Told:
    simulator = start_simulator(subclouds=6, speed=1200, seed=7)
    portal = module_portal(worker=True, collector=False, DCPORTAL_LOG_LEVEL="DEBUG", DCPORTAL_WORKERS="2")
    base = f"{simulator.url}/c1"
    password = portal.var / "operator-password"
    password.write_text("operator-secret", encoding="ascii")
    portal.add_controller(
        "controller-1", f"{base}/identity/v3", write_username="portal-operator", write_password_file=str(password),
        bmc_url=f"{base}/bmc/{{bmc_address}}",
    )  # fmt: skip
    portal.start("collector")
    return Told(portal, simulator, [])


def body(told: Told) -> dict[str, Any]:
    (controller,) = told.ask("/api/v1/controllers/")[1]["results"]
    changed = {**BAD, 1: {"latitude": "38.71", "longitude": "-9.14"}}
    rows = [row(number, **changed.get(number, {})) for number in (*GOOD, *BAD)]
    return {
        "controller": controller["id"], "bootstrap_values": BOOTSTRAP, "install_values": INSTALL,
        "deploy_config": DEPLOY_CONFIG, "sites": sheet(rows).decode(), "secrets": SECRETS, "max_at_once": MOST,
        "reason": "CHG-1",
    }  # fmt: skip


@pytest.fixture(scope="module")
def run(told: Told) -> dict[str, Any]:
    """Checked, deployed with one failure, resumed to the end."""
    faulty = {"kind": "deploy-fails", "controller": 1, "subcloud": FAILS, "options": {"phase": "bootstrap", "times": 1}}
    told.simulator.control("faults", faulty)
    wait_until(lambda: told.ask("/api/v1/subcloud-groups/")[1]["results"], timeout=60, what="groups were read")
    status, dry = told.ask(f"{OPERATIONS}deploys/check/", body(told))
    assert (status, dry["ok"], dry["refused"]) == (200, len(GOOD), len(BAD))
    told.simulator.control("requests", method="DELETE")
    status, made = told.ask(f"{OPERATIONS}deploys/", body(told), key="journey")
    assert (status, told.ask(f"{OPERATIONS}deploys/", body(told), key="journey")[1]["id"]) == (201, made["id"])
    ended = told.until_ended(made["id"])
    targets = told.targets(made["id"])
    detail = told.ask(f"{OPERATIONS}{made['id']}/targets/{targets[FAILS]['id']}/")[1]
    assert (ended["state"], targets[FAILS]["state"]) == ("failed_temp", "failed")
    assert [each["verb"] for each in detail["next"] if each["legal"]] == ["retry", "resume", "bootstrap"]
    path = f"{OPERATIONS}{made['id']}/targets/{targets[FAILS]['id']}/retry/"
    assert told.ask(path, {})[0] == 409  # secrets were erased
    assert told.ask(path, {"secrets": {"sysadmin_password": SECRETS["sysadmin_password"]}})[0] == 200
    return told.until_ended(made["id"])


def test_bad_rows_are_named_and_nothing_is_sent_for_them(told: Told, run: dict[str, Any]) -> None:
    refused = [each for each in told.targets(run["id"]).values() if each["state"] == "refused"]
    assert len(refused) == len(BAD)
    assert all(each["problems"] for each in refused)
    log = told.simulator.control("requests")["requests"]
    added = [each for each in log if each["method"] == "POST" and each["path"].endswith("/v1.0/subclouds")]
    assert len(added) == len(GOOD)


def test_the_others_are_up_and_managed(told: Told, run: dict[str, Any]) -> None:
    assert run["state"] == "completed"
    assert run["counts"]["completed"] == len(GOOD)
    assert 1 <= told.most_at_once <= MOST
    listed = told.simulator.control("clouds")["clouds"]
    assert {f"new-{number:04d}" for number in GOOD} <= {each["name"] for each in listed}
    detail = told.ask(f"{OPERATIONS}{run['id']}/targets/{told.targets(run['id'])[FAILS]['id']}/")[1]
    assert [(each["verb"], each["outcome"]) for each in detail["attempts"]] == [
        ("add", "failed"), ("resume", "completed"),
    ]  # fmt: skip


def test_a_site_stands_where_the_sheet_said(told: Told, run: dict[str, Any]) -> None:
    (placed,) = told.ask("/api/v1/subclouds/?name=new-0001")[1]["results"]
    assert (placed["latitude"], placed["longitude"]) == (38.71, -9.14)
    verbs = [each["verb"] for each in told.ask("/api/v1/audit/?actor=admin&limit=1000")[1]["results"]]
    assert "cloud.place" in verbs


def test_an_event_told_of_every_step(told: Told, run: dict[str, Any]) -> None:
    rows = told.ask("/api/v1/events/?kind=target.changed&limit=1000&sort=id")[1]["results"]
    mine = [each["data"] for each in rows if each["data"]["name"] == FAILS]
    states = [each["state"] for each in mine]
    assert list(dict.fromkeys(states)) == ["ready", "waiting", "running", "failed", "completed"]
    statuses = {each["deploy_status"] for each in mine}
    assert {"bootstrap-failed", "complete"} <= statuses
    assert statuses & {"installing", "bootstrapping", "configuring"}  # as far as looks saw them


def spelled() -> dict[str, str]:
    """{spelling: secret}: plain, base64, and as bytes are written in a dump."""
    found = {}
    for secret in SECRETS.values():
        coded = base64.b64encode(secret.encode()).decode()
        for text in (secret, coded, coded.rstrip("=")):
            found |= {text: secret, text.encode().hex(): secret}
    return found


def test_no_secret_of_the_run_is_anywhere(told: Told, run: dict[str, Any]) -> None:
    texts = {f"answer {number}": text for number, text in enumerate(told.answers)}
    texts |= {f"log of {name}": told.portal.log(name) for name in told.portal.children}
    with psycopg.connect(told.portal.database_url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (name,) in tables:
            with connection.cursor().copy(f'COPY "{name}" TO STDOUT') as copy:
                texts[f"table {name}"] = b"".join(bytes(part) for part in copy).decode()
        assert connection.execute("SELECT count(*) FROM operations_runsecret").fetchone() == (0,)
    assert "CHG-1" in texts["table operations_operation"]  # the search would find one
    pattern = re.compile("|".join(map(re.escape, spelled())))
    assert {place: pattern.findall(text)[:3] for place, text in texts.items() if pattern.search(text)} == {}
