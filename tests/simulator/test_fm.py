"""Alarms follow from faults and commands, come and go by themselves, and survive a restart."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.fixtures.fleet import Simulator
from tests.simulator.site_calls import Site, alarm_keys, site_like, sites


@pytest.fixture(scope="module")
def quiet(start_simulator: Callable[..., Simulator]) -> Simulator:
    """A fleet in which nothing comes and goes by itself."""
    fleet = start_simulator(subclouds=60, controllers=1, seed=3, speed=1)
    fleet.control("churn", {"on": False})
    return fleet


def test_pulled_platform_cable_is_told_by_port_uuid(quiet: Simulator) -> None:
    site = site_like(quiet, mode="duplex")
    port = next(row for row in site.rows("ethernet_ports") if row["name"] == "eno1")
    before = alarm_keys(site)
    fault = site.break_it("cable-pulled", host="controller-0", port="eno1")
    assert alarm_keys(site) - before == {
        ("100.106", f"host=controller-0.port={port['uuid']}", "major"),
        ("100.107", "host=controller-0.interface=oam0", "critical"),
        ("400.005", "host=controller-0.network=oam", "major"),
    }
    assert next(row for row in site.rows("ihosts") if row["hostname"] == "controller-0")["availability"] == "degraded"
    site.mend(fault)
    assert alarm_keys(site) == before
    log = site.get("/fm/v1/event_log?limit=6").json()["event_log"]
    assert [(row["event_log_id"], row["state"]) for row in log].count(("100.106", "clear")) == 1


def test_pulled_sriov_cable_raises_nothing(quiet: Simulator) -> None:
    site = site_like(quiet, mode="duplex")
    before = alarm_keys(site)
    fault = site.break_it("cable-pulled", host="controller-1", port="enp177s0f1")
    assert alarm_keys(site) == before
    site.mend(fault)


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("duplex", {("800.001", "warning"), ("800.011", "major")}),
        ("simplex", {("800.001", "critical"), ("800.010", "critical")}),
    ],
)
def test_lost_osd(quiet: Simulator, mode: str, expected: set[tuple[str, str]]) -> None:
    site = site_like(quiet, mode=mode, ceph="ceph")
    fsid = site.rows("clusters")[0]["cluster_uuid"]
    fault = site.break_it("osd-lost", osd=0)
    raised = {(alarm_id, severity) for alarm_id, entity, severity in alarm_keys(site) if f"cluster={fsid}" in entity}
    assert raised == expected
    site.mend(fault)
    assert not any(alarm_id.startswith("800.0") for alarm_id, _, _ in alarm_keys(site))


def test_both_osds_lost_is_worse_than_one(quiet: Simulator) -> None:
    site = site_like(quiet, mode="duplex", ceph="ceph-rook")
    faults = [site.break_it("osd-lost", osd=0), site.break_it("osd-lost", osd=1)]
    assert {("800.001", "critical"), ("800.010", "critical")} <= {(row[0], row[2]) for row in alarm_keys(site)}
    for fault in faults:
        site.mend(fault)


def test_locked_host_masks_its_alarms(quiet: Simulator) -> None:
    site = site_like(quiet, mode="duplex", ceph="none")
    standby = next(row for row in site.rows("ihosts") if row["capabilities"]["Personality"] == "Controller-Standby")
    name = standby["hostname"]
    site.raise_alarm("100.101", f"host={name}", "critical")
    site.raise_alarm("200.010", f"host={name}0", "warning")
    hidden = next(row["uuid"] for row in site.alarms() if row["alarm_id"] == "100.101")
    locked = site.send(
        "PATCH", f"/platform/v1/ihosts/{standby['uuid']}", [{"op": "replace", "path": "/action", "value": "lock"}]
    )
    assert (locked.status, locked.json()["administrative"], locked.json()["availability"]) == (200, "locked", "online")
    standing = {(row["alarm_id"], row["entity_instance_id"]) for row in site.alarms()}
    assert ("200.001", f"host={name}") in standing
    assert ("100.101", f"host={name}") not in standing
    assert ("200.010", f"host={name}0") in standing
    assert site.get(f"/fm/v1/alarms/{hidden}").status == 404
    summary = site.get("/fm/v1/alarms/summary").json()
    assert summary["critical"] == sum(row["severity"] == "critical" for row in site.alarms())


def test_summary_list_and_control_agree_everywhere(quiet: Simulator) -> None:
    words = {"critical": "critical", "major": "major", "minor": "minor", "warning": "warnings"}
    for site in sites(quiet)[:30]:
        alarms = site.alarms()
        summary = site.get("/fm/v1/alarms/summary").json()
        for severity, word in words.items():
            assert summary[word] == sum(row["severity"] == severity for row in alarms), site.name
        assert quiet.control(f"clouds/1/{site.id}/alarms")["alarms"] == alarms


def test_command_raises_changes_and_clears_exactly_one(quiet: Simulator) -> None:
    site = sites(quiet)[0]
    before = alarm_keys(site)
    entity = "host=controller-0.sensor=Fan 9"
    site.raise_alarm("200.007", entity, "minor")
    first = next(row for row in site.alarms() if row["entity_instance_id"] == entity)
    site.raise_alarm("200.007", entity, "critical")
    second = next(row for row in site.alarms() if row["entity_instance_id"] == entity)
    assert alarm_keys(site) - before == {("200.007", entity, "critical")}
    assert (second["uuid"], second["service_affecting"], first["service_affecting"]) == (first["uuid"], True, False)
    assert second["timestamp"] > first["timestamp"]
    body = {"controller": 1, "subcloud": site.id, "alarm_id": "200.007", "entity_instance_id": entity}
    assert quiet.control("alarms", body, "DELETE") == {"cleared": True}
    assert alarm_keys(site) == before


def test_offset_of_a_date_is_dropped(quiet: Simulator) -> None:
    path = "/fm/v1/event_log?q.field=start&q.op=eq&q.value="
    start = (datetime.now(UTC) - timedelta(hours=30)).strftime("%Y-%m-%dT%H:%M:%S")
    site = sites(quiet)[0]
    assert site.get(f"{path}{start}%2B05:00").body == site.get(f"{path}{start}").body


def test_skewed_clock_moves_time_stamps(quiet: Simulator) -> None:
    site = sites(quiet)[1]
    fault = site.break_it("clock-skew", seconds=7200)
    site.raise_alarm("200.010", "host=controller-0.x=1", "warning")
    site.mend(fault)
    alarm = next(row for row in site.alarms() if row["entity_instance_id"] == "host=controller-0.x=1")
    ahead = datetime.fromisoformat(alarm["timestamp"]).replace(tzinfo=UTC) - datetime.now(UTC)
    assert timedelta(minutes=118) < ahead < timedelta(minutes=121)


def test_restart_keeps_alarms_times_and_commands(simulator: Callable[..., Simulator], tmp_path: Path) -> None:
    options = {"subclouds": 20, "seed": 11, "speed": 1, "state_dir": tmp_path}
    fleet = simulator(**options)
    fleet.control("churn", {"on": False})
    site = sites(fleet)[0]
    site.raise_alarm("200.010", "host=controller-0", "warning")
    site.break_it("cable-pulled", host="controller-0", port="enp81s0f0")
    doomed = next(row for row in site.alarms() if row["alarm_id"] == "100.109")
    assert site.send("DELETE", f"/fm/v1/alarms/{doomed['uuid']}").status == 204
    suppression = next(
        row for row in site.get("/fm/v1/event_suppression").json()["event_suppression"] if row["alarm_id"] == "100.108"
    )
    site.send(
        "PATCH",
        f"/fm/v1/event_suppression/{suppression['uuid']}",
        [{"op": "replace", "path": "/suppression_status", "value": "suppressed"}],
    )
    before = {each.id: json.dumps(each.alarms()) for each in sites(fleet)}
    fleet.child.stop()
    again = simulator(**options)
    assert {each.id: json.dumps(each.alarms()) for each in sites(again)} == before
    assert "100.109" not in before[site.id]


def test_port_uuid_may_be_used_to_raise(quiet: Simulator) -> None:
    site: Site = sites(quiet)[2]
    port = site.rows("ethernet_ports")[0]
    entity = f"host=controller-0.port={port['uuid']}"
    site.raise_alarm("100.106", entity, "major")
    assert ("100.106", entity, "major") in alarm_keys(site)
