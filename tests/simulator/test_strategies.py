"""Strategies of dcmanager: who gets a step, the window, failures, abort, delete; and what sites are like afterwards."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.fleet import Simulator
from tests.simulator.campaigns import PATH, RELEASE, Campaign, campaign, software
from tests.simulator.cloud_calls import Dcmanager
from tests.simulator.quiet import PASSWORD, affecting, site_of
from tests.simulator.site_calls import Row
from tests.waiting import wait_until


@pytest.fixture
def run(simulator: Callable[..., Simulator]) -> Campaign:
    return campaign(simulator, subclouds=14)


def fault(run: Campaign, kind: str, names: str, **options: Any) -> int:
    body = {"kind": kind, "controller": 1, "subcloud": names, "options": options}
    number: int = run.fleet.control("faults", body)["id"]
    return number


def releases_of(run: Campaign, name: str) -> dict[str, str]:
    (row,) = run.subclouds([name])
    return {one["release_id"]: one["state"] for one in site_of(run.fleet, row).get("/usm/v1/release").json()}


def test_a_whole_campaign(run: Campaign) -> None:
    before = {row["name"]: row for row in run.dcm.subclouds()}
    eligible = {
        name
        for name, row in before.items()
        if (row["management-state"], row["availability-status"], software(row)) == ("managed", "online", "out-of-sync")
    }
    created = run.deploy(
        subcloud_apply_type="parallel", max_parallel_subclouds=4, stop_on_failure="false", delete="true"
    )
    assert created.status == 200
    row = created.json()
    assert (row["state"], row["max-parallel-subclouds"], row["stop-on-failure"], row["updated-at"]) == (
        "initial",
        4,
        False,
        None,
    )
    assert row["extra-args"]["sysadmin_password"] == PASSWORD
    assert "T" in row["created-at"]
    assert "T" not in run.row()["created-at"]
    assert set(run.states()) == eligible
    assert [step["stage"] for step in run.steps()] == ["Create"] * len(eligible)
    assert run.act("apply").json()["state"] == "applying"

    most, offline, deploying, percents = 0, set(), set(), set()

    def watched() -> bool:
        nonlocal most
        running = [step for step in run.steps() if step["stage"] == "Apply"]
        most = max(most, len(running))
        percents.update(step["details"] for step in running if "%" in step["details"])
        for one in run.dcm.subclouds():
            if one["deploy-status"] == "sw-deploy-in-progress":
                deploying.add(one["name"])
                assert software(one) in ("out-of-sync", "unknown")
                offline.update([one["name"]] if one["availability-status"] == "offline" else [])
        return run.row()["state"] not in ("applying",)

    wait_until(watched, timeout=90, every=0.02)
    assert run.row()["state"] == "complete"
    assert most == 4
    assert set(run.states().values()) == {"complete"}
    simplex = {
        name for name in eligible if site_of(run.fleet, before[name]).rows("isystems")[0]["system_mode"] == "simplex"
    }
    assert deploying
    assert offline <= simplex
    assert any(text.startswith("apply phase is ") for text in percents)
    wait_until(lambda: {software(row) for row in run.subclouds(eligible)} == {"in-sync"})
    for name in eligible:
        assert run.dcm.subcloud(before[name]["id"])["deploy-status"] == "complete"
        assert run.dcm.subcloud(before[name]["id"])["prestage-status"] == "complete"
        releases = site_of(run.fleet, before[name]).get("/usm/v1/release").json()
        assert [one["release_id"] for one in releases if one["state"] == "deployed"][-1] == RELEASE
    starts = [(step["started-at"], step["id"]) for step in run.steps()]
    assert starts == sorted(starts)
    assert run.delete().json()["state"] == "deleting"
    run.gone()
    assert run.steps() == []
    assert run.deploy().json()["description"].endswith("Strategy has no steps to apply")


def test_refusals(run: Campaign) -> None:
    """Each with its status and word."""
    refused = "Unable to create strategy of type 'sw-deploy': Bad strategy request: "
    names = [row["name"] for row in run.dcm.subclouds()]
    for body, status, text in (
        ({"type": "miracle"}, 400, "type invalid"),
        ({"type": None}, 400, "type required"),
        ({}, 400, "Release ID is required"),
        ({"release_id": "starlingx-27.03.0"}, 400, "not found or not deployed"),
        ({"release_id": ["x"]}, 400, "release_id"),
        ({"release_id": RELEASE, "stop_on_failure": True}, 400, "stop-on-failure invalid"),
        ({"release_id": RELEASE, "force": "perhaps"}, 400, "force"),
        ({"release_id": RELEASE, "cloud_name": names[0], "subcloud_group": "1"}, 400, "mutually exclusive"),
        ({"release_id": RELEASE, "subcloud_group": "1", "subcloud_apply_type": "serial"}, 400, "not allowed"),
        ({"release_id": RELEASE, "subcloud_group": "nosuch"}, 400, "group"),
        ({"release_id": RELEASE, "max_parallel_subclouds": 5001}, 400, "5000"),
        ({"release_id": RELEASE, "max_parallel_subclouds": "many"}, 400, "many"),
        ({"release_id": RELEASE, "sysadmin_password": PASSWORD}, 400, "with_prestage"),
        ({"release_id": RELEASE, "with_prestage": True, "max_parallel_subclouds": 251}, 400, "250"),
        ({"release_id": RELEASE, "with_prestage": True}, 400, "sysadmin_password required"),
        ({"release_id": RELEASE, "rollback": True}, 400, "rollback"),
        ({"release_id": RELEASE, "rollback": "false"}, 400, "rollback"),  # any text is true
        ({"rollback": True, "snapshot": True}, 400, "snapshot"),
        ({"cleanup": True, "with_prestage": True, "sysadmin_password": PASSWORD}, 400, "cleanup"),
        ({"release_id": RELEASE, "cloud_name": "nosuch"}, 422, refused + "Subcloud nosuch does not exist"),
        ({"type": "kubernetes", "to_version": "v9.9.9"}, 400, "to-version"),
        ({"type": "kube-rootca-update", "subject": "O=us", "force": "true"}, 422, "CN="),
        ({"type": "kube-rootca-update", "expiry_date": "2020-01-01", "force": "true"}, 422, "24 hours"),
        ({"type": "prestage"}, 400, "sysadmin_password required"),
        ({"type": "firmware", "cloud_name": in_sync(run, "firmware")}, 422, "does not require firmware update"),
    ):
        answer = run.create(**body)
        assert (answer.status, text in answer.json()["description"]) == (status, True), (body, answer.body)
    assert run.act("apply").status == 422
    assert run.act("dance").status == 400
    assert run.delete().status == 422
    wait_until(lambda: run.deploy().status == 200, what="taken, once no site is unknown")
    again = run.deploy()
    assert again.json()["description"] == refused + "Strategy of type: 'sw-deploy' already exists"
    assert run.act("abort").json()["description"].endswith("Strategy in state initial cannot be aborted")
    assert Dcmanager(run.fleet.url, user="portal-reader").send(PATH, {"type": "firmware"}).status == 403


def in_sync(run: Campaign, endpoint: str) -> str:
    wanted = {"endpoint_type": endpoint, "sync_status": "in-sync"}
    name: str = next(row["name"] for row in run.dcm.subclouds() if wanted in row["endpoint_sync_status"])
    return name


def test_unknown_site_blocks_everybody_unnamed(run: Campaign) -> None:
    row = run.dcm.pick({"management-state": "unmanaged", "availability-status": "online"})
    run.fleet.control("faults", {"kind": "slow", "controller": 1, "subcloud": row["id"], "options": {"seconds": 0}})
    assert run.dcm.patch_form(f"/v1.0/subclouds/{row['id']}", management_state="managed").status == 200
    answer = run.deploy()  # its endpoints have not been looked at yet
    assert answer.status == 422
    assert "software sync status is unknown for one or more subclouds" in answer.json()["description"]
    assert row["name"] not in answer.json()["description"]
    wait_until(lambda: run.deploy().status == 200)


def test_not_prestaged_sites_fail_the_pre_check(run: Campaign) -> None:
    """Without with_prestage only sites that have the release get any further."""
    wait_until(
        lambda: run.create(release_id=RELEASE, max_parallel_subclouds=20).status == 200,
        what="taken, once no site is unknown",
    )
    prestaged = {
        row["name"]
        for row in run.subclouds(run.states())
        if site_of(run.fleet, row).get(f"/usm/v1/release/{RELEASE}").status == 200
    }
    run.act("apply")
    assert run.over()["state"] == "failed"
    for step in run.steps():
        if step["cloud"] in prestaged:
            assert step["state"] == "complete"
        else:
            assert (step["state"], step["details"]) == (
                "failed",
                f"sw-deploy pre-check: Release {RELEASE} is not prestaged.",
            )
    failed = next(row for row in run.subclouds(run.states()) if row["name"] not in prestaged)
    assert (failed["deploy-status"], "not prestaged" in failed["error-description"]) == ("complete", True)
    run.delete()
    run.gone()
    wait_until(lambda: run.deploy().status == 200, what="taken, once no site is unknown")
    assert run.dcm.subcloud(failed["id"])["error-description"] == "No errors present"  # creating wipes it


def test_failure_without_stop(run: Campaign) -> None:
    wait_until(
        lambda: run.deploy(max_parallel_subclouds=20, delete="true").status == 200,
        what="taken, once no site is unknown",
    )
    victim, alarming = list(run.states())[:2]
    fault(run, "patch-fails", victim, phase="apply", times=1)
    fault(run, "patch-raises-alarm", alarming)
    run.act("apply")
    assert run.over()["state"] == "failed"
    states = run.states()
    assert [name for name, state in states.items() if state == "failed"] == [victim]
    step = run.dcm.ask(f"{PATH}/steps/{victim}").json()
    assert step["details"].startswith("apply VIM sw-deploy strategy: VIM strategy apply failed: ")
    (row,) = run.subclouds([victim])
    assert row["deploy-status"] == "sw-deploy-apply-strategy-failed"
    assert "upgrade-hosts failed" in row["error-description"]
    (other,) = run.subclouds([alarming])
    wait_until(lambda: "200.006" in affecting(site_of(run.fleet, other)))
    wait_until(lambda: {row["name"]: software(row) for row in run.subclouds(states)}[alarming] == "in-sync")
    assert software(run.subclouds([victim])[0]) == "out-of-sync"
    run.delete()
    run.gone()
    wait_until(
        lambda: run.deploy(delete="true").status == 200, what="retry, once no site that rebooted is unknown any more"
    )
    assert list(run.states()) == [victim]
    run.act("apply")
    assert run.over()["state"] == "complete"
    assert run.subclouds([victim])[0]["deploy-status"] == "complete"


def test_stop_on_failure(run: Campaign) -> None:
    wait_until(
        lambda: run.deploy(max_parallel_subclouds=2, stop_on_failure="true").status == 200,
        what="taken, once no site is unknown",
    )
    first, second, *others = run.states()
    fault(run, "patch-fails", first, phase="prestage")
    run.act("apply")
    wait_until(lambda: run.row()["state"] == "failed")
    assert {run.states()[name] for name in others} == {"initial"}
    wait_until(lambda: run.states()[second] == "complete", timeout=60)  # what runs goes on to its end
    assert run.states()[first] == "failed"
    assert {run.states()[name] for name in others} == {"initial"}
    run.delete()
    assert set(run.states()) <= {first, second}  # waiting steps vanish at once
    run.gone()


def test_abort(run: Campaign) -> None:
    wait_until(lambda: run.deploy(max_parallel_subclouds=2).status == 200, what="taken, once no site is unknown")
    first, second, *others = run.states()
    run.act("apply")
    wait_until(lambda: run.states()[first] != "initial", every=0.005)
    assert run.act("abort").json()["state"] == "abort requested"
    assert {run.states()[name] for name in others} == {"aborted"}
    assert run.delete().status == 422
    assert run.over()["state"] == "aborted"
    assert {run.states()[first], run.states()[second]} == {"complete"}  # they ran on
    assert run.act("apply").json()["description"].endswith("Strategy in state aborted cannot be applied")


def test_group_parameters_are_copied_and_membership_may_change(run: Campaign) -> None:
    rows = [row for row in run.dcm.subclouds() if software(row) == "out-of-sync"][:3]
    body = {"name": "wave", "description": "d", "update_apply_type": "parallel", "max_parallel_subclouds": 3}
    run.dcm.send("/v1.0/subcloud-groups", body)
    for row in rows:
        assert run.dcm.patch_form(f"/v1.0/subclouds/{row['id']}", group_id="wave").status == 200
    created = run.deploy(subcloud_group="wave").json()
    assert (created["subcloud-apply-type"], created["max-parallel-subclouds"]) == ("parallel", 3)
    for row in rows:
        run.dcm.patch_form(f"/v1.0/subclouds/{row['id']}", group_id=str(row["group_id"]))
    assert run.dcm.ask("/v1.0/subcloud-groups/wave", "DELETE").status == 200
    assert list(run.states()) == [row["name"] for row in rows]
    run.act("apply")
    assert run.over()["state"] == "complete"


def test_sites_that_change_meanwhile(run: Campaign) -> None:
    """Unmanaged before its turn, offline at its turn, cut off while it is at work."""
    wait_until(lambda: run.deploy(subcloud_apply_type="serial").status == 200, what="taken, once no site is unknown")
    rows = {row["name"]: row for row in run.subclouds(run.states())}
    unmanaged, offline = list(rows)[1:3]
    run.dcm.patch_form(f"/v1.0/subclouds/{rows[unmanaged]['id']}", management_state="unmanaged")
    cut = site_of(run.fleet, rows[offline]).break_it("wan-cut")
    run.act("apply")
    wait_until(lambda: run.states()[offline] == "failed", timeout=90)
    details = {step["cloud"]: step["details"] for step in run.steps()}
    assert details[unmanaged] == f"Subcloud {unmanaged} is unmanaged."
    assert details[offline] == "sw-deploy pre-check: Get VIM client failed."
    run.fleet.control(f"faults/{cut}", method="DELETE")
    working = next(name for name, state in run.states().items() if state not in ("complete", "failed"))
    wait_until(lambda: run.states()[working].startswith("apply VIM"), timeout=60, every=0.01)
    cut = site_of(run.fleet, rows[working]).break_it("wan-cut")
    wait_until(lambda: site_strategy(run, rows[working]) == "", timeout=10)
    run.fleet.control(f"faults/{cut}", method="DELETE")
    wait_until(lambda: run.states()[working] == "complete", timeout=60)  # the VIM went on without anybody watching


def site_strategy(run: Campaign, row: Row) -> str:
    try:
        current = site_of(run.fleet, row).get("/nfv/api/orchestration/current-strategy/strategy").json()["strategy"]
    except OSError:
        return ""
    return str(current and current["state"])


def test_alarms_block_the_vim(run: Campaign) -> None:
    wait_until(lambda: run.deploy(max_parallel_subclouds=20).status == 200, what="taken, once no site is unknown")
    name = next(iter(run.states()))
    (row,) = run.subclouds([name])
    run.act("apply")
    wait_until(lambda: run.states()[name] == "prestaging-images", every=0.005)
    site_of(run.fleet, row).raise_alarm("100.121", "host=controller-0.kernel=lowlatency", "major")
    wait_until(lambda: run.states()[name] == "failed", timeout=60)
    details = next(step["details"] for step in run.steps() if step["cloud"] == name)
    assert details == "create VIM sw-deploy strategy: VIM strategy build failed: active alarms present [ 100.121 ]"
    assert run.subclouds([name])[0]["deploy-status"] == "sw-deploy-apply-strategy-failed"


def test_restart_of_the_simulator_changes_nothing(simulator: Callable[..., Simulator], tmp_path: Path) -> None:
    options: dict[str, Any] = {"subclouds": 10, "speed": 1000, "state_dir": tmp_path}
    run = campaign(simulator, **options)
    run.deploy(max_parallel_subclouds=3)
    run.act("apply")
    names = list(run.states())
    wait_until(lambda: "complete" in run.states().values(), timeout=60)
    before = [step for step in run.steps() if step["state"] == "complete"]
    run.fleet.child.stop()
    again = Campaign(simulator(**{"seed": 4, **options}))
    assert list(again.states()) == names
    assert [step for step in again.steps() if step["id"] in {one["id"] for one in before}] == before
    assert again.row()["extra-args"]["sysadmin_password"] == PASSWORD
    assert again.over(timeout=90)["state"] == "complete"


def test_restart_of_the_controller_is_survived(run: Campaign) -> None:
    run.deploy(max_parallel_subclouds=20)
    run.act("apply")
    wait_until(lambda: "applying" in str(run.row()["state"]) and any("VIM" in state for state in run.states().values()))
    run.fleet.control("faults", {"kind": "controller-restart", "controller": 1, "seconds": 0.3})
    wait_until(lambda: not run.fleet.control("faults")["faults"])
    assert run.over()["state"] == "complete"


@pytest.mark.parametrize(
    ("kind", "endpoint", "states"),
    [
        ("kubernetes", "kubernetes", {"kube upgrade pre check", "kube applying vim kube upgrade strategy"}),
        ("firmware", "firmware", {"importing firmware", "applying fw update strategy"}),
        ("kube-rootca-update", "kube-rootca", {"applying vim kube rootca update strategy"}),
    ],
)
def test_other_types(simulator: Callable[..., Simulator], kind: str, endpoint: str, states: set[str]) -> None:
    run = campaign(simulator, subclouds=60, speed=200, seed=36)  # so that every state lasts for some looks
    arguments = {"subject": "O=us CN=edge", "expiry_date": "2030-01-01"} if kind == "kube-rootca-update" else {}
    created = run.create(type=kind, max_parallel_subclouds=200, **arguments)
    assert created.status == 200, created.body
    targets = set(run.states())
    seen: set[str] = set()
    run.act("apply")

    def over() -> bool:
        seen.update(run.states().values())
        return run.row()["state"] not in ("applying",)

    wait_until(over, timeout=170, every=0.01)
    assert states <= seen
    assert "sw-deploy-in-progress" not in {row["deploy-status"] for row in run.dcm.subclouds()}
    done = {name for name, state in run.states().items() if state == "complete"}
    assert done == targets

    def synced() -> bool:
        rows = run.subclouds(done)
        return all(
            {"endpoint_type": endpoint, "sync_status": "in-sync"} in row["endpoint_sync_status"]
            for row in rows
            if endpoint != "kubernetes" or row["software-version"] == "26.03"  # others are more than one step behind
        )

    wait_until(synced, timeout=10)


def test_prestage_strategy(run: Campaign) -> None:
    fields = {"type": "prestage", "sysadmin_password": PASSWORD, "for_sw_deploy": "true", "release": "26.09"}
    assert run.create(max_parallel_subclouds=251, **fields).status == 400
    assert run.create(max_parallel_subclouds=50, **fields).json()["extra-args"]["for_sw_deploy"] is True
    names = list(run.states())
    run.act("apply")
    wait_until(lambda: any(row["prestage-status"] == "prestaging" for row in run.subclouds(names)), every=0.01)
    assert run.over()["state"] == "complete"
    assert {row["prestage-status"] for row in run.subclouds(names)} == {"complete"}
    run.delete()
    run.gone()
    wait_until(
        lambda: run.create(release_id=RELEASE, max_parallel_subclouds=50).status == 200,
        what="taken, once no site is unknown",
    )  # now nothing needs to be copied
    run.act("apply")
    assert run.over(timeout=90)["state"] == "complete"


def test_rollback_after_a_failed_deployment(run: Campaign) -> None:
    wait_until(
        lambda: run.deploy(cloud_name=in_sync(run, "firmware")).status == 200, what="taken, once no site is unknown"
    )
    (name,) = run.states()
    number = fault(run, "patch-fails", name, phase="apply")
    run.act("apply")
    assert run.over()["state"] == "failed"
    run.fleet.control(f"faults/{number}", method="DELETE")
    run.delete()
    run.gone()
    wait_until(lambda: run.create(rollback=True, cloud_name=name).status == 200, what="taken, once no site is unknown")
    run.act("apply")
    assert run.over()["state"] == "complete"
    row = run.known(name)
    assert (row["deploy-status"], software(row)) == ("complete", "out-of-sync")
    assert site_of(run.fleet, row).get("/usm/v1/deploy").json() == []
