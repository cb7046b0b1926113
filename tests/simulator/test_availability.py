"""How dcmanager notices that a site is gone, and what it shows then. 60 times as fast: a pass is 0.67 s."""

import time
from collections.abc import Callable

from tests.fixtures.fleet import Simulator
from tests.simulator.cloud_calls import Dcmanager
from tests.waiting import wait_until

PASS = 40.0 / 60
NOTHING = (-1, -1, -1, -1, "disabled")


def availability(dcmanager: Dcmanager, identifier: int) -> str:
    return str(dcmanager.subcloud(identifier)["availability-status"])


def summary(dcmanager: Dcmanager, name: str) -> tuple[object, ...]:
    rows = dcmanager.ask("/v1.0/alarms").json()["alarm_summary"]
    row = next(row for row in rows if row["region_name"] == name)
    return (row["critical_alarms"], row["major_alarms"], row["minor_alarms"], row["warnings"], row["cloud_status"])


def test_cut_site_is_offline_after_two_passes(simulator: Callable[..., Simulator]) -> None:
    fleet = simulator(subclouds=30, speed=60)
    dcmanager = Dcmanager(fleet.url)
    row = dcmanager.pick({"management-state": "managed", "availability-status": "online"})
    wait_until(lambda: summary(dcmanager, row["name"]) != NOTHING, what="alarm counts reported")
    cut_at = time.monotonic()
    fault = fleet.control("faults", {"kind": "wan-cut", "controller": 1, "subcloud": row["name"]})
    assert availability(dcmanager, row["id"]) == "online"
    wait_until(lambda: availability(dcmanager, row["id"]) == "offline", every=0.02)
    took = time.monotonic() - cut_at
    assert PASS * 0.95 <= took <= PASS * 2 + 0.5  # generous above only: a busy machine answers late
    offline = dcmanager.subcloud(row["id"])
    assert {each["sync_status"] for each in offline["endpoint_sync_status"]} == {"unknown"}
    assert offline["updated-at"] > row["updated-at"]
    assert summary(dcmanager, row["name"]) == NOTHING
    assert fleet.control("faults")["faults"][0]["id"] == fault["id"]

    fleet.control(f"faults/{fault['id']}", method="DELETE")
    wait_until(lambda: availability(dcmanager, row["id"]) == "online", timeout=PASS + 3)
    wait_until(lambda: summary(dcmanager, row["name"]) != NOTHING, timeout=3 * PASS + 3)
    known = {"in-sync", "out-of-sync"}
    wait_until(lambda: {each["sync_status"] for each in dcmanager.subcloud(row["id"])["endpoint_sync_status"]} <= known)


def test_central_alarms_follow(simulator: Callable[..., Simulator]) -> None:
    fleet = simulator(subclouds=12, speed=60)
    dcmanager = Dcmanager(fleet.url)
    row = dcmanager.pick({"management-state": "managed", "availability-status": "online"})

    def standing() -> list[str]:
        alarms = fleet.control("clouds/1/central/alarms")["alarms"]
        return [each["entity_instance_id"] for each in alarms if each["alarm_id"] == "280.001"]

    assert not [entity for entity in standing() if row["name"] in entity]
    fleet.control("faults", {"kind": "power-loss", "controller": 1, "subcloud": row["id"], "seconds": 1.5})
    wait_until(lambda: [entity for entity in standing() if row["name"] in entity])
    wait_until(lambda: not [entity for entity in standing() if row["name"] in entity], timeout=30)


def test_unmanaged_site_reports_no_counts(simulator: Callable[..., Simulator]) -> None:
    fleet = simulator(subclouds=12, speed=60)
    dcmanager = Dcmanager(fleet.url)
    row = dcmanager.pick({"management-state": "managed", "availability-status": "online"})
    path = f"/v1.0/subclouds/{row['id']}"
    assert dcmanager.patch_form(path, management_state="unmanaged").status == 200
    assert summary(dcmanager, row["name"]) == NOTHING
    again = dcmanager.patch_form(path, management_state="unmanaged")
    assert (again.status, "already unmanaged" in again.json()["description"]) == (422, True)
    assert dcmanager.patch_form(path, management_state="managed").status == 200
    wait_until(lambda: summary(dcmanager, row["name"]) != NOTHING, timeout=10)
