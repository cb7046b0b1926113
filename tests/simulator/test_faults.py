"""Each kind of fault as a client meets it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError

import pytest

from tests.fixtures.cluster import CHECKOUT
from tests.fixtures.fleet import Simulator
from tests.simulator.cloud_calls import JSON, Answer, Dcmanager, call, sign_in, token_request


@pytest.fixture
def broken(fleet: Simulator) -> Iterator[Any]:
    """Injects faults and ends them after the test."""
    mine: list[int] = []

    def inject(kind: str, subcloud: object = "central", **options: object) -> dict[str, Any]:
        body = {"kind": kind, "controller": 1, "subcloud": subcloud, "options": options}
        fault: dict[str, Any] = fleet.control("faults", body)
        mine.append(fault["id"])
        return fault

    yield inject
    active = {fault["id"] for fault in fleet.control("faults")["faults"]}
    for identifier in active.intersection(mine):
        fleet.control(f"faults/{identifier}", method="DELETE")


@pytest.fixture
def site(dcmanager: Dcmanager) -> dict[str, Any]:
    return dcmanager.pick({"management-state": "managed", "availability-status": "online"})


def test_cut_site_drops_connections(fleet: Simulator, broken: Any, site: dict[str, Any]) -> None:
    url = f"{fleet.url}/c1/s{site['id']}"
    assert sign_in(url).status == 201
    fault = broken("wan-cut", site["id"])
    with pytest.raises((OSError, HTTPException)):
        sign_in(url)
    fleet.control(f"faults/{fault['id']}", method="DELETE")
    assert sign_in(url).status == 201


def test_hanging_cut_does_not_answer(fleet: Simulator, broken: Any, site: dict[str, Any]) -> None:
    broken("wan-cut", site["id"], mode="hang")
    with pytest.raises(TimeoutError):
        call(f"{fleet.url}/c1/s{site['id']}/identity/v3", timeout=0.5)


def test_drop_and_error(dcmanager: Dcmanager, fleet: Simulator, broken: Any) -> None:
    fault = broken("drop", service="dcmanager")
    with pytest.raises((OSError, HTTPException)):
        dcmanager.ask("/v1.0/alarms")
    fleet.control(f"faults/{fault['id']}", method="DELETE")
    broken("error", status=503, service="dcmanager")
    assert dcmanager.ask("/v1.0/alarms").status == 503
    assert sign_in(f"{fleet.url}/c1").status == 201  # only the named service


@pytest.mark.parametrize("what", ["html", "script", "nulls"])
def test_malformed(dcmanager: Dcmanager, broken: Any, what: str) -> None:
    broken("malformed", what=what, service="dcmanager")
    answer = dcmanager.ask("/v1.0/subcloud-groups")
    assert answer.status == 200
    if what == "html":
        assert answer.content_type.startswith("text/html")
    else:
        name = answer.json()["subcloud_groups"][0]["name"]
        assert name is None if what == "nulls" else "<script>" in name


def test_truncated_and_huge(dcmanager: Dcmanager, fleet: Simulator, broken: Any) -> None:
    fault = broken("malformed", what="truncated", service="dcmanager")
    with pytest.raises((OSError, HTTPException)):
        dcmanager.ask("/v1.0/subcloud-groups")
    fleet.control(f"faults/{fault['id']}", method="DELETE")
    broken("malformed", what="huge", mib=3, service="dcmanager")
    answer = dcmanager.ask("/v1.0/subcloud-groups")
    assert len(answer.body) > 3 * 2**20


def test_expired_tokens(fleet: Simulator, broken: Any) -> None:
    dcmanager = Dcmanager(fleet.url)
    assert dcmanager.ask("/v1.0/alarms").status == 200
    broken("expired-tokens")
    refused = dcmanager.ask("/v1.0/alarms")
    assert refused.status == 401
    assert dcmanager.token in refused.json()["description"]  # the real one echoes it too
    assert Dcmanager(fleet.url).ask("/v1.0/alarms").status == 200


def test_unauthorized(fleet: Simulator, broken: Any) -> None:
    broken("unauthorized")
    answer = sign_in(f"{fleet.url}/c1")
    assert (answer.status, answer.json()["error"]["code"]) == (401, 401)


def test_no_service(fleet: Simulator, broken: Any, site: dict[str, Any]) -> None:
    url = f"{fleet.url}/c1/s{site['id']}"
    broken("no-service", site["id"], type="faultmanagement")
    kinds = {service["type"] for service in sign_in(url).json()["token"]["catalog"]}
    assert kinds == {"identity", "platform", "usm", "nfv"}


def test_clock_skew_moves_the_site_only(fleet: Simulator, broken: Any, site: dict[str, Any]) -> None:
    url = f"{fleet.url}/c1/s{site['id']}"
    before = sign_in(url)
    broken("clock-skew", site["id"], seconds=3600)
    after = sign_in(url)
    assert after.json()["token"]["issued_at"] >= before.json()["token"]["expires_at"]
    assert after.headers["Date"] != sign_in(f"{fleet.url}/c1").headers["Date"]


def test_region_and_count_choose_the_same_sites(fleet: Simulator) -> None:
    body = {"kind": "slow", "controller": 1, "subcloud": "all", "region": "europe", "count": 3, "seconds": 0.01}
    first, second = (fleet.control("faults", body)["clouds"] for _ in range(2))
    regions = {(cloud["controller"], cloud["id"]): cloud["region"] for cloud in fleet.control("clouds")["clouds"]}
    assert first == second
    assert [regions[cloud["controller"], cloud["id"]] for cloud in first] == ["Europe"] * 3


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "earthquake", "controller": 1, "subcloud": 1},
        {"kind": "slow", "controller": 9, "subcloud": 1},
        {"kind": "slow", "controller": 1, "subcloud": "nosuch"},
        {"kind": "slow", "controller": 1, "subcloud": 1, "options": {"tempo": 3}},
        {"kind": "wan-cut", "controller": 1, "subcloud": 1, "options": {"mode": "maybe"}},
        {"kind": "slow", "controller": 1, "subcloud": 1, "seconds": "long"},
        {"kind": "slow", "controller": 1, "subcloud": 1, "seconds": -1},
        {"kind": "slow", "controller": 1, "subcloud": 1, "options": {"seconds": "nan"}},
        {"kind": "error", "controller": 1, "subcloud": 1, "options": {"status": 7}},
        {"controller": 1},
        [],
    ],
)
def test_nonsense_is_explained(fleet: Simulator, body: Any) -> None:
    with pytest.raises(HTTPError) as refused:
        fleet.control("faults", body)
    assert refused.value.code in (400, 404)
    assert json.load(refused.value)["error"]


def test_command_line(fleet: Simulator, broken: Any) -> None:
    command = [sys.executable, "-m", "simulator"]
    done = subprocess.run(
        [
            *command,
            "fault",
            "slow",
            "--controller",
            "1",
            "--subcloud",
            "3",
            "--for",
            "60",
            "--port",
            str(fleet.port),
            "seconds=0.1",
            "service=fm",
        ],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    )
    broken("slow", 4, seconds=0.1)
    listed = subprocess.run(
        [*command, "faults", "--port", str(fleet.port)], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("fault ")
    assert "wan-cut" in listed.stdout
    assert "{'seconds': 0.1, 'service': 'fm'}" in listed.stdout
    fleet.control(f"faults/{done.stdout.split()[1].rstrip(':')}", method="DELETE")


def test_request_log(fleet: Simulator, dcmanager: Dcmanager) -> None:
    start = fleet.control("requests")["next"]
    dcmanager.ask("/v1.0/subclouds/nosuch")
    sign_in(f"{fleet.url}/c1/s1")
    rows = fleet.control(f"requests?since={start}")["requests"]
    seen = [(row["method"], row["path"], row["status"], row["cloud"]) for row in rows]
    assert ("GET", "/c1/dcmanager/v1.0/subclouds/nosuch", 404, "c1") in seen
    assert [row["n"] for row in rows] == list(range(start, start + len(rows)))


def test_wrong_password(fleet: Simulator) -> None:
    url = f"{fleet.url}/c1/identity/v3/auth/tokens"
    answer: Answer = call(url, "POST", token_request("admin", "wrong"), Content_Type=JSON)
    assert (answer.status, answer.json()["error"]["title"]) == (401, "Unauthorized")
