"""Strategies of a site's own VIM: built, applied, failed, aborted."""

from collections.abc import Callable, Iterator
from http.client import HTTPException
from typing import Any

import pytest

from tests.fixtures.fleet import Simulator
from tests.simulator.cloud_calls import call
from tests.simulator.site_calls import Row, Site, alarm_keys, site_like
from tests.waiting import wait_until

PATH = "/nfv/api/orchestration/sw-upgrade/strategy"
CURRENT = "/nfv/api/orchestration/current-strategy/strategy"
OPTIONS = {
    "controller-apply-type": "serial",
    "storage-apply-type": "serial",
    "worker-apply-type": "serial",
    "default-instance-action": "migrate",
    "alarm-restrictions": "permissive",
}


@pytest.fixture(scope="module")
def quick(start_simulator: Callable[..., Simulator]) -> Iterator[Simulator]:
    """Six hundred times as fast, and without alarms that come and go."""
    fleet = start_simulator(subclouds=30, speed=600, seed=4)
    fleet.control("churn", {"on": False})
    yield fleet
    fleet.child.stop()


def prestaged(site: Site, level: int = 2) -> str:
    """Upload a patch of what the site runs."""
    release = next(row for row in site.get("/usm/v1/release").json() if row["state"] == "deployed")
    name = f"starlingx-{release['sw_version'].rsplit('.', 1)[0]}.{level}"
    assert site.send("POST", "/usm/v1/release", [f"/home/{name}.patch"], "admin").status == 200
    return name


def strategy(site: Site) -> Row:
    found: Row = site.get(PATH).json()["strategy"]
    return found


def state(site: Site) -> str:
    """Empty while the site does not answer."""
    try:
        current = site.get(CURRENT).json()["strategy"]
    except (OSError, HTTPException):
        return ""
    return str(current["state"]) if current else "none"


def built(site: Site, **changes: Any) -> Row:
    answer = site.send("POST", PATH, OPTIONS | changes)
    assert (answer.status, answer.json()["strategy"]["state"]) == (200, "building")
    wait_until(lambda: state(site) not in ("building", ""))
    return strategy(site)


def test_patch_with_a_reboot_on_one_host(quick: Simulator) -> None:
    site = site_like(quick, mode="simplex")
    assert (strategy(site), state(site)) == (None, "none")
    row = built(site, release=prestaged(site, 4))
    assert (row["state"], row["current-phase"], row["build-phase"]["result"]) == ("ready-to-apply", "build", "success")
    names = [step["step-name"] for stage in row["apply-phase"]["stages"] for step in stage["steps"]]
    assert {"lock-hosts", "upgrade-hosts", "unlock-hosts"} < set(names)
    assert site.send("POST", PATH, OPTIONS).status == 409
    assert site.send("POST", f"{PATH}/actions", {"action": "apply-all"}).status == 202
    assert site.send("DELETE", PATH).status == 409
    assert ("900.201", "orchestration=sw-deploy", "major") in alarm_keys(site)
    percents: list[int] = []

    def reached(wanted: str) -> bool:
        try:
            found = strategy(site)
        except (OSError, HTTPException):
            return not wanted
        percents.append(found["current-phase-completion-percentage"])
        return bool(found["state"] == wanted)

    wait_until(lambda: reached(""), every=0.02)  # it restarts
    wait_until(lambda: reached("applied"), every=0.02)
    assert percents == sorted(percents)
    row = strategy(site)
    assert (row["current-phase-completion-percentage"], row["apply-phase"]["result"]) == (100, "success")
    times = [
        (step["start-date-time"], step["end-date-time"])
        for stage in row["apply-phase"]["stages"]
        for step in stage["steps"]
    ]
    assert times == sorted(times)
    open_still = [one for one in site.get("/usm/v1/release").json() if one["state"] == "deploying"]
    assert [one["sw_version"][-2:] for one in open_still] == [".4"]
    assert site.get("/usm/v1/deploy").json()[0]["state"] == "completed"
    assert site.rows("ihosts")[0]["administrative"] == "unlocked"
    assert site.send("DELETE", PATH).status == 200
    assert state(site) == "none"
    assert site.send("DELETE", "/usm/v1/deploy", user="admin").status == 200
    deployed = [one for one in site.get("/usm/v1/release").json() if one["state"] == "deployed"]
    assert deployed[-1]["sw_version"].endswith(".4")


def test_two_hosts_one_after_the_other(quick: Simulator) -> None:
    site = site_like(quick, mode="duplex")
    active = next(row for row in site.rows("ihosts") if row["capabilities"]["Personality"] == "Controller-Active")
    row = built(site, release=prestaged(site, 6), delete=True)
    hosts = [
        step["entity-names"][0]
        for stage in row["apply-phase"]["stages"]
        for step in stage["steps"]
        if step["step-name"] == "upgrade-hosts"
    ]
    assert hosts[-1] == active["hostname"]
    assert site.send("POST", f"{PATH}/actions", {"action": "apply-all"}).status == 202
    seen = set()

    def applied() -> bool:
        found = state(site)
        seen.add(found)
        return found == "applied"

    wait_until(applied, every=0.02)
    assert seen == {"applying", "applied"}  # one of them always answers
    assert site.get("/usm/v1/deploy").json() == []
    now = next(row for row in site.rows("ihosts") if row["capabilities"]["Personality"] == "Controller-Active")
    assert now["hostname"] != active["hostname"]


@pytest.mark.parametrize(
    ("restrictions", "alarm", "blocked"),
    [
        ("relaxed", ("100.121", "host=controller-0.kernel=lowlatency", "major"), True),  # management-affecting
        ("relaxed", ("250.001", "host=controller-0", "major"), False),  # that too, but a patch tolerates it
        ("relaxed", ("100.118", "host=controller-0", "minor"), False),
        ("strict", ("100.118", "host=controller-0", "minor"), True),
        ("permissive", ("100.121", "host=controller-0.kernel=lowlatency", "major"), False),
    ],
)
def test_alarms_block_the_build(
    quick: Simulator, restrictions: str, alarm: tuple[str, str, str], blocked: bool
) -> None:
    site = next(
        one
        for one in (
            Site(quick, cloud) for cloud in quick.control("clouds")["clouds"] if cloud["reachable"] and cloud["id"]
        )
        if not one.alarms() and state(one) == "none"
    )
    site.raise_alarm(*alarm)
    row = built(site, release=prestaged(site, 9), **{"alarm-restrictions": restrictions})
    assert row["state"] == ("build-failed" if blocked else "ready-to-apply")
    if blocked:
        assert alarm[0] in row["build-phase"]["reason"]
    assert site.send("DELETE", PATH).status == 200
    key = {"controller": 1, "subcloud": site.id, "alarm_id": alarm[0], "entity_instance_id": alarm[1]}
    quick.control("alarms", key, "DELETE")


def test_fault_fails_the_apply_and_rollback_mends_it(quick: Simulator) -> None:
    site = site_like(quick, mode="simplex", ceph="none")
    fault = site.break_it("patch-fails")
    built(site, release=prestaged(site, 8))
    site.send("POST", f"{PATH}/actions", {"action": "apply-all"})
    wait_until(lambda: state(site) == "apply-failed", every=0.02)
    assert "upgrade-hosts failed on controller-0" in strategy(site)["apply-phase"]["reason"]
    assert site.get("/usm/v1/deploy").json()[0]["state"] == "host-failed"
    assert site.rows("ihosts")[0]["administrative"] == "unlocked"
    site.mend(fault)
    site.send("DELETE", PATH)
    built(site, rollback=True)
    site.send("POST", f"{PATH}/actions", {"action": "apply-all"})
    wait_until(lambda: state(site) == "applied")
    assert site.get("/usm/v1/deploy").json() == []
    site.send("DELETE", PATH)


def test_abort_ends_after_the_step_under_way(quick: Simulator) -> None:
    site = site_like(quick, mode="simplex", ceph="ceph-rook")
    built(site, release=prestaged(site, 8))
    site.send("POST", f"{PATH}/actions", {"action": "apply-all"})
    aborted = site.send("POST", f"{PATH}/actions", {"action": "abort"})
    assert (aborted.status, aborted.json()["strategy"]["state"]) == (202, "aborting")
    wait_until(lambda: state(site) == "aborted")
    results = [step["result"] for stage in strategy(site)["apply-phase"]["stages"] for step in stage["steps"]]
    assert results[0] == "success"
    assert set(results[2:]) == {"aborted"}


def test_power_loss_fails_the_apply(quick: Simulator) -> None:
    site = site_like(quick, mode="simplex", ceph="ceph")
    built(site, release=prestaged(site, 8))
    site.send("POST", f"{PATH}/actions", {"action": "apply-all"})
    site.mend(site.break_it("power-loss"))
    wait_until(lambda: state(site) == "apply-failed", timeout=30)
    assert "went down" in strategy(site)["apply-phase"]["reason"]


def test_nonsense_is_refused(quick: Simulator) -> None:
    site = next(
        one
        for one in (
            Site(quick, cloud) for cloud in quick.control("clouds")["clouds"] if cloud["reachable"] and cloud["id"]
        )
        if state(one) == "none"
    )
    assert site.send("POST", PATH, OPTIONS | {"release": "starlingx-99.99.9"}).status == 400
    assert site.send("POST", PATH, OPTIONS | {"release": {"a": 1}}).status == 400
    assert site.send("POST", PATH, OPTIONS | {"worker-apply-type": "sideways"}).status == 400
    assert site.send("POST", PATH, [1]).status == 400
    assert site.send("POST", f"{PATH}/actions", {"action": "apply-all"}).status == 404
    assert site.send("POST", "/nfv/api/orchestration/kube-upgrade/strategy", OPTIONS).status == 400
    assert site.get("/nfv/api/orchestration/nonsense/strategy").status == 404
    assert site.send("POST", PATH, OPTIONS, "portal-reader").status == 403
    stale = call(f"{site.url}{CURRENT}", X_Auth_Token="stale")
    assert (stale.status, stale.body) == (403, b"Authorization failed")
