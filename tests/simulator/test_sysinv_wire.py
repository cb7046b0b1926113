"""Every recorded sysinv request gets an answer of the recorded shape, status and content type."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.fixtures.fleet import Simulator
from tests.simulator.cloud_calls import JSON, Answer, call, sign_in, token_request
from tests.simulator.variants import Recordings, decoded

WIRE = Recordings("sysinv")
READS = [entry["file"] for entry in WIRE.index if entry["method"] == "GET" and not entry["file"].startswith("auth")]
UUID = re.compile(r"(?!0{8})[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# the recorded cloud had none of these rows; ours has, so their shape is checked in test_sysinv.py instead
EMPTY_WHEN_RECORDED = {"certificate.json", "controller_fs.json"}


class Sysinv:
    """sysinv of one duplex subcloud with bare-metal Ceph."""

    def __init__(self, fleet: Simulator) -> None:
        for cloud in fleet.control("clouds")["clouds"]:
            if not cloud["reachable"] or cloud["id"] is None:
                continue
            self.url = f"{fleet.url}/c1/s{cloud['id']}"
            self.tokens: dict[str, str] = {}
            system = self.get("/v1/isystems").json()["isystems"][0]
            backends = self.get("/v1/storage_backend").json()["storage_backends"]
            accelerators = self.get("/v1/pci_devices").json()["pci_devices"]
            if (
                system["system_mode"] == "duplex"
                and accelerators
                and [backend["backend"] for backend in backends] == ["ceph"]
            ):
                return
        raise LookupError("no such subcloud")

    def token(self, user: str) -> str:
        if user not in self.tokens:
            self.tokens[user] = sign_in(self.url, user).headers["X-Subject-Token"]
        return self.tokens[user]

    def get(self, path: str, user: str = "portal-reader", **headers: str) -> Answer:
        return call(f"{self.url}/platform{path}", X_Auth_Token=self.token(user), **headers)

    def patch(self, path: str, value: Any, user: str = "portal-operator") -> Answer:
        return call(
            f"{self.url}/platform{path}",
            "PATCH",
            json.dumps(value).encode(),
            Content_Type=JSON,
            X_Auth_Token=self.token(user),
        )

    def path_here(self, path: str) -> str:
        """A recorded path with our identifiers in place of the recorded ones."""
        if UUID.search(path) is None:
            return path.replace("v1.33.0", self.get("/v1/kube_versions").json()["kube_versions"][-1]["version"])
        resource = "ihosts" if "ihost=" in path else path.split("/")[2]
        collection = "iinterfaces/detail" if resource == "iinterfaces" else resource
        rows = next(value for key, value in self.get(f"/v1/{collection}").json().items() if key != "next")
        return UUID.sub(rows[0]["uuid"], path)


@pytest.fixture(scope="module")
def sysinv(start_simulator: Callable[..., Simulator]) -> Sysinv:
    fleet = start_simulator(subclouds=40, controllers=1, seed=7, speed=1)
    fleet.control("churn", {"on": False})
    return Sysinv(fleet)


def assert_alike(file: str, answer: Answer) -> None:
    entry = WIRE.by_file[file]
    assert (answer.status, answer.content_type) == (entry["status"], entry["content_type"])
    assert list(WIRE.differences(WIRE.body(file), decoded(answer.json()))) == []


@pytest.mark.parametrize("file", READS)
def test_recorded_read(sysinv: Sysinv, file: str) -> None:
    path = sysinv.path_here(WIRE.by_file[file]["path"])
    headers = {"Accept": JSON} if file == "err_notfound_accept_json.json" else {}
    answer = sysinv.get(path, **headers)
    assert_alike(file, answer)
    if not any(UUID.search(text) for text in (path, answer.body.decode())) and answer.status >= 400:
        assert answer.json().keys() == json.loads(WIRE.text(file)).keys()


@pytest.mark.parametrize("file", [file for file in READS if file.startswith("err_")])
def test_error_texts_are_the_recorded_ones(sysinv: Sysinv, file: str) -> None:
    headers = {"Accept": JSON} if file == "err_notfound_accept_json.json" else {}
    answer = sysinv.get(sysinv.path_here(WIRE.by_file[file]["path"]), **headers)
    assert decoded(answer.json()) == WIRE.body(file)


def test_access(sysinv: Sysinv) -> None:
    systems = f"{sysinv.url}/platform/v1/isystems"
    assert_alike("auth_200_reader.json", sysinv.get("/v1/isystems"))
    missing = call(systems)
    assert_alike("auth_401_no_token.json", missing)
    assert decoded(missing.json()) == WIRE.body("auth_401_no_token.json")
    assert_alike("auth_401_bad_token.json", call(systems, X_Auth_Token="nonsense"))
    unscoped = call(
        f"{sysinv.url}/identity/v3/auth/tokens", "POST", token_request("admin", project=None), Content_Type=JSON
    ).headers["X-Subject-Token"]
    assert_alike("auth_403_no_role.json", call(systems, X_Auth_Token=unscoped))
    lock = [{"op": "replace", "path": "/action", "value": "lock"}]
    assert_alike("auth_403_reader_patch.json", sysinv.patch("/v1/ihosts/controller-0", lock, "portal-reader"))


@pytest.mark.parametrize("file", [file for file in WIRE.by_file if file.startswith("err_patch")])
def test_refused_patch(sysinv: Sysinv, file: str) -> None:
    entry = WIRE.by_file[file]
    path = "/v1/ihosts/controller-1" if UUID.search(entry["path"]) else entry["path"]
    answer = sysinv.patch(path, entry["request_body"])
    assert_alike(file, answer)
    assert decoded(answer.json()) == WIRE.body(file)


def test_empty_lists_are_the_recorded_ones(sysinv: Sysinv) -> None:
    for file in READS:
        recorded = WIRE.body(file)
        lists = [value for value in recorded.values() if isinstance(value, list)]
        if WIRE.by_file[file]["status"] == 200 and lists == [[]] and file not in EMPTY_WHEN_RECORDED:
            ours = sysinv.get(WIRE.by_file[file]["path"]).json()
            assert ours == recorded, file
