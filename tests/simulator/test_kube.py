"""The Kubernetes reads agree with sysinv and FM; the exporter is the only witness of SR-IOV links."""

import re
from collections.abc import Callable

import pytest

from tests.fixtures.fleet import Simulator
from tests.simulator.cloud_calls import call
from tests.simulator.site_calls import Row, Site, site_like, sites

EXPORTER = "/kube/api/v1/namespaces/node-interface-metrics-exporter/pods"
CLUSTERS = "/kube/apis/ceph.rook.io/v1/namespaces/rook-ceph/cephclusters"
DEVICE = re.compile(r'^network_interface_device_info\{device="([^"]+)",.*pciaddr="([^"]+)"\} 1\.0$', re.MULTILINE)


@pytest.fixture(scope="module")
def kube_fleet(start_simulator: Callable[..., Simulator]) -> Simulator:
    fleet = start_simulator(subclouds=60, controllers=1, seed=5, speed=60)
    fleet.control("churn", {"on": False})
    return fleet


def metrics(site: Site, hostname: str) -> str:
    pods = site.get(f"{EXPORTER}?labelSelector=app%3Dnime-app").json()["items"]
    pod = next(pod["metadata"]["name"] for pod in pods if pod["spec"]["nodeName"] == hostname)
    answer = site.get(f"{EXPORTER}/{pod}:9110/proxy/metrics")
    assert answer.content_type.startswith("application/openmetrics-text")
    return answer.body.decode()


def ceph(site: Site) -> Row:
    items = site.get(CLUSTERS).json()["items"]
    status: Row = items[0]["status"]
    return status


def test_token_is_needed(kube_fleet: Simulator) -> None:
    site = sites(kube_fleet)[0]
    for headers in ({}, {"Authorization": "Bearer other"}):
        refused = call(f"{site.url}/kube/api/v1/nodes", **headers)
        assert (refused.status, refused.json()["reason"]) == (401, "Unauthorized")


def test_central_cloud_answers_too(kube_fleet: Simulator) -> None:
    for prefix in ("/c1", "/c1/scentral"):
        answer = call(f"{kube_fleet.url}{prefix}/kube/api/v1/nodes", Authorization="Bearer kube-reader-token")
        assert [node["metadata"]["name"] for node in answer.json()["items"]] == ["controller-0", "controller-1"]


def test_exporter_runs_on_a_part_of_the_sites(kube_fleet: Simulator) -> None:
    found = [bool(site.get(EXPORTER).json()["items"]) for site in sites(kube_fleet)]
    assert 0.35 < sum(found) / len(found) < 0.85


def test_exporter_lists_what_has_a_link(kube_fleet: Simulator) -> None:
    site = site_like(kube_fleet, mode="duplex", exporter=True)
    host = site.rows("ihosts")[0]
    ports = {
        row["name"]: row["pciaddr"]
        for row in site.rows("ethernet_ports")
        if row["host_uuid"] == host["uuid"] and row["interface_uuid"]
    }
    text = metrics(site, host["hostname"])
    assert text.endswith("# EOF\n")
    assert dict(DEVICE.findall(text)) == ports
    fault = site.break_it("cable-pulled", host=host["hostname"], port="enp177s0f1")
    after = metrics(site, host["hostname"])
    assert 'device="enp177s0f1"' not in after
    assert set(ports) - set(dict(DEVICE.findall(after))) == {"enp177s0f1"}
    assert "enp177s0f1" in metrics(site, "controller-1")
    site.mend(fault)
    assert dict(DEVICE.findall(metrics(site, host["hostname"]))) == ports


def test_counters_grow(kube_fleet: Simulator) -> None:
    site = site_like(kube_fleet, exporter=True)

    def received() -> float:
        line = re.search(
            r'^network_interface_rx_bytes_total\{device="enp177s0f1"\} (\S+)$',
            metrics(site, "controller-0"),
            re.MULTILINE,
        )
        assert line
        return float(line.group(1))

    assert 0 < received() <= received()


def test_ceph_resource_only_with_rook(kube_fleet: Simulator) -> None:
    assert site_like(kube_fleet, ceph="ceph").get(CLUSTERS).status == 404
    assert site_like(kube_fleet, ceph="none").get(CLUSTERS).status == 404
    assert site_like(kube_fleet, ceph="ceph-rook").get(CLUSTERS).status == 200


@pytest.mark.parametrize(("mode", "word"), [("duplex", "HEALTH_WARN"), ("simplex", "HEALTH_ERR")])
def test_lost_osd_shows_in_the_ceph_resource(kube_fleet: Simulator, mode: str, word: str) -> None:
    site = site_like(kube_fleet, mode=mode, ceph="ceph-rook")
    osds = len(site.rows("istors"))
    healthy = ceph(site)
    assert healthy["ceph"]["health"] == "HEALTH_OK"
    assert healthy["ceph"]["fsid"] == site.rows("clusters")[0]["cluster_uuid"]
    assert healthy["storage"]["osd"]["storeType"]["bluestore"] == osds
    capacity = healthy["ceph"]["capacity"]
    assert capacity["bytesUsed"] + capacity["bytesAvailable"] == capacity["bytesTotal"]
    fault = site.break_it("osd-lost", osd=0)
    lost = ceph(site)
    assert (lost["ceph"]["health"], lost["storage"]["osd"]["storeType"]["bluestore"]) == (word, osds - 1)
    assert lost["ceph"]["details"]["OSD_DOWN"]["message"] == "1 osds down"
    pods = site.get("/kube/api/v1/namespaces/rook-ceph/pods?labelSelector=app%3Drook-ceph-osd").json()["items"]
    assert [pod["status"]["phase"] for pod in pods].count("Pending") == 1
    site.mend(fault)
    assert ceph(site)["ceph"]["health"] == "HEALTH_OK"


def test_unknown_things_are_refused_as_kubernetes_does(kube_fleet: Simulator) -> None:
    site = site_like(kube_fleet, exporter=True)
    assert site.get(f"{EXPORTER}/nosuch:9110/proxy/metrics").json()["reason"] == "NotFound"
    assert site.get("/kube/apis/nosuch/v1/things").body == b"404 page not found\n"
