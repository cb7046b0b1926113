"""Backups of subclouds: created, deleted, restored; who may, and what goes wrong."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.fleet import Simulator
from tests.simulator.bmc_calls import bmc_of
from tests.simulator.cloud_calls import Answer, Dcmanager
from tests.simulator.quiet import PASSWORD, healthy, quiet_fleet, site_of
from tests.simulator.site_calls import Row
from tests.waiting import wait_until

BACKUP = "/v1.0/subcloud-backup"


@pytest.fixture(scope="module")
def quick(start_simulator: Callable[..., Simulator]) -> Iterator[Simulator]:
    fleet = quiet_fleet(start_simulator)
    yield fleet
    fleet.child.stop()


@pytest.fixture
def dcm(quick: Simulator) -> Dcmanager:
    return Dcmanager(quick.url)


def create(dcm: Dcmanager, **fields: str) -> Answer:
    return dcm.send(BACKUP, {"sysadmin_password": PASSWORD, **fields})


def status(dcm: Dcmanager, row: Row) -> str:
    return str(dcm.subcloud(row["id"])["backup-status"])


def seen(dcm: Dcmanager, row: Row, last: str, column: str = "backup-status") -> list[str]:
    """The statuses until the last one."""
    found: list[str] = []

    def reached() -> bool:
        now = str(dcm.subcloud(row["id"])[column])
        if not found or found[-1] != now:
            found.append(now)
        return now == last

    wait_until(reached, timeout=60, every=0.005)
    return found


def central_alarms(fleet: Simulator, name: str) -> list[str]:
    alarms = fleet.control("clouds/1/central/alarms")["alarms"]
    return [alarm["alarm_id"] for alarm in alarms if alarm["entity_instance_id"] == f"subcloud={name}"]


def test_create_and_delete(quick: Simulator, dcm: Dcmanager) -> None:
    (row,) = healthy(quick, **{"backup-status": None})
    answer = create(dcm, subcloud=row["name"])
    assert (answer.status, [one["name"] for one in answer.json()["subclouds"]]) == (200, [row["name"]])
    statuses = seen(dcm, row, "complete-central")
    assert [one for one in statuses if one != "None"] == ["validating", "pre-backup", "backing-up", "complete-central"]
    assert dcm.subcloud(row["id"])["backup-datetime"] > row["created-at"]
    deleted = dcm.send(f"{BACKUP}/delete/{row['software-version']}", {"subcloud": row["name"]}, "PATCH")
    assert (deleted.status, deleted.body) == (204, b"")
    after = dcm.subcloud(row["id"])
    assert (after["backup-status"], after["backup-datetime"]) == ("unknown", None)
    again = dcm.send(f"{BACKUP}/delete/{row['software-version']}", {"subcloud": row["name"]}, "PATCH")
    assert (again.status, status(dcm, row)) == (204, "unknown")  # nothing was there, and that looks the same


def test_group_leaves_out_who_cannot(quick: Simulator, dcm: Dcmanager) -> None:
    rows = dcm.subclouds()
    group = next(row["group_id"] for row in rows if row["availability-status"] == "offline")
    answer = create(dcm, group=str(group), local_only="true", registry_images="true")
    chosen = {row["id"] for row in answer.json()["subclouds"]}
    assert chosen == {
        row["id"]
        for row in rows
        if row["group_id"] == group
        and (row["availability-status"], row["management-state"], row["deploy-status"])
        == ("online", "managed", "complete")
    }
    wait_until(
        lambda: {row["backup-status"] for row in dcm.subclouds() if row["id"] in chosen} == {"complete-local"},
        timeout=30,
    )


def test_failure_raises_an_alarm_and_success_clears_it(quick: Simulator, dcm: Dcmanager) -> None:
    (row,) = healthy(quick, **{"backup-status": "complete-central"})
    body = {"kind": "backup-fails", "controller": 1, "subcloud": row["name"], "options": {"phase": "pre-backup"}}
    fault = quick.control("faults", body)["id"]
    assert create(dcm, subcloud=str(row["id"])).status == 200
    assert seen(dcm, row, "backup-prep-failed")[-1] == "backup-prep-failed"
    assert row["name"] in dcm.subcloud(row["id"])["error-description"]
    wait_until(lambda: "280.003" in central_alarms(quick, row["name"]))
    quick.control(f"faults/{fault}", method="DELETE")
    assert create(dcm, subcloud=str(row["id"])).status == 200
    seen(dcm, row, "complete-central")
    wait_until(lambda: "280.003" not in central_alarms(quick, row["name"]))


def test_failed_deletes_are_named(quick: Simulator, dcm: Dcmanager) -> None:
    first, second = healthy(quick, count=2)
    group = dcm.send(
        "/v1.0/subcloud-groups",
        {"name": "Two", "description": "d", "update_apply_type": "parallel", "max_parallel_subclouds": 2},
    ).json()
    for row in (first, second):
        assert dcm.patch_form(f"/v1.0/subclouds/{row['id']}", group_id="Two").status == 200
    body = {"kind": "backup-fails", "controller": 1, "subcloud": first["name"], "options": {"phase": "deleting-backup"}}
    quick.control("faults", body)
    answer = dcm.send(f"{BACKUP}/delete/26.09", {"group": "Two"}, "PATCH")
    assert (answer.status, first["name"] in answer.json(), second["name"] in answer.json()) == (207, True, False)
    assert [status(dcm, row) for row in (first, second)] == ["delete-failed", "unknown"]
    assert group["name"] == "Two"


def test_cut_link_fails_the_backup(quick: Simulator, dcm: Dcmanager) -> None:
    (row,) = healthy(quick)
    assert create(dcm, subcloud=row["name"]).status == 200
    site = site_of(quick, row)
    fault = site.break_it("wan-cut")
    wait_until(lambda: status(dcm, row) in ("failed", "backup-prep-failed"))
    site.mend(fault)


@pytest.mark.parametrize(
    ("path", "method", "fields", "status", "word"),
    [
        ("", "POST", {"subcloud": "1", "surprise": "x"}, 400, "Unexpected parameter"),
        ("", "POST", {"subcloud": "1", "sysadmin_password": ""}, 400, "sysadmin_password required"),
        ("", "POST", {"subcloud": "1", "sysadmin_password": "abc"}, 400, "base64"),
        ("", "POST", {"subcloud": "1", "registry_images": "true"}, 400, "local_only"),
        ("", "POST", {"subcloud": "1", "local_only": "perhaps"}, 400, "boolean"),
        ("", "POST", {"subcloud": "1", "local_only": True}, 400, "local_only"),
        ("", "POST", {"subcloud": "1", "group": "1"}, 400, "same time"),
        ("", "POST", {}, 400, "required"),
        ("", "POST", {"subcloud": "nosuch"}, 400, "Subcloud not found"),
        ("/delete", "PATCH", {"subcloud": "1"}, 400, "Release version"),
        ("/explode", "PATCH", {"subcloud": "1"}, 400, "verb"),
        ("/restore", "PATCH", {"subcloud": "1", "release": "26.09"}, 400, "with_install"),
        ("/restore", "PATCH", {"subcloud": "1", "on_site": "true", "auto": "true"}, 400, "on_site"),
        ("/restore", "PATCH", {"subcloud": "1", "auto": "true", "release": "25.09", "factory": "true"}, 400, "26.03"),
        ("/restore", "PATCH", {"subcloud": "1", "restore_values": {"bootstrap_address": []}}, 400, "map"),
    ],
)
def test_nonsense_is_refused(
    dcm: Dcmanager, path: str, method: str, fields: dict[str, Any], status: int, word: str
) -> None:
    answer = dcm.send(BACKUP + path, {"sysadmin_password": PASSWORD, **fields}, method)
    assert answer.status == status
    assert word in answer.json()["description"]


def test_who_may(quick: Simulator) -> None:
    reader = Dcmanager(quick.url, user="portal-reader")
    assert create(reader, subcloud="1").status == 403


def test_one_must_be_healthy(quick: Simulator, dcm: Dcmanager) -> None:
    (row,) = healthy(quick)
    site = site_of(quick, row)
    site.raise_alarm("250.001", "host=controller-0", "major")
    assert create(dcm, subcloud=row["name"]).status == 400
    key = {"controller": 1, "subcloud": site.id, "alarm_id": "250.001", "entity_instance_id": "host=controller-0"}
    quick.control("alarms", key, "DELETE")
    assert create(dcm, subcloud=row["name"]).status == 200
    wait_until(lambda: status(dcm, row) in ("validating", "pre-backup", "backing-up"), every=0.005)
    again = create(dcm, subcloud=row["name"])
    assert (again.status, "operation in progress" in again.json()["description"]) == (400, True)
    seen(dcm, row, "complete-central")


def test_restore_with_install(quick: Simulator, dcm: Dcmanager) -> None:
    (row,) = healthy(quick, mode="simplex", **{"backup-status": "complete-central", "software-version": "26.09"})
    path, restore = f"/v1.0/subclouds/{row['id']}", f"{BACKUP}/restore"
    body = {"sysadmin_password": PASSWORD, "subcloud": row["name"], "with_install": "true"}
    assert "unmanaged" in dcm.send(restore, body, "PATCH").json()["description"]
    assert dcm.patch_form(path, management_state="unmanaged").status == 200
    fault = site_of(quick, row).break_it("bmc-unreachable")
    assert "BMC" in dcm.send(restore, body, "PATCH").json()["description"]
    site_of(quick, row).mend(fault)
    assert bmc_of(quick.url, row).reset("ForceOff") == 204
    assert dcm.send(restore, body, "PATCH").status == 200
    statuses = seen(dcm, row, "complete", "deploy-status")
    assert [one for one in statuses if one not in ("install-complete",)][-5:] == [
        "pre-restore",
        "pre-install",
        "installing",
        "restoring",
        "complete",
    ]
    wait_until(lambda: dcm.subcloud(row["id"])["availability-status"] == "online")
    assert bmc_of(quick.url, row).power == "On"


def test_restore_without_a_backup_fails_and_tells_why(quick: Simulator, dcm: Dcmanager) -> None:
    (row,) = healthy(quick, **{"backup-status": None})
    assert dcm.patch_form(f"/v1.0/subclouds/{row['id']}", management_state="unmanaged").status == 200
    assert (
        dcm.send(f"{BACKUP}/restore", {"sysadmin_password": PASSWORD, "subcloud": row["name"]}, "PATCH").status == 200
    )
    seen(dcm, row, "restore-prep-failed", "deploy-status")
    assert "no backup of 26.09" in dcm.subcloud(row["id"])["error-description"]


def test_restarts_interrupt_it_and_of_the_simulator_do_not(simulator: Callable[..., Simulator], tmp_path: Path) -> None:
    options: dict[str, Any] = {"speed": 60, "state_dir": tmp_path}
    fleet = quiet_fleet(simulator, **options)
    row, other = healthy(fleet, count=2)
    for one in (row, other):
        assert create(Dcmanager(fleet.url), subcloud=one["name"]).status == 200
    fleet.child.stop()
    fleet = quiet_fleet(simulator, **options)
    dcm = Dcmanager(fleet.url)
    assert status(dcm, row) in ("validating", "pre-backup", "backing-up", "complete-central")
    seen(dcm, row, "complete-central")
    dated = dcm.subcloud(row["id"])["backup-datetime"]
    assert create(dcm, subcloud=row["name"]).status == 200
    wait_until(lambda: status(dcm, row) == "backing-up", every=0.02)
    fleet.control("faults", {"kind": "controller-restart", "controller": 1, "seconds": 0.5})
    wait_until(lambda: not fleet.control("faults")["faults"])
    after = dcm.subcloud(row["id"])
    assert (after["backup-status"], after["backup-datetime"]) == ("failed", dated)
