"""Sites are asked for their health when somebody wants to know, and only then; Kubernetes versions come unasked."""

from tests.collector.watching import Watched
from tests.waiting import wait_until

FAILURES = (
    "SELECT f.name, f.detail FROM sites_healthfailure f JOIN sites_cloud c ON c.id = f.cloud_id"
    " WHERE c.dcmanager_id = %s ORDER BY 1"
)


def failing(fleet: Watched, number: int) -> list[str]:
    return [name for name, _ in fleet.sql(FAILURES, number)]


def asked(fleet: Watched, number: int) -> int:
    requests = fleet.simulator.control("requests?since=0")["requests"]
    return sum(f"/c1/s{number}/platform/v1/health" in each["path"] for each in requests)


def test_a_site_says_what_is_wrong_with_it_and_keeps_what_it_said(fleet: Watched) -> None:
    number, other = fleet.reachable(2, "ceph_status = 'ok'")
    assert asked(fleet, number) == 0
    fault = fleet.inject("osd-lost", controller=1, subcloud=number)
    wait_until(lambda: fleet.cloud(number)["ceph_status"] != "ok", timeout=60, what="the OSD is lost")
    fleet.leave_hint(number, "health", seconds=60)
    wait_until(lambda: "Ceph Storage Healthy" in failing(fleet, number), timeout=30, what="it says so")
    assert (asked(fleet, number), asked(fleet, other)) == (1, 0)
    cut = fleet.inject("error", controller=1, subcloud=number, options={"status": 500, "service": "platform"})
    fleet.leave_hint(number, "health", seconds=60)
    wait_until(lambda: fleet.facet(number, "health_query")["error"], timeout=30, what="it does not answer")
    assert "Ceph Storage Healthy" in failing(fleet, number)
    fleet.lift(cut)
    fleet.lift(fault)
    wait_until(lambda: fleet.cloud(number)["ceph_status"] == "ok", timeout=60, what="all is well")
    fleet.leave_hint(number, "health", seconds=60)
    wait_until(lambda: "Ceph Storage Healthy" not in failing(fleet, number), timeout=30, what="it says that too")
    assert fleet.facet(number, "health_query")["error"] == ""


def test_kubernetes_versions_of_controllers_and_sites(fleet: Watched) -> None:
    rows = fleet.sql(
        "SELECT c.kind, k.version, k.state, k.target FROM sites_kubernetesversion k JOIN sites_cloud c"
        " ON c.id = k.cloud_id"
    )
    assert {kind for kind, *_ in rows} == {"central", "subcloud"}
    active = [(state, target) for _, _, state, target in rows if state == "active"]
    assert active
    assert all(target for _, target in active)
    assert {state for _, _, state, _ in rows} <= {"unavailable", "available", "active"}
