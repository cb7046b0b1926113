"""Every recorded dcmanager request gets an answer of the recorded shape, status and content type."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.fixtures.fleet import Simulator
from tests.simulator.campaigns import PATH, campaign
from tests.simulator.cloud_calls import JSON, Answer, Dcmanager, call, sign_in
from tests.simulator.shapes import WIRE, differences

INDEX: list[dict[str, Any]] = [entry for entry in json.loads((WIRE / "index.json").read_text()) if entry["status"]]
BY_FILE = {entry["file"]: entry for entry in INDEX}
READS = [
    entry["file"] for entry in INDEX if entry["method"] == "GET" and not entry["file"].startswith(("mut_", "keystone"))
]
tested: set[str] = set()


def path_here(dcmanager: Dcmanager, path: str) -> str:
    """A recorded path with our fleet's names in place of the recorded ones."""
    if "/steps/" in path:
        steps = dcmanager.ask("/v1.0/sw-update-strategy/steps").json()["strategy-steps"]
        return path.replace("subcloud1", steps[0]["cloud"])
    states = {
        "edge-montreal-0010": {"management-state": "unmanaged", "availability-status": "online"},
        "subcloud2": {"deploy-status": "bootstrap-failed"},
        "subcloud3": {"management-state": "managed", "availability-status": "offline"},
        "subcloud1": {"management-state": "managed", "sync_status": "in-sync"},
    }
    if path.endswith("/subcloud5"):
        return path.replace("subcloud5", str(dcmanager.subcloud(5)["name"]))
    for name, wanted in states.items():
        if f"/{name}" in path:
            return path.replace(name, dcmanager.pick(wanted)["name"])
    return path.replace("East", "North%20America").replace("pg-east", "pg-standby")


def assert_alike(file: str, answer: Answer) -> None:
    """Status, content type and shape of the recorded answer; HTML and text word for word where nothing is named."""
    tested.add(file)
    entry, recorded = BY_FILE[file], (WIRE / file).read_bytes()
    assert (answer.status, answer.content_type.lower()) == (entry["status"], entry["content_type"].lower())
    if entry["content_type"] == JSON:
        assert list(differences(json.loads(recorded), answer.json())) == []
    else:
        assert [line.split(b" ")[0] for line in answer.body.splitlines()][:8] == [
            line.split(b" ")[0] for line in recorded.splitlines()
        ][:8]
        assert bool(answer.body) == bool(recorded)


@pytest.mark.parametrize("file", READS)
def test_recorded_read(dcmanager: Dcmanager, file: str) -> None:
    entry = BY_FILE[file]
    accept = "*/*" if "html" in entry["content_type"] else JSON
    assert_alike(file, dcmanager.ask(path_here(dcmanager, entry["path"]), accept=accept))


def test_error_pages_are_byte_for_byte(dcmanager: Dcmanager) -> None:
    for file in ("err_404_resource.json", "err_404_subcloud.json", "sw_update_strategy_othertype.json"):
        answer = dcmanager.ask(BY_FILE[file]["path"], accept="*/*")
        assert answer.body.decode() == (WIRE / file).read_text()


def test_token(fleet: Simulator) -> None:
    issued = sign_in(f"{fleet.url}/c1")
    token = issued.headers["X-Subject-Token"]
    shown = call(f"{fleet.url}/c1/identity/v3/auth/tokens", X_Auth_Token=token, X_Subject_Token=token)
    assert issued.status == 201
    assert shown.json() == issued.json()
    assert_alike("keystone_token_body.json", shown)


def test_groups(dcmanager: Dcmanager) -> None:
    body = {"name": "gx", "description": "d", "update_apply_type": "parallel", "max_parallel_subclouds": 4}
    created = dcmanager.send("/v1.0/subcloud-groups", body)
    assert_alike("mut_group_create.json", created)
    assert_alike("mut_group_create_dup.json", dcmanager.send("/v1.0/subcloud-groups", body))
    path = f"/v1.0/subcloud-groups/{created.json()['id']}"
    patched = dcmanager.send(path, {"max_parallel_subclouds": 7}, "PATCH")
    assert_alike("mut_group_patch.json", patched)
    assert patched.json()["max_parallel_subclouds"] == 7
    assert_alike("mut_group_delete_nonempty.json", dcmanager.ask("/v1.0/subcloud-groups/2", "DELETE"))
    assert_alike("mut_group_delete.json", dcmanager.ask(path, "DELETE"))
    assert dcmanager.ask(path).status == 404


def test_manage_and_unmanage(dcmanager: Dcmanager) -> None:
    row = dcmanager.pick({"management-state": "managed", "availability-status": "online"})
    path = f"/v1.0/subclouds/{row['id']}"
    assert_alike("mut_patch_unmanage_ok.json", dcmanager.patch_form(path, management_state="unmanaged"))
    after = dcmanager.ask(path)
    assert_alike("mut_get_after_unmanage.json", after)
    states = {each["endpoint_type"]: each["sync_status"] for each in after.json()["endpoint_sync_status"]}
    assert states.pop("dc-cert") == row_status(row, "dc-cert")
    assert set(states.values()) == {"unknown"}
    assert_alike("mut_patch_manage_ok.json", dcmanager.patch_form(path, management_state="managed"))


def row_status(row: dict[str, Any], endpoint: str) -> str:
    return next(each["sync_status"] for each in row["endpoint_sync_status"] if each["endpoint_type"] == endpoint)


def test_refused_updates(dcmanager: Dcmanager) -> None:
    broken = dcmanager.pick({"deploy-status": "bootstrap-failed"})
    path = f"/v1.0/subclouds/{broken['id']}"
    manage = {"management_state": "managed"}
    assert_alike("mut_patch_manage_422_json.json", dcmanager.patch_form(path, **manage))
    page = dcmanager.patch_form(path, accept="*/*", **manage)
    assert_alike("mut_patch_manage_422_html.json", page)
    recorded = (WIRE / "mut_patch_manage_422_html.json").read_text()
    assert page.body.decode() == recorded.replace("subcloud8", broken["name"])
    assert_alike("mut_patch_bad_group_400.json", dcmanager.patch_form(path, group_id="nosuch"))
    assert_alike("mut_patch_bad_state_400.json", dcmanager.patch_form(path, management_state="asleep"))
    assert_alike("mut_patch_empty.json", dcmanager.ask(path, "PATCH", b""))
    assert_alike("mut_patch_json_body_500.json", dcmanager.send(path, {"management-state": "managed"}, "PATCH"))


def test_delete(dcmanager: Dcmanager) -> None:
    managed = dcmanager.pick({"management-state": "managed"})
    assert_alike("mut_delete_managed_400.json", dcmanager.ask(f"/v1.0/subclouds/{managed['id']}", "DELETE"))
    doomed = dcmanager.pick({"management-state": "unmanaged", "availability-status": "offline"})
    assert_alike("mut_delete_ok.json", dcmanager.ask(f"/v1.0/subclouds/{doomed['id']}", "DELETE"))
    assert dcmanager.ask(f"/v1.0/subclouds/{doomed['id']}").status == 404


def test_options(dcmanager: Dcmanager) -> None:
    body = {
        "storage-apply-type": "serial",
        "worker-apply-type": "parallel",
        "max-parallel-workers": 3,
        "alarm-restriction-type": "relaxed",
        "default-instance-action": "migrate",
    }
    assert_alike("mut_options_post.json", dcmanager.send("/v1.0/sw-update-options/4", body))
    assert_alike("mut_options_delete.json", dcmanager.ask("/v1.0/sw-update-options/4", "DELETE"))


def test_strategies(simulator: Callable[..., Simulator]) -> None:
    run = campaign(simulator, subclouds=8)
    refusals = {}
    assert run.deploy(subcloud_apply_type="serial").status == 200
    refusals["mut_strategy_create_exists_422.json"] = run.deploy()
    run.act("apply")
    refusals["mut_strategy_delete_applying_422.json"] = run.dcm.ask(f"{PATH}?type=sw-deploy", "DELETE")
    for file, answer in refusals.items():
        assert_alike(file, answer)
        assert answer.json() == json.loads((WIRE / file).read_bytes())
    assert_alike("mut_strategy_abort.json", run.act("abort"))


def test_nothing_recorded_is_left_out() -> None:
    if len(tested) < 10:
        pytest.skip("needs the other tests of this file in the same run")
    assert set(BY_FILE) == tested
