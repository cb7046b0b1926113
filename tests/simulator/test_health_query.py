"""`/v1/health` agrees with what is wrong at a site: hosts, alarms, Ceph, applications, deployments."""

import re
from collections.abc import Callable

import pytest

from tests.fixtures.fleet import Simulator
from tests.simulator.site_calls import Site, sites
from tests.waiting import wait_until

LINE = re.compile(r"(.+): \[(OK|Fail)\]")
QUERY = "/platform/v1/health/kube-upgrade"


@pytest.fixture(scope="module")
def fleet(start_simulator: Callable[..., Simulator]) -> Simulator:
    made = start_simulator(subclouds=12, controllers=1, seed=7, speed=60)
    made.control("churn", {"on": False})
    return made


def asked(site: Site, path: str = QUERY) -> dict[str, bool]:
    text = site.get(path).json()
    assert isinstance(text, str)
    assert text.startswith("System Health:\n")
    return {found[1]: found[2] == "OK" for line in text.splitlines() if (found := LINE.fullmatch(line))}


def healthy(fleet: Simulator) -> Site:
    """A site where nothing stands, with Ceph."""
    for site in sites(fleet):
        told = asked(site)
        if site.id and all(told.values()) and "Ceph Storage Healthy" in told:
            return site
    raise AssertionError("every site has trouble")


def test_a_site_without_trouble(fleet: Simulator) -> None:
    site = healthy(fleet)
    assert site.alarms() == []
    assert len(asked(site)) == len(asked(site, "/platform/v1/health")) + 1
    assert site.get("/platform/v1/health/anything").status == 400


def test_a_lost_osd_and_what_clears_again(fleet: Simulator) -> None:
    site = healthy(fleet)
    fault = site.break_it("osd-lost")
    told = wait_until(lambda: None if all((seen := asked(site)).values()) else seen, what="it says so")
    assert {name for name, ok in told.items() if not ok} == {"Ceph Storage Healthy", "No alarms"}
    fleet.control(f"faults/{fault}", method="DELETE")
    wait_until(lambda: all(asked(site).values()), timeout=60, what="it is well again")


def test_an_alarm_that_may_be_ignored(fleet: Simulator) -> None:
    site = healthy(fleet)
    site.raise_alarm("100.119", "host=controller-0", "minor")
    assert not asked(site)["No alarms"]
    assert asked(site, f"{QUERY}?alarm_ignore_list=['280.001',%20'100.119']")["No alarms"]
    assert "[1] alarms found, [" in site.get(QUERY).json()


def test_hosts_that_are_locked_are_named(fleet: Simulator) -> None:
    site = next(each for each in sites(fleet) if each.id and len(each.rows("ihosts")) == 2)
    active = next(row["node_name"] for row in site.rows("servicegroup") if row["state"] == "active")
    host = next(row for row in site.rows("ihosts") if row["hostname"] != active)
    patch = [{"op": "replace", "path": "/action", "value": "lock"}]
    assert site.send("PATCH", f"/platform/v1/ihosts/{host['uuid']}", patch).status == 200
    wait_until(lambda: not asked(site)["All hosts are unlocked/enabled"], timeout=60, what="locked")
    assert f"Locked or disabled hosts: {host['hostname']}" in site.get(QUERY).json()
