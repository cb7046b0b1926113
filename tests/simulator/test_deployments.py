"""What becomes of deployments in time: every status in order, failures, aborts, restarts; on a clock the test moves."""

import math
from typing import Any

import pytest

from simulator.dcmanager import error_texts, phases
from simulator.dcmanager.deploy_states import TWINS
from simulator.dcmanager.lifecycle import NO_ERRORS
from simulator.dcmanager.listing import Listing
from simulator.fault_kinds import CAUSES, PHASES
from simulator.faults import ANY_NAME
from tests.simulator.desk import Desk

CREATE = ["not-deployed", "creating", "create-complete"]
INSTALL = ["pre-install", "installing", "install-complete"]
BOOTSTRAP = ["pre-bootstrap", "bootstrapping", "bootstrap-complete"]
CONFIGURE = ["pre-config", "configuring", "complete"]
ENROLL = [
    "pre-init-enroll",
    "initiating-enroll",
    "init-enroll-complete",
    "pre-enroll",
    "pre-enroll-complete",
    "enrolling",
    "enroll-complete",
]
WHOLE = ["create", "install", "bootstrap", "configure"]
FAILED = {
    "create": "create-failed",
    "pre-install": "pre-install-failed",
    "install": "install-failed",
    "pre-bootstrap": "pre-bootstrap-failed",
    "bootstrap": "bootstrap-failed",
    "pre-config": "pre-config-failed",
    "configure": "config-failed",
    "pre-init-enroll": "pre-init-enroll-failed",
    "init-enroll": "init-enroll-failed",
    "pre-enroll": "pre-enroll-failed",
    "enroll": "enroll-failed",
    "pre-rehome": "rehome-prep-failed",
    "rehome": "rehome-failed",
}


@pytest.fixture
def desk() -> Desk:
    return Desk(subclouds=4)


def fail(desk: Desk, phase: str, names: list[str], kind: str = "deploy-fails", **options: Any) -> int:
    return desk.world.inject(kind, [], None, {"phase": phase, **options}, names, 1).id


def phases_with(phase: str) -> list[str]:
    """What to run so that the phase comes up."""
    if "enroll" in phase:
        return ["create", "enroll"]
    return ["rehome"] if "rehome" in phase else WHOLE


@pytest.mark.parametrize(
    ("work", "statuses"),
    [
        (WHOLE, [*CREATE, *INSTALL, *BOOTSTRAP, *CONFIGURE]),
        (["create", "bootstrap", "configure"], [*CREATE, *BOOTSTRAP, *CONFIGURE]),
        (["create", "install", "bootstrap"], [*CREATE, *INSTALL, *BOOTSTRAP, "complete"]),
        (["create", "enroll"], [*CREATE, *ENROLL, "complete"]),
        (["create", "enroll", "configure"], [*CREATE, *ENROLL, *CONFIGURE]),
        (["rehome"], ["not-deployed", "pre-rehome", "rehoming", "complete"]),
    ],
)
def test_every_status_comes_in_order(desk: Desk, work: list[str], statuses: list[str]) -> None:
    assert desk.statuses(desk.add(1, work)) == statuses


def test_phases_take_their_time(desk: Desk) -> None:
    cloud, born = desk.add(1, WHOLE), desk.now
    times = {}
    for _ in desk.steps(cloud):
        times.setdefault(desk.deploy(cloud), desk.now)
    assert 20 * 60 <= times["install-complete"] - times["installing"] <= 35 * 60
    assert 20 * 60 <= times["bootstrap-complete"] - times["bootstrapping"] <= 30 * 60
    assert 10 * 60 <= times["complete"] - times["configuring"] <= 20 * 60
    assert times["complete"] - born < 90 * 60
    second = desk.add(2, WHOLE)
    lengths = {desk.register.marks(one, desk.register.records[one.key])[-1].at for one in (cloud, second)}
    assert len(lengths) == 2  # each site draws its own


def test_online_after_complete_at_the_next_pass(desk: Desk) -> None:
    cloud = desk.add(1, WHOLE)
    offline_in = set()
    for _ in desk.steps(cloud):
        if desk.register.seen(cloud).availability.online:
            break
        offline_in.add(desk.deploy(cloud))
        assert not desk.world.reachable(cloud) or desk.deploy(cloud) == "complete"
    assert {"installing", "bootstrapping", "configuring", "complete"} <= offline_in
    assert desk.register.passes[1].time(desk.register.passes[1].last(desk.now + 0.001)) == pytest.approx(desk.now)
    assert set(desk.endpoints(cloud).values()) == {"unknown"}
    desk.world.do("subcloud.update", controller=1, id=cloud.id, changes={"management": "managed"})
    desk.now += 900
    assert set(desk.endpoints(cloud).values()) == {"in-sync"}
    assert desk.world.alarms.counts(cloud, desk.now) == (0, 0, 0, 0)


@pytest.mark.parametrize("phase", FAILED)
def test_failure_in_each_phase(desk: Desk, phase: str) -> None:
    fail(desk, phase, ["new-0001"])  # the site does not exist yet
    cloud = desk.add(1, phases_with(phase))
    statuses = desk.statuses(cloud)
    seen = desk.register.seen(cloud)
    assert statuses[-1] == FAILED[phase]
    assert TWINS[statuses[-2]] == statuses[-1]
    assert "new-0001" in seen.error
    assert not seen.availability.online
    other = desk.add(2, phases_with(phase))
    assert desk.statuses(other)[-1] == "complete"


def test_every_phase_and_cause_of_the_command_is_known() -> None:
    stages = [one.phase for stages in phases.PHASES.values() for one in stages if one.phase]
    assert {*stages, "abort"} == set(PHASES)
    assert set(CAUSES) == set(error_texts.CAUSES)
    for phase in PHASES:
        for cause in (None, *CAUSES):
            text = error_texts.failure("x" * 255, phase, cause)
            assert len(text) <= 2048
            assert "x" * 255 in text
    assert "err_code=bmc_cred" in error_texts.failure("site", "install", "bmc_cred")


def test_faults_strike_as_often_as_told_and_each_site_alone(desk: Desk) -> None:
    fail(desk, "install", [ANY_NAME], times=2)
    cloud = desk.add(1, WHOLE)
    outcomes = [desk.statuses(cloud)[-1]]
    for _ in range(2):
        desk.office.deployments.deploy(cloud, ["install", "bootstrap", "configure"])
        outcomes.append(desk.statuses(cloud)[-1])
    assert outcomes == ["install-failed", "install-failed", "complete"]
    other = desk.add(2, WHOLE)
    assert desk.statuses(other)[-1] == "install-failed"
    # deleting and adding again does not make the fault fresh
    desk.office.deployments.deploy(other, ["install", "bootstrap", "configure"])
    assert desk.statuses(other)[-1] == "install-failed"
    desk.world.do("subcloud.delete", controller=1, id=other.id)
    assert desk.statuses(desk.add(2, WHOLE))[-1] == "complete"


def test_an_ended_fault_leaves_what_it_did(desk: Desk) -> None:
    identifier = fail(desk, "install", ["new-0001"])
    cloud = desk.add(1, WHOLE)
    desk.wait(cloud, "install-failed")
    desk.world.end_fault(identifier)
    assert desk.deploy(cloud) == "install-failed"
    desk.office.deployments.deploy(cloud, ["install"])
    assert desk.statuses(cloud)[-1] == "install-complete"
    assert desk.register.seen(cloud).error == NO_ERRORS


def test_fault_by_id_and_by_name_of_a_running_deployment(desk: Desk) -> None:
    cloud = desk.add(1, WHOLE)
    desk.wait(cloud, "installing")
    desk.world.inject("deploy-fails", [cloud], None, {"phase": "install"})
    assert desk.statuses(cloud)[-1] == "install-failed"
    second = desk.add(2, WHOLE)
    desk.wait(second, "bootstrapping")
    fail(desk, "bootstrap", ["new-0002"])
    assert desk.statuses(second)[-1] == "bootstrap-failed"


def test_stuck_phase(desk: Desk) -> None:
    identifier = fail(desk, "bootstrap", [ANY_NAME], kind="deploy-stuck")
    cloud = desk.add(1, WHOLE)
    assert desk.statuses(cloud)[-1] == "bootstrapping"
    assert math.isinf(desk.register.seen(cloud).valid_until)
    desk.now += 86400
    desk.world.end_fault(identifier)
    assert desk.statuses(cloud)[-1] == "complete"


@pytest.mark.parametrize("status", ["installing", "bootstrapping", "configuring"])
def test_abort(desk: Desk, status: str) -> None:
    cloud = desk.add(1, WHOLE)
    desk.wait(cloud, status)
    desk.now += 60
    desk.office.deployments.abort(cloud)
    short = status.replace("ping", "").replace("installing", "install").replace("uring", "").removesuffix("ing")
    assert desk.statuses(cloud) == [status, f"aborting-{short}", f"{short}-aborted"]
    assert desk.register.seen(cloud).error == NO_ERRORS


def test_abort_may_fail(desk: Desk) -> None:
    fail(desk, "abort", ["new-0001"])
    cloud = desk.add(1, WHOLE)
    desk.wait(cloud, "installing")
    desk.office.deployments.abort(cloud)
    assert desk.statuses(cloud)[-1] == "install-failed"


@pytest.mark.parametrize("status", sorted(set(TWINS) - {"pre-deploy", "deploying"}))
def test_restart_of_the_manager_interrupts(desk: Desk, status: str) -> None:
    """Also where nothing runs that this simulator started: the state is what counts."""
    cloud = desk.site()
    desk.office.deployments.write_status(cloud, status)
    desk.now += 10
    before = desk.register.seen(cloud).error
    desk.world.inject("controller-restart", [desk.world.clouds[1, None]], 20, {})
    seen = desk.register.seen(cloud)
    assert (seen.deploy.status, seen.error) == (TWINS[status], before)
    assert seen.updated_at == desk.now


@pytest.mark.parametrize("at", ["installing", "install-complete", "configuring", "aborting-install"])
def test_restart_stops_work(desk: Desk, at: str) -> None:
    cloud = desk.add(1, WHOLE)
    if at.startswith("aborting"):
        desk.wait(cloud, "installing")
        desk.office.deployments.abort(cloud)
    desk.wait(cloud, at)
    desk.world.inject("controller-restart", [desk.world.clouds[1, None]], 20, {})
    assert desk.deploy(cloud) == TWINS.get(at, at)
    desk.now += 86400
    assert desk.deploy(cloud) == TWINS.get(at, at)


def test_restart_leaves_the_rest_alone(desk: Desk) -> None:
    clouds = desk.world.subclouds(1)
    kept = ["complete", "onsite-restoring", "sw-deploy-in-progress", "bootstrap-failed"]
    for cloud, status in zip(clouds, kept, strict=True):
        desk.office.deployments.write_status(cloud, status)
    desk.world.inject("controller-restart", [desk.world.clouds[1, None]], 20, {})
    assert [desk.deploy(cloud) for cloud in clouds] == kept


def test_redeployed_site_goes_dark_and_comes_back(desk: Desk) -> None:
    cloud = desk.site("managed")
    desk.world.do("subcloud.update", controller=1, id=cloud.id, changes={"management": "unmanaged"})
    desk.office.deployments.deploy(cloud, ["install", "bootstrap", "configure"], ends_as="complete")
    desk.wait(cloud, "bootstrapping")
    seen = desk.register.seen(cloud)
    assert not seen.availability.online  # installing is audited while it is online
    assert not desk.world.reachable(cloud)
    desk.wait(cloud, "complete")
    assert any(desk.register.seen(cloud).availability.online for _ in desk.steps(cloud))
    assert desk.world.reachable(cloud)


def test_ids_are_never_used_again(desk: Desk) -> None:
    first = desk.add(1, WHOLE)
    desk.world.do("subcloud.delete", controller=1, id=first.id)
    second = desk.add(1, WHOLE)
    assert second.id == (first.id or 0) + 1
    assert second.region_name != first.region_name
    assert desk.replayed().add(2, WHOLE).id == second.id + 1


def test_replay_shows_the_same(desk: Desk) -> None:
    fail(desk, "bootstrap", ["new-0002"], times=1)
    stuck = fail(desk, "configure", ["new-0003"], kind="deploy-stuck")
    clouds = [desk.add(number, WHOLE) for number in range(1, 6)]
    desk.wait(clouds[0], "bootstrapping")
    desk.office.deployments.abort(clouds[0])
    desk.world.inject("controller-restart", [desk.world.clouds[1, None]], 20, {})
    desk.office.deployments.deploy(clouds[1], ["bootstrap", "configure"], changes={"description": "second try"})
    desk.now += 7200
    desk.world.end_fault(stuck)
    desk.office.deployments.deploy(clouds[1], ["bootstrap", "configure"])
    desk.office.deployments.reconfigure_network(
        clouds[4], {"subnet": "10.9.9.0/24", "start": "10.9.9.2", "end": "10.9.9.9", "gateway": "10.9.9.1"}
    )
    desk.world.do("subcloud.delete", controller=1, id=clouds[3].id)
    for later in (0.0, 30.0, 3000.0, 90000.0):
        desk.now += later
        other = desk.replayed()
        assert Listing(other.register).body(1) == Listing(desk.register).body(1)
        assert other.world.outages(other.world.clouds[clouds[0].key]) == desk.world.outages(clouds[0])
