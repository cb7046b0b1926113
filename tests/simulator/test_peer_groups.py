"""Subcloud peer groups with members from the start, and when their associations are out of sync."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.fixtures.fleet import Simulator
from tests.simulator.campaigns import campaign
from tests.simulator.cloud_calls import Dcmanager
from tests.simulator.quiet import PASSWORD
from tests.waiting import wait_until

MAJOR = "starlingx-27.03.0"
ASSOCIATIONS = "/v1.0/peer-group-associations"


def members(dcmanager: Dcmanager, group: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = dcmanager.ask(f"/v1.0/subcloud-peer-groups/{group}/subclouds").json()["subclouds"]
    return rows


def states(dcmanager: Dcmanager) -> list[str]:
    return [row["sync-status"] for row in dcmanager.ask(ASSOCIATIONS).json()["peer_group_associations"]]


def test_fleet_with_members(simulator: Callable[..., Simulator], tmp_path: Path) -> None:
    options: dict[str, Any] = {"subclouds": 80, "controllers": 2, "peer_groups": 2, "state_dir": tmp_path}
    fleet = simulator(**options)
    dcmanager = Dcmanager(fleet.url, 2)
    assert Dcmanager(fleet.url, 1).ask("/v1.0/subcloud-peer-groups").json() == {"subcloud_peer_groups": []}
    groups = dcmanager.ask("/v1.0/subcloud-peer-groups").json()["subcloud_peer_groups"]
    assert [group["peer_group_name"] for group in groups] == ["pg-standby", "pg-standby-2"]
    for group in (1, 2):
        assert members(dcmanager, group)
        for row in members(dcmanager, group):
            assert (row["peer_group_id"], row["management-state"]) == (group, "managed")
            assert row["rehome_data"] is not None
    first, second = (members(dcmanager, group)[0] for group in (1, 2))
    assert dcmanager.patch_form(f"/v1.0/subclouds/{first['id']}", management_state="unmanaged").status == 400
    assert states(dcmanager) == ["in-sync", "in-sync"]

    moved = dcmanager.patch_form(f"/v1.0/subclouds/{second['id']}", location="Basement").json()
    assert moved["info_message"].endswith("$ dcmanager peer-group-association sync 2\n")
    outside = next(row for row in dcmanager.subclouds() if row["peer_group_id"] is None)
    assert "info_message" not in dcmanager.patch_form(f"/v1.0/subclouds/{outside['id']}", location="Roof").json()
    assert states(dcmanager) == ["in-sync", "out-of-sync"]

    fleet.child.stop()
    dcmanager = Dcmanager(simulator(**options).url, 2)
    assert states(dcmanager) == ["in-sync", "out-of-sync"]
    assert dcmanager.ask(f"{ASSOCIATIONS}/2/sync", "PATCH").json()["sync-status"] == "syncing"
    wait_until(lambda: states(dcmanager) == ["in-sync", "in-sync"])
    assert dcmanager.ask(f"{ASSOCIATIONS}/3/sync", "PATCH").status == 404
    assert (
        Dcmanager(dcmanager.simulator_url, 2, user="portal-reader").ask(f"{ASSOCIATIONS}/2/sync", "PATCH").status == 403
    )


def test_major_release_of_a_member(simulator: Callable[..., Simulator]) -> None:
    run = campaign(simulator, subclouds=40, peer_groups=1, speed=1000)
    run.fleet.control("controller-release", {"controller": 1, "release": MAJOR})
    member = next(row for row in members(run.dcm, 1) if row["software-version"] == "26.09")
    arguments = {"release_id": MAJOR, "with_prestage": True, "sysadmin_password": PASSWORD, "delete": True}
    created = run.create(cloud_name=member["name"], **arguments)
    assert created.status == 200, created.body
    run.act("apply")
    assert run.over()["state"] == "complete", run.steps()
    assert states(run.dcm) == ["out-of-sync"]
    assert run.dcm.subcloud(member["id"])["software-version"] == "27.03"
