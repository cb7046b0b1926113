"""A restart shows the same fleet, keeps what was commanded, and drops a half-written line."""

from collections.abc import Callable
from pathlib import Path

from tests.fixtures.fleet import Simulator
from tests.simulator.cloud_calls import Dcmanager


def test_restart_keeps_the_fleet(simulator: Callable[..., Simulator], tmp_path: Path) -> None:
    options = {"subclouds": 25, "controllers": 2, "seed": 11, "state_dir": tmp_path}
    first = simulator(**options)
    before = Dcmanager(first.url)
    row = before.pick({"management-state": "managed", "availability-status": "online"})
    path = f"/v1.0/subclouds/{row['id']}"
    assert before.patch_form(path, management_state="unmanaged", description="kept").status == 200
    group = before.send(
        "/v1.0/subcloud-groups",
        {"name": "kept", "description": "d", "update_apply_type": "serial", "max_parallel_subclouds": 1},
    ).json()
    other = before.pick({"management-state": "managed"})
    fault = first.control("faults", {"kind": "wan-cut", "controller": 1, "subcloud": other["id"]})
    shown = [
        (row["id"], row["name"], row["region-name"], row["created-at"], row["management-state"])
        for row in before.subclouds()
    ]
    first.child.stop()
    with (tmp_path / "seed-11" / "journal.jsonl").open("a") as journal:
        journal.write('{"at": 17')  # killed while writing

    second = simulator(**options)
    after = Dcmanager(second.url)
    after._token = before.token  # a token outlives the restart
    assert [
        (row["id"], row["name"], row["region-name"], row["created-at"], row["management-state"])
        for row in after.subclouds()
    ] == shown
    assert after.subcloud(row["id"])["description"] == "kept"
    assert after.ask("/v1.0/subcloud-groups/kept").json() == group
    assert second.control("faults")["faults"] == [fault]


def test_larger_fleet_contains_the_smaller(simulator: Callable[..., Simulator]) -> None:
    small, large = (simulator(subclouds=count, seed=5) for count in (6, 9))
    shared = ("id", "name", "region-name", "management-start-ip", "location")
    rows = [[tuple(row[key] for key in shared) for row in Dcmanager(fleet.url).subclouds()] for fleet in (small, large)]
    assert rows[1][:6] == rows[0]


def test_renamed_site_is_found_by_its_new_name(simulator: Callable[..., Simulator]) -> None:
    fleet = simulator(subclouds=30)
    dcmanager = Dcmanager(fleet.url)
    row = dcmanager.pick({"management-state": "unmanaged", "deploy-status": "complete"})
    path = f"/v1.0/subclouds/{row['id']}"
    assert dcmanager.patch_form(path, name="Not_A_Label").status == 400
    assert dcmanager.patch_form(path, name=dcmanager.subclouds()[0]["name"]).status in (400, 409)
    assert dcmanager.patch_form(path, name="new-name.example").json()["name"] == "new-name.example"
    assert dcmanager.subcloud("new-name.example")["id"] == row["id"]
    assert dcmanager.ask(f"/v1.0/subclouds/{row['name']}").status == 404
    body = {"kind": "slow", "controller": 1, "subcloud": "new-name.example", "seconds": 0.01}
    assert fleet.control("faults", body)["clouds"] == [{"controller": 1, "id": row["id"]}]
