"""Ceph's health and the NICs' links, from a Kubernetes API."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from aiohttp import web

from starlingx.errors import Forbidden, ServerFailed, Unauthorized, Unexpected
from starlingx.kubernetes import Kubernetes
from starlingx.openmetrics import samples
from starlingx.session import Connector
from tests.starlingx.replay import Replay, spoken

CEPH = "kube/apis/ceph.rook.io/v1/cephclusters"
PODS = "kube/api/v1/pods"
METRICS = "kube/api/v1/namespaces/nime/pods/{}:9110/proxy/metrics"
TEXT = """\
# HELP network_interface_device_info about
# TYPE network_interface_device_info gauge
network_interface_device_info{device="ens1f0",address="aa:bb",duplex="full",operstate="up",pciaddr="0000:18:00.0"} 1.0
network_interface_rx_bytes_total{device="ens1f0"} 1.5e+03
network_interface_rx_bytes_created{device="ens1f0"} 1.7e+09
network_interface_tx_dropped_total{device="ens1f0"} NaN
network_interface_rx_errors_total{device="ens1f0"} 3
network_interface_rx_errors_total{device="gone"} 9
network_interface_device_info{device="a\\"b\\\\c",operstate="lowerlayerdown"} 1
network_interface_vf_device_info{device="ens1f0",vf="0"} 1
this is {not a sample
# EOF
"""


def _pod(name: str, node: str) -> dict[str, object]:
    return {"metadata": {"name": name, "namespace": "nime"}, "spec": {"nodeName": node}, "status": {"phase": "Running"}}


@pytest.fixture
def kubernetes(replay: Replay, connector: Connector) -> Kubernetes:
    return Kubernetes(connector, f"{replay.base}/kube/", "kube-reader-token\n")


async def test_ceph_health(kubernetes: Kubernetes, replay: Replay) -> None:
    ceph = {
        "health": "HEALTH_WARN",
        "previousHealth": "HEALTH_OK",
        "lastChecked": "2026-08-20T09:00:00Z",
        "details": {"OSD_DOWN": {"severity": "HEALTH_WARN", "message": "1 osds down"}},
        "capacity": {"bytesTotal": 4_000_000_000_000, "bytesUsed": 800, "bytesAvailable": 1200},
    }
    metadata = {"name": "rook-ceph", "namespace": "rook-ceph"}
    replay.answers[CEPH] = spoken({"items": [{"metadata": metadata, "status": {"phase": "Ready", "ceph": ceph}}]})

    (cluster,) = await kubernetes.ceph_clusters()

    assert (cluster.name, cluster.phase, cluster.health) == ("rook-ceph", "Ready", "HEALTH_WARN")
    assert cluster.last_checked == datetime(2026, 8, 20, 9, tzinfo=UTC)
    assert [(c.name, c.message) for c in cluster.checks] == [("OSD_DOWN", "1 osds down")]
    assert cluster.bytes_total == 4_000_000_000_000
    assert replay.requests[-1].headers["Authorization"] == "Bearer kube-reader-token"


async def test_no_rook_is_no_cluster(kubernetes: Kubernetes) -> None:
    assert await kubernetes.ceph_clusters() == []


async def test_links_of_all_nodes(kubernetes: Kubernetes, replay: Replay) -> None:
    async def metrics(request: web.Request) -> web.Response:
        return web.Response(text=TEXT, content_type="application/openmetrics-text")

    replay.answers[PODS] = spoken({"items": [_pod("nime-a", "controller-0"), _pod("nime-b", "controller-1")]})
    replay.answers[METRICS.format("nime-a")] = metrics
    replay.answers[METRICS.format("nime-b")] = metrics

    links = await kubernetes.nic_links()

    assert links is not None
    assert links.nodes == {"controller-0", "controller-1"}
    assert [(each.node, each.device) for each in links[:2]] == [("controller-0", "ens1f0"), ("controller-0", 'a"b\\c')]
    first = links[0]
    assert (first.operstate, first.pciaddr, first.rx_bytes, first.rx_errors) == ("up", "0000:18:00.0", 1500, 3)
    assert (first.tx_dropped, first.tx_bytes) == (None, None)


@pytest.mark.parametrize(
    ("value", "count"), [("7", 7), ("1e3", 1000), ("-1", None), ("1e300", None), ("+Inf", None), ("x", None)]
)
def test_counters_are_whole_numbers_that_fit(value: str, count: int | None) -> None:
    (sample,) = samples(f'name_total{{device="a"}} {value}', {"name_total"})
    assert sample.value == count


async def test_a_silent_exporter_leaves_its_node_out(kubernetes: Kubernetes, replay: Replay) -> None:
    async def metrics(request: web.Request) -> web.Response:
        return web.Response(text=TEXT)

    replay.answers[PODS] = spoken({"items": [_pod("nime-a", "controller-0"), _pod("nime-b", "controller-1")]})
    replay.answers[METRICS.format("nime-a")] = metrics
    replay.answers[METRICS.format("nime-b")] = spoken({"kind": "Status", "message": "no route to pod"}, 503)

    links = await kubernetes.nic_links()
    assert links is not None
    assert links.nodes == {"controller-0"}

    del replay.answers[METRICS.format("nime-a")]
    replay.answers[METRICS.format("nime-a")] = spoken({"kind": "Status", "message": "no route to pod"}, 503)
    with pytest.raises(ServerFailed, match="503: no route to pod"):
        await kubernetes.nic_links()


async def test_no_exporter_is_none(kubernetes: Kubernetes, replay: Replay) -> None:
    replay.answers[PODS] = spoken({"items": []})
    assert await kubernetes.nic_links() is None


async def test_pods_with_names_that_are_no_names_are_unexpected(kubernetes: Kubernetes, replay: Replay) -> None:
    replay.answers[PODS] = spoken({"items": [_pod("../../secrets", "controller-0")]})
    with pytest.raises(Unexpected, match="no proper name"):
        await kubernetes.nic_links()


async def test_refusals(kubernetes: Kubernetes, replay: Replay) -> None:
    replay.answers[PODS] = spoken({"kind": "Status", "message": "pods is forbidden"}, 403)
    with pytest.raises(Forbidden, match="pods is forbidden"):
        await kubernetes.nic_links()
    replay.answers[CEPH] = spoken({"kind": "Status", "message": "Unauthorized kube-reader-token"}, 401)
    with pytest.raises(Unauthorized) as failure:
        await kubernetes.ceph_clusters()
    assert "kube-reader-token" not in str(failure.value)
