"""Hosts that are switched by their BMC, and what the rest of the system makes of it."""

from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path

import pytest

from tests.fixtures.fleet import Simulator
from tests.simulator.bmc_calls import Bmc, bmc_of
from tests.simulator.cloud_calls import Dcmanager, call, sign_in
from tests.simulator.site_calls import Row, Site, alarm_keys
from tests.waiting import wait_until


def find(fleet: Simulator, hosts: int) -> tuple[Site, Row]:
    """An online managed site with so many hosts and with install values."""
    for row in Dcmanager(fleet.url).subclouds():
        if row["availability-status"] == "online" and row["management-state"] == "managed" and row["data_install"]:
            site = Site(fleet, {"controller": 1, "id": row["id"], "name": row["name"]})
            if len(site.rows("ihosts")) == hosts:
                return site, row
    raise LookupError("no such site")


def availability(fleet: Simulator, row: Row) -> str:
    return str(Dcmanager(fleet.url).subcloud(row["id"])["availability-status"])


def gone(url: str) -> bool:
    try:
        return sign_in(url).status == 0
    except (OSError, HTTPException):
        return True


def test_single_host_off_and_on(simulator: Callable[..., Simulator], tmp_path: Path) -> None:
    options = {"subclouds": 12, "speed": 200, "state_dir": tmp_path}
    fleet = simulator(**options)
    site, row = find(fleet, hosts=1)
    bmc = bmc_of(fleet.url, row)
    bmc.log_in()
    assert bmc.reset("GracefulShutdown") == 204
    assert gone(site.url)
    assert bmc.power in ("PoweringOff", "Off")
    wait_until(lambda: bmc.power == "Off")
    wait_until(lambda: availability(fleet, row) == "offline", timeout=20)
    fleet.child.stop()

    fleet = simulator(**options)
    again = Bmc(f"{fleet.url}/c1/s{row['id']}/bmc", bmc.password)
    again.session = bmc.session  # outlives the simulator's restart
    assert again.power == "Off"
    assert (again.reset("ForceOff"), again.reset("On")) == (409, 204)
    system = again.read("/redfish/v1/Systems/1")
    assert (system["PowerState"], system["BootProgress"]["LastState"]) == ("On", "OSBootStarted")
    wait_until(lambda: availability(fleet, row) == "online", timeout=30)
    assert again.read("/redfish/v1/Systems/1")["BootProgress"]["LastState"] == "OSRunning"
    assert Site(fleet, {"controller": 1, "id": row["id"], "name": row["name"]}).rows("ihosts")[0]["uptime"] < 60


def test_one_of_two_hosts_off(simulator: Callable[..., Simulator]) -> None:
    fleet = simulator(subclouds=12, speed=200)
    site, row = find(fleet, hosts=2)
    bmc = bmc_of(fleet.url, row, "controller-0")
    assert bmc.reset("ForceOff") == 204
    hosts = {host["hostname"]: host for host in site.rows("ihosts")}
    assert (hosts["controller-0"]["availability"], hosts["controller-0"]["operational"]) == ("offline", "disabled")
    assert hosts["controller-1"]["capabilities"]["Personality"] == "Controller-Active"
    assert ("200.004", "host=controller-0", "critical") in alarm_keys(site)
    assert availability(fleet, row) == "online"
    node = next(
        one for one in site.get("/kube/api/v1/nodes").json()["items"] if one["metadata"]["name"] == "controller-0"
    )
    assert node["status"]["conditions"][0]["status"] == "Unknown"

    assert bmc_of(fleet.url, row, "controller-1").reset("ForceOff") == 204
    wait_until(lambda: availability(fleet, row) == "offline", timeout=20)
    assert bmc.reset("On") == 204
    wait_until(lambda: availability(fleet, row) == "online", timeout=30)
    assert ("200.004", "host=controller-1", "critical") in alarm_keys(site)
    assert ("200.004", "host=controller-0", "critical") not in alarm_keys(site)


def test_power_loss_shows_as_off(simulator: Callable[..., Simulator]) -> None:
    fleet = simulator(subclouds=12, speed=200)
    site, row = find(fleet, hosts=1)
    bmc = bmc_of(fleet.url, row)
    fault = site.break_it("power-loss")
    assert bmc.power == "Off"
    assert bmc.reset("On") == 503
    site.mend(fault)
    assert bmc.power == "On"


def test_faults_of_the_bmc(simulator: Callable[..., Simulator]) -> None:
    fleet = simulator(subclouds=12, speed=200)
    site, row = find(fleet, hosts=2)
    bmc, other = bmc_of(fleet.url, row), bmc_of(fleet.url, row, "controller-1")
    bmc.log_in()
    fault = site.break_it("bmc-bad-credentials", host="controller-0")
    assert bmc.ask("/redfish/v1/Systems/1").status == 401
    assert call(f"{bmc.base}/redfish/v1/").status == 200
    assert other.power == "On"
    assert ("200.010", "host=controller-0", "warning") in alarm_keys(site)
    site.mend(fault)
    fault = site.break_it("bmc-unreachable")
    for one in (bmc, other):
        with pytest.raises((OSError, HTTPException)):
            call(f"{one.base}/redfish/v1/")
    assert sign_in(site.url).status == 201  # the site itself is well
    site.mend(fault)
    fault = site.break_it("bmc-unreachable", mode="hang", host="controller-0")
    with pytest.raises(TimeoutError):
        bmc.ask("/redfish/v1/", timeout=0.5)
    site.mend(fault)
    fault = site.break_it("wan-cut")
    with pytest.raises((OSError, HTTPException)):
        call(f"{bmc.base}/redfish/v1/")
    site.mend(fault)


def test_maintenance_powers_a_locked_host(simulator: Callable[..., Simulator]) -> None:
    fleet = simulator(subclouds=12, speed=200)
    site, row = find(fleet, hosts=2)
    host = next(one for one in site.rows("ihosts") if one["capabilities"]["Personality"] == "Controller-Standby")
    path, bmc = f"/platform/v1/ihosts/{host['uuid']}", bmc_of(fleet.url, row, host["hostname"])

    def act(action: str) -> int:
        return site.send("PATCH", path, [{"op": "replace", "path": "/action", "value": action}]).status

    assert act("power-off") == 400  # not locked
    assert (act("lock"), act("power-off")) == (200, 200)
    assert bmc.power == "Off"
    assert site.get(path).json()["availability"] == "power-off"
    assert act("unlock") == 400
    assert act("power-on") == 200
    wait_until(lambda: site.get(path).json()["availability"] == "online", timeout=20)
    assert act("unlock") == 200


def test_unlock_of_the_only_host_takes_the_site_away(simulator: Callable[..., Simulator]) -> None:
    fleet = simulator(subclouds=12, speed=200)
    site, row = find(fleet, hosts=1)
    path = f"/platform/v1/ihosts/{site.rows('ihosts')[0]['uuid']}"
    for action in ("lock", "unlock"):
        change = [{"op": "replace", "path": "/action", "value": action}]
        assert site.send("PATCH", path, change).status == 200
    wait_until(lambda: gone(site.url), every=0.02)
    wait_until(lambda: availability(fleet, row) == "offline", timeout=20)
    wait_until(lambda: availability(fleet, row) == "online", timeout=30)
    assert site.get(path).json()["administrative"] == "unlocked"
