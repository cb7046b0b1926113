"""Writes whose outcome their sender cannot know: late, lost, in turn; and the request log that knows it."""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from typing import Any

import pytest

from tests.fixtures.cluster import CHECKOUT
from tests.fixtures.fleet import Simulator
from tests.simulator.cloud_calls import Dcmanager, call
from tests.simulator.new_sites import PASSWORD, SECRETS, NewSite, bootstrap, text
from tests.waiting import wait_until

Make = Callable[[], NewSite]
RPC = 1.0  # sixty seconds in a fleet that is sixty times as fast


@pytest.fixture
def dcmanager(workshop: Simulator) -> Dcmanager:
    return Dcmanager(workshop.url)


@pytest.fixture
def site(dcmanager: Dcmanager) -> dict[str, Any]:
    return dcmanager.pick({"management-state": "managed", "availability-status": "online"})


@pytest.fixture
def logged(workshop: Simulator) -> Callable[..., list[dict[str, Any]]]:
    """The writes since the fixture was made whose path ends so."""
    start = workshop.control("requests")["next"]

    def rows(ending: str) -> list[dict[str, Any]]:
        found = workshop.control(f"requests?since={start}")["requests"]
        return [row for row in found if row["effect"] is not None and row["path"].endswith(ending)]

    return rows


def describe(dcmanager: Dcmanager, row: dict[str, Any], words: str) -> int:
    return dcmanager.patch_form(f"/v1.0/subclouds/{row['id']}", description=words).status


def test_rpc_that_takes_longer_than_a_minute(
    dcmanager: Dcmanager, site: dict[str, Any], broken_workshop: Any, logged: Any
) -> None:
    broken_workshop("rpc-slow", seconds=150)
    answer = dcmanager.patch_form(f"/v1.0/subclouds/{site['id']}", description="late")
    assert (answer.status, answer.json()["description"]) == (500, "Unable to update subcloud")
    (row,) = logged(f"/subclouds/{site['id']}")
    assert row["at"] - row["began"] >= RPC
    assert (row["status"], row["effect"]) == (500, False)  # not yet
    assert dcmanager.subcloud(site["id"])["description"] != "late"
    wait_until(lambda: dcmanager.subcloud(site["id"])["description"] == "late")
    (row,) = logged(f"/subclouds/{site['id']}")
    assert (row["effect"], row["commands"]) == (True, ["subcloud.update"])


def test_rpc_that_is_slow_but_in_time(dcmanager: Dcmanager, site: dict[str, Any], broken_workshop: Any) -> None:
    broken_workshop("rpc-slow", seconds=20)
    assert describe(dcmanager, site, "in time") == 200
    assert dcmanager.subcloud(site["id"])["description"] == "in time"


def test_late_work_may_still_be_refused(dcmanager: Dcmanager, site: dict[str, Any], broken_workshop: Any) -> None:
    broken_workshop("rpc-slow", seconds=61)
    path = f"/v1.0/subclouds/{site['id']}"
    assert dcmanager.patch_form(path, management_state="managed").status == 500  # it is managed already
    assert dcmanager.subcloud(site["id"])["management-state"] == "managed"


def test_restart_loses_what_the_manager_had_not_begun(
    dcmanager: Dcmanager, site: dict[str, Any], broken_workshop: Any, workshop: Simulator, logged: Any
) -> None:
    slow = broken_workshop("rpc-slow", seconds=120)
    assert describe(dcmanager, site, "never") == 500
    restart = workshop.control("faults", {"kind": "controller-restart", "controller": 1, "seconds": 60})
    workshop.control(f"faults/{restart['id']}", method="DELETE")
    workshop.control(f"faults/{slow}", method="DELETE")
    assert describe(dcmanager, site, "afterwards") == 200
    timer = broken_workshop("clock-skew", site["id"], for_seconds=1.5)  # longer than the lost request would have taken
    wait_until(lambda: timer not in [fault["id"] for fault in workshop.control("faults")["faults"]])
    assert dcmanager.subcloud(site["id"])["description"] == "afterwards"
    assert [row["effect"] for row in logged(f"/subclouds/{site['id']}")] == [False, True]


def test_create_that_hangs(new_site: Make, broken_workshop: Any, workshop: Simulator) -> None:
    """The row is there, the answer is 500, and when the phase goes on it ends well."""
    one = new_site()
    fault = broken_workshop("deploy-stuck", one.name, phase="create")
    answer = one.create()
    assert (answer.status, answer.json()["description"]) == (500, "Unable to create subcloud")
    one.id = one.dcmanager.subcloud(one.name)["id"]
    assert one.status() == "creating"
    workshop.control(f"faults/{fault}", method="DELETE")
    one.wait_for("create-complete")
    assert one.create().status == 409


def test_answer_that_is_lost(dcmanager: Dcmanager, site: dict[str, Any], broken_workshop: Any, logged: Any) -> None:
    broken_workshop("lost-answer", how="error", status=502, times=1, service="dcmanager")
    assert describe(dcmanager, site, "kept") == 502
    assert dcmanager.subcloud(site["id"])["description"] == "kept"
    assert describe(dcmanager, site, "again") == 200  # only once
    assert [(row["status"], row["effect"]) for row in logged(f"/subclouds/{site['id']}")] == [(502, True), (200, True)]


def test_connection_that_is_dropped_after_the_effect(
    dcmanager: Dcmanager, site: dict[str, Any], broken_workshop: Any, logged: Any
) -> None:
    broken_workshop("lost-answer", how="drop", path=f"/subclouds/{site['id']}")
    with pytest.raises((OSError, HTTPException)):
        describe(dcmanager, site, "dropped")
    assert dcmanager.subcloud(site["id"])["description"] == "dropped"
    (row,) = logged(f"/subclouds/{site['id']}")
    assert (row["status"], row["effect"]) == (0, True)


def test_refusals_keep_their_answer(dcmanager: Dcmanager, site: dict[str, Any], broken_workshop: Any) -> None:
    broken_workshop("lost-answer", how="drop")
    assert dcmanager.patch_form(f"/v1.0/subclouds/{site['id']}", group_id="nosuch").status == 400
    assert dcmanager.subcloud(site["id"])["id"] == site["id"]  # reads too


def test_restart_while_a_create_waits(new_site: Make, broken_workshop: Any, workshop: Simulator) -> None:
    one = new_site()
    broken_workshop("deploy-stuck", one.name, phase="create")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(one.create)
        wait_until(lambda: one.dcmanager.ask(f"/v1.0/subclouds/{one.name}").status == 200)
        body = {"kind": "controller-restart", "controller": 1, "seconds": 2, "options": {"mode": "503"}}
        workshop.control("faults", body)
        assert waiting.result().status == 503
    wait_until(lambda: one.dcmanager.ask(f"/v1.0/subclouds/{one.name}").status == 200)
    row = one.dcmanager.subcloud(one.name)
    assert (row["deploy-status"], row["error-description"]) == ("create-failed", "No errors present")


def test_writes_of_a_kind_come_one_at_a_time(
    new_site: Make, dcmanager: Dcmanager, site: dict[str, Any], broken_workshop: Any, logged: Any
) -> None:
    """An update holds the lock of subclouds while it waits: an add has to wait, a phased verb has not."""
    one = new_site()
    broken_workshop("rpc-slow", seconds=50)
    with ThreadPoolExecutor(3) as pool:
        update = pool.submit(describe, dcmanager, site, "first")
        wait_until(update.running)
        others = [pool.submit(one.add), pool.submit(one.verb, "install")]
        assert [update.result(), others[0].result().status, others[1].result().status] == [200, 200, 404]
    (updated,), (added,), (phased,) = (
        logged(ending) for ending in (f"/subclouds/{site['id']}", "/v1.0/subclouds", "/0/install")
    )
    first, second = sorted((updated, added), key=lambda row: row["at"])
    assert phased["at"] < max(first["at"], second["at"])
    if first is updated:  # else the add was quicker to the lock
        assert added["at"] >= updated["at"]


def test_log_shows_what_was_asked_and_no_secret(new_site: Make, workshop: Simulator, logged: Any) -> None:
    one = new_site()
    assert one.add(group_id="2").status == 200
    (row,) = logged("/v1.0/subclouds")
    asked = row["asked"]
    assert asked["group_id"] == "2"
    assert asked["bootstrap-address"] == one.form()["fields"]["bootstrap-address"]
    assert asked["sysadmin_password"] == asked["bmc_password"] == "***"
    assert asked["bootstrap_values"] == {"file": "bootstrap_values.yml", "name": one.name}
    assert asked["install_values"]["bootstrap_address"].startswith("10.")
    assert asked["deploy_config"] == {"file": "deploy_config.yml"}
    assert (row["effect"], row["commands"], row["status"]) == (True, ["subcloud.add"], 200)
    one.dcmanager.send_form("/v1.0/subclouds", {"secret_word": "x" * 500, "long": "x" * 5000})
    one.dcmanager.send("/v1.0/subcloud-groups", {"name": "g", "nested": {"password": "Pass*4", "deep": [1, 2]}})
    shown = text(workshop.control("requests?since=0"))
    for secret in (PASSWORD, SECRETS["bmc_password"], "Registry*4", "Pass*4", "x" * 201):
        assert secret not in shown
    assert logged("/v1.0/subcloud-groups")[0]["asked"]["nested"] == {"password": "***", "deep": [1, 2]}


def test_log_of_reads_and_of_bodies_nobody_read(workshop: Simulator, dcmanager: Dcmanager) -> None:
    start = workshop.control("requests")["next"]
    dcmanager.subclouds()
    dcmanager.ask("/v1.0/subclouds/1", "PATCH", b"\xff", Content_Type="multipart/form-data; boundary=x")
    call(f"{workshop.url}/c1/dcmanager/v1.0/subclouds", "POST", b"")
    rows = workshop.control(f"requests?since={start}")["requests"]
    read, broken, anonymous = rows[-3:]
    assert (read["asked"], read["effect"], read["commands"]) == (None, None, [])
    assert (broken["status"], broken["asked"], broken["effect"]) == (500, None, False)
    assert (anonymous["status"], anonymous["effect"]) == (401, False)


def test_two_hundred_at_once(workshop: Simulator) -> None:
    """Adding is handed over to the manager: it stays quick however many come."""
    dcmanager = Dcmanager(workshop.url, controller=2)
    assert dcmanager.token
    sites = [NewSite(dcmanager, number) for number in range(2000, 2200)]
    forms = [site.form() for site in sites]
    for site, form in zip(sites, forms, strict=True):
        form["files"]["bootstrap_values"] = text(bootstrap(site.number))
    start = workshop.control("requests")["next"]
    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda form: dcmanager.send_form("/v1.0/subclouds", **form), forms))
    assert [answer.status for answer in answers] == [200] * 200
    assert len({answer.json()["id"] for answer in answers}) == 200
    rows = [row for row in workshop.control(f"requests?since={start}")["requests"] if row["effect"]]
    assert sorted(row["asked"]["bootstrap_values"]["name"] for row in rows) == sorted(site.name for site in sites)
    assert max(row["at"] for row in rows) - min(row["began"] for row in rows) < 20


def test_faults_of_work_on_the_command_line(workshop: Simulator) -> None:
    command = [sys.executable, "-m", "simulator"]
    options = ["--subcloud", "new-9001, new-9002", "--phase", "bootstrap", "--cause", "ssh", "--times", "2"]
    port = ["--port", str(workshop.port)]
    done = subprocess.run(
        [*command, "fault", "deploy-fails", *options, *port], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    assert done.stdout.endswith("deploy-fails on new-9001, new-9002\n")
    listed = subprocess.run([*command, "faults", *port], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert "deploy-fails on new-9001, new-9002 {'phase': 'bootstrap', 'cause': 'ssh', 'times': 2}" in listed.stdout
    workshop.control(f"faults/{done.stdout.split()[1].rstrip(':')}", method="DELETE")
    lunch = [*command, "fault", "deploy-fails", "--phase", "lunch", *port]
    wrong = subprocess.run(lunch, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert "phase must be one of create, pre-install, install" in wrong.stderr
