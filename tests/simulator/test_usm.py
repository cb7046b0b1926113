"""Releases and deployments of USM, on a controller by hand and by a control call."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest

from tests.fixtures.cluster import CHECKOUT
from tests.fixtures.fleet import Simulator
from tests.simulator.cloud_calls import Answer, Dcmanager, call
from tests.simulator.site_calls import Row, Site
from tests.waiting import wait_until


def central(fleet: Simulator) -> Site:
    return Site(fleet, {"controller": 1, "id": None, "name": "central"})


def states(site: Site) -> dict[str, str]:
    return {row["release_id"]: row["state"] for row in site.get("/usm/v1/release").json()}


def out_of_sync(dcmanager: Dcmanager) -> set[str]:
    return {
        row["name"]
        for row in dcmanager.subclouds()
        for endpoint in row["endpoint_sync_status"]
        if endpoint == {"endpoint_type": "software", "sync_status": "out-of-sync"}
    }


def test_controller_has_newer_releases_waiting(fleet: Simulator) -> None:
    assert states(central(fleet)) == {
        "starlingx-26.09.0": "deployed",
        "starlingx-26.09.1": "deployed",
        "starlingx-26.09.2": "available",
        "starlingx-27.03.0": "available",
    }
    patch = central(fleet).get("/usm/v1/release/starlingx-26.09.2").json()
    assert (patch["reboot_required"], patch["requires"]) == (True, ["starlingx-26.09.1"])
    assert central(fleet).get("/usm/v1/release/starlingx-26.09.2/is_available").json() is True
    assert central(fleet).get("/usm/v1/release/starlingx-27.03.9").status == 404


def test_a_controller_said_to_deploy_shows_its_deployment(fleet: Simulator) -> None:
    site = central(fleet)
    assert site.get("/usm/v1/deploy").json() == []
    fault = fleet.control("faults", {"kind": "controller-deploying", "controller": 1, "subcloud": "central"})
    (row,) = site.get("/usm/v1/deploy").json()
    assert (row["state"], row["from_release"], row["to_release"]) == ("host", "26.09.1", "26.09.2")
    fleet.control(f"faults/{fault['id']}", method="DELETE")
    assert site.get("/usm/v1/deploy").json() == []


def test_prestaged_sites_have_them_too(fleet: Simulator, dcmanager: Dcmanager) -> None:
    row = dcmanager.pick({"prestage-status": "complete", "availability-status": "online"})
    site = Site(fleet, {"controller": 1, "id": row["id"], "name": row["name"]})
    assert states(site)["starlingx-26.09.2"] == states(site)["starlingx-27.03.0"] == "available"


def upload(site: Site, names: list[str], user: str = "admin") -> Answer:
    boundary = "boundary"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\ncontent\r\n'
        for name in names
    ]
    headers = site._headers("/usm", user)
    body = ("".join(parts) + f"--{boundary}--\r\n").encode()
    return call(
        f"{site.url}/usm/v1/release", "POST", body, Content_Type=f"multipart/form-data; boundary={boundary}", **headers
    )


def test_upload_and_delete(simulator: Callable[..., Simulator]) -> None:
    site = central(simulator(subclouds=2))
    assert upload(site, ["starlingx-26.09.3.patch"], "portal-reader").status == 403
    answer = upload(site, ["starlingx-26.09.3.patch"])
    assert (answer.status, answer.json()["upload_info"]) == (
        200,
        [{"starlingx-26.09.3.patch": {"id": "starlingx-26.09.3", "sw_release": "26.09.3"}}],
    )
    assert states(site)["starlingx-26.09.3"] == "available"
    assert upload(site, ["starlingx-27.09-cd.iso"]).status == 406  # no signature
    assert upload(site, ["starlingx-27.09-cd.iso", "starlingx-27.09-cd.sig"]).status == 200
    assert upload(site, ["holiday.jpg"]).status == 406
    paths = site.send("POST", "/usm/v1/release", ["/home/sysadmin/starlingx-26.09.4.patch"], "admin")
    assert paths.status == 200
    assert site.send("DELETE", "/usm/v1/release/starlingx-26.09.3", user="admin").status == 200
    assert site.send("DELETE", "/usm/v1/release/starlingx-26.09.1", user="admin").status == 406
    assert set(states(site)) >= {"starlingx-27.09.0", "starlingx-26.09.4"}
    assert "starlingx-26.09.3" not in states(site)


def test_deploy_by_hand(simulator: Callable[..., Simulator], tmp_path: Path) -> None:
    """An in-service patch on the controller; what is under way goes on over a restart of the simulator."""
    options: dict[str, Any] = {"subclouds": 6, "speed": 300, "state_dir": tmp_path}
    fleet = simulator(**options)
    site = central(fleet)
    upload(site, ["starlingx-26.09.3.patch"])

    def post(path: str) -> int:
        return site.send("POST", f"/usm/v1/{path}", {}, "admin").status

    def state() -> str:
        found: list[Row] = site.get("/usm/v1/deploy").json()
        return str(found[0]["state"]) if found else ""

    assert post("deploy_host/controller-0") == 406
    assert post("deploy/starlingx-26.03.9/precheck") == 406
    assert post("deploy/starlingx-26.09.3/start/force") == 200
    assert post("deploy/starlingx-26.09.2/start/force") == 406  # one at a time
    fleet.child.stop()
    fleet = simulator(**options)
    site = central(fleet)
    wait_until(lambda: state() == "start-done")
    assert post("deploy/activate") == 406
    for host in ("controller-1", "controller-0"):
        assert post(f"deploy_host/{host}") == 200
    wait_until(lambda: state() == "host-done")
    assert {row["host_state"] for row in site.get("/usm/v1/deploy_host").json()} == {"deployed"}
    assert post("deploy/activate") == 200
    wait_until(lambda: state() == "activate-done")
    assert (post("deploy/complete"), state()) == (200, "completed")
    assert site.send("DELETE", "/usm/v1/deploy", user="admin").status == 200
    assert site.get("/usm/v1/deploy").json() == []


def test_reboot_release_needs_a_locked_host(simulator: Callable[..., Simulator]) -> None:
    fleet = simulator(subclouds=2, speed=300)
    site = central(fleet)
    started = site.send("POST", "/usm/v1/deploy/start/", {"releases": ["starlingx-26.09.2"]}, "admin")
    assert started.status == 200
    wait_until(lambda: site.get("/usm/v1/deploy").json()[0]["state"] == "start-done")
    refused = site.send("POST", "/usm/v1/deploy_host/controller-0", {}, "admin")
    assert (refused.status, "locked" in refused.json()["error"]) == (406, True)


def test_controller_release_makes_sites_out_of_sync(simulator: Callable[..., Simulator], tmp_path: Path) -> None:
    options: dict[str, Any] = {"subclouds": 20, "speed": 60, "state_dir": tmp_path}
    fleet = simulator(**options)
    dcmanager = Dcmanager(fleet.url)
    online = {
        row["name"]
        for row in dcmanager.subclouds()
        if row["availability-status"] == "online" and row["management-state"] == "managed"
    }
    assert out_of_sync(dcmanager) < online
    done = subprocess.run(
        [
            *(sys.executable, "-m", "simulator", "command", "controller-release", "--port", str(fleet.port)),
            *("controller=1", "release=starlingx-27.03.0"),
        ],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == {"controller": 1, "release": "starlingx-27.03.0"}
    wait_until(lambda: out_of_sync(dcmanager) >= online)  # the next audit pass has seen it
    assert states(central(fleet)) == {"starlingx-27.03.0": "deployed"}
    with pytest.raises(HTTPError) as refused:
        fleet.control("controller-release", {"controller": 1, "release": "the new one"})
    assert refused.value.code == 400
    fleet.child.stop()
    assert out_of_sync(Dcmanager(simulator(**options).url)) >= online
