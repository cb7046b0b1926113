"""Deployments over HTTP from the first request to a managed site in sync, and over a restart of the simulator."""

from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.fleet import Simulator
from tests.simulator.cloud_calls import Dcmanager, call, sign_in
from tests.simulator.new_sites import NewSite
from tests.waiting import wait_until

FAST = 1200  # a whole deployment in four seconds


@pytest.fixture(scope="module")
def fast(start_simulator: Callable[..., Simulator]) -> Simulator:
    return start_simulator(subclouds=6, controllers=1, seed=3, speed=FAST)


def services(fleet: Simulator, site: NewSite) -> dict[str, Any]:
    """What the site itself says, asked with a token of its own."""
    url = f"{fleet.url}/c1/s{site.id}"
    signed_in = sign_in(url)
    token = signed_in.headers["X-Subject-Token"]
    nodes = call(f"{url}/kube/api/v1/nodes", Authorization="Bearer kube-reader-token").json()
    return {
        "catalog": {entry["type"] for entry in signed_in.json()["token"]["catalog"]},
        "hosts": [host["hostname"] for host in call(f"{url}/platform/v1/ihosts", X_Auth_Token=token).json()["ihosts"]],
        "systems": call(f"{url}/platform/v1/isystems", X_Auth_Token=token).json()["isystems"],
        "alarms": call(f"{url}/fm/v1/alarms", X_Auth_Token=token).status,
        "releases": call(f"{url}/usm/v1/release", X_Auth_Token=token).json(),
        "nodes": len(nodes["items"]),
    }


def test_a_site_comes_to_life(fast: Simulator) -> None:
    dcmanager = Dcmanager(fast.url)
    site = NewSite(dcmanager, 1)
    assert site.add().status == 200
    with pytest.raises((OSError, HTTPException)):
        sign_in(f"{fast.url}/c1/s{site.id}")  # nothing there yet
    seen: list[str] = []
    site.wait_for("complete", seen=seen.append)
    order = ["not-deployed", "creating", "create-complete", "pre-install", "installing", "install-complete"]
    order += ["pre-bootstrap", "bootstrapping", "bootstrap-complete", "pre-config", "configuring", "complete"]
    assert sorted(seen, key=order.index) == seen
    assert {"installing", "bootstrapping", "configuring"} <= set(seen)
    wait_until(lambda: site.row()["availability-status"] == "online")
    found = services(fast, site)
    assert found["catalog"] == {"identity", "platform", "faultmanagement", "usm", "nfv"}
    assert found["hosts"] == ["controller-0"]
    assert found["systems"][0]["region_name"] == site.row()["region-name"]
    assert (found["alarms"], found["nodes"]) == (200, 1)
    assert found["releases"][-1]["sw_version"].startswith("26.09")
    assert dcmanager.patch_form(f"/v1.0/subclouds/{site.id}", management_state="managed").status == 200
    wait_until(lambda: {s["sync_status"] for s in site.row()["endpoint_sync_status"]} == {"in-sync"})
    summary = dcmanager.ask("/v1.0/alarms").json()["alarm_summary"]
    assert next(row for row in summary if row["region_name"] == site.name)["cloud_status"] != "disabled"


def test_phase_by_phase(fast: Simulator) -> None:
    site = NewSite(Dcmanager(fast.url), 2)
    site.create()
    site.id = site.dcmanager.subcloud(site.name)["id"]
    site.wait_for("create-complete")
    for verb, then in (("install", "install-complete"), ("bootstrap", "bootstrap-complete"), ("configure", "complete")):
        assert site.verb(verb).status == 200
        site.wait_for(then)
    wait_until(lambda: site.row()["availability-status"] == "online")


def test_abort_and_resume(fast: Simulator) -> None:
    site = NewSite(Dcmanager(fast.url), 3)
    site.add()
    site.wait_for("bootstrapping")
    assert site.verb("abort", {}).json()["deploy-status"] == "aborting-bootstrap"
    site.wait_for("bootstrap-aborted")
    assert site.verb("resume").json()["deploy-status"] == "pre-bootstrap"
    site.wait_for("complete")


def test_failure_shows_its_hint_and_goes_away_with_the_next_try(fast: Simulator) -> None:
    site = NewSite(Dcmanager(fast.url), 4)
    options = {"phase": "bootstrap", "cause": "failed_ssl_cert", "times": 1}
    body = {"kind": "deploy-fails", "controller": 1, "subcloud": f"{site.name}, new-0099", "options": options}
    fault = fast.control("faults", body)
    assert (fault["names"], fault["clouds"]) == (["new-0004", "new-0099"], [])
    site.add()
    site.wait_for("bootstrap-failed")
    error = site.row()["error-description"]
    assert error.startswith("FAILED bootstrapping playbook of (new-0004).")
    assert "err_code=failed_ssl_cert" in error
    assert "A certificate was not accepted" in error  # the hint of its code
    assert error.endswith("run the bootstrap again or resume the deployment.")  # the hint of the status
    listed = next(row for row in site.dcmanager.subclouds() if row["id"] == site.id)
    assert listed["error-description"] == error
    site.verb("resume")
    wait_until(lambda: site.row()["error-description"] == "No errors present")
    site.wait_for("complete")
    fast.control(f"faults/{fault['id']}", method="DELETE")


def test_decommission(fast: Simulator) -> None:
    dcmanager = Dcmanager(fast.url)
    row = dcmanager.pick({"management-state": "managed", "availability-status": "online"})
    path = f"/v1.0/subclouds/{row['id']}"
    assert dcmanager.patch_form(path, management_state="unmanaged").status == 200
    assert dcmanager.ask(path, "DELETE").status == 422
    fast.control("faults", {"kind": "power-loss", "controller": 1, "subcloud": row["id"]})
    wait_until(lambda: dcmanager.subcloud(row["id"])["availability-status"] == "offline")
    assert dcmanager.ask(path, "DELETE").json() is None
    assert dcmanager.ask(path).status == 404


def test_restart_of_the_simulator(simulator: Callable[..., Simulator], tmp_path: Path) -> None:
    """Killed in the middle of everything; the same state directory shows the same deployments, further on."""
    options = {"subclouds": 6, "controllers": 1, "seed": 3, "speed": 600, "state_dir": tmp_path}
    first = simulator(**options)
    dcmanager = Dcmanager(first.url)
    sites = [NewSite(dcmanager, number) for number in range(1, 7)]
    first.control(
        "faults", {"kind": "deploy-fails", "controller": 1, "subcloud": "new-0002", "options": {"phase": "create"}}
    )
    first.control("faults", {"kind": "deploy-stuck", "controller": 1, "options": {"phase": "install"}})
    for site in sites:
        assert site.add().status == 200
    for site in (sites[0], *sites[2:]):
        site.wait_for("installing")
    assert sites[2].verb("abort", {}).status == 200
    sites[2].wait_for("install-aborted")
    sites[1].wait_for("create-failed")
    assert dcmanager.ask(f"/v1.0/subclouds/{sites[3].id}", "DELETE").status == 400
    gone = dcmanager.ask(f"/v1.0/subclouds/{sites[1].id}", "DELETE")
    assert gone.json() is None
    before = [row for row in dcmanager.subclouds() if row["id"] > 6]
    first.child.kill()

    second = simulator(**options)
    after = Dcmanager(second.url)
    assert [row for row in after.subclouds() if row["id"] > 6] == before
    again = NewSite(after, 2)
    assert again.add().json()["id"] == sites[-1].id + 1  # never an id twice
    for fault in second.control("faults")["faults"]:
        second.control(f"faults/{fault['id']}", method="DELETE")
    sites[4].dcmanager = after
    sites[4].wait_for("install-complete", "pre-bootstrap", "bootstrapping")
