"""Kubernetes of one cloud: Rook's view of Ceph, and the NIC exporter's of links (starlingx-platform.md 2.8, 2.9, 5.1).

The links come through the API server's proxy, as the exporter's port is closed from outside.
"""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict

from yarl import URL

from starlingx.connector import Answer, Connector
from starlingx.decoding import decode, refusal
from starlingx.errors import NotFound, StarlingXError, Unexpected
from starlingx.openmetrics import samples
from starlingx.records import CephHealth, NicLink, NicLinkList
from starlingx.rows import Row, clean, read_list
from starlingx.session import DEFAULT_TIMEOUT, deadline

CEPH_CLUSTERS = "/apis/ceph.rook.io/v1/cephclusters"
EXPORTER_PODS = "/api/v1/pods?labelSelector=app%3Dnime-app"
EXPORTER_PORT = 9110

DEVICE_INFO = "network_interface_device_info"
COUNTERS = {
    f"network_interface_{direction}_{what}_total": f"{direction}_{what}"
    for direction in ("rx", "tx")
    for what in ("bytes", "errors", "dropped")
}
WANTED = {DEVICE_INFO, *COUNTERS}
EXPORTER_SHARE = 0.7  # of the time, so that one dead exporter does not cost the others' answers

_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")


class Kubernetes:
    """Reads of one Kubernetes API with a bearer token. The token shows in no repr, error or log."""

    def __init__(self, connector: Connector, base_url: str, token: str) -> None:
        self._connector = connector
        self._base = base_url.rstrip("/")
        self._token = token.strip()
        self._gate = connector.gate()

    async def ceph_clusters(self, *, timeout: float = DEFAULT_TIMEOUT) -> list[CephHealth]:
        """Health of each Rook Ceph cluster; none where Rook is not installed."""
        try:
            async with deadline(timeout, f"GET {CEPH_CLUSTERS}"):
                body = await self._json(CEPH_CLUSTERS)
        except NotFound:
            return []
        return read_list(body, "items", CephHealth.read)

    async def nic_links(self, *, timeout: float = DEFAULT_TIMEOUT) -> NicLinkList | None:
        """The links that each answering exporter shows, and on which nodes those are; None without any exporter.

        An exporter that does not answer leaves its node out of `nodes`. When none answers, that error is raised.
        """
        async with deadline(timeout, "GET exporter metrics"):
            pods = read_list(await self._json(EXPORTER_PODS), "items", _pod_path)
            if not pods:
                return None
            texts = await asyncio.gather(*(self._metrics(path, timeout * EXPORTER_SHARE) for _, path in pods))
        links, nodes, problem = NicLinkList(), set(), None
        for (node, _), text in zip(pods, texts, strict=True):
            if isinstance(text, StarlingXError):
                problem = text
            else:
                links.extend(_links(node, text))
                nodes.add(node)
        if problem is not None and not nodes:
            raise problem
        links.nodes = frozenset(nodes)
        return links

    async def _json(self, path: str) -> object:
        url = URL(self._base + path, encoded=True)
        return decode(await self._get(url), url, (self._token,))

    async def _metrics(self, path: str, timeout: float) -> str | StarlingXError:
        url = URL(self._base + path, encoded=True)
        try:
            async with deadline(timeout, f"GET {path}"):
                answer = await self._get(url, "application/openmetrics-text, text/plain")
        except StarlingXError as caught:
            return caught
        if answer.status != 200:
            return refusal(answer, url, (self._token,))
        return answer.body.decode("utf-8", "replace")

    async def _get(self, url: URL, accept: str = "application/json") -> Answer:
        headers = {"Authorization": f"Bearer {self._token}", "Accept": accept}
        async with self._gate:
            return await self._connector.exchange("GET", url, headers)


def _pod_path(pod: Row) -> tuple[str, str]:
    """The node an exporter runs on, and the path to its metrics."""
    metadata = pod.inner("metadata")
    name, namespace = metadata.identity("name"), metadata.identity("namespace")
    if not _NAME.fullmatch(name) or not _NAME.fullmatch(namespace):
        raise Unexpected(f"{pod.place} has no proper name")
    node = pod.inner("spec").text("nodeName")
    return node, f"/api/v1/namespaces/{namespace}/pods/{name}:{EXPORTER_PORT}/proxy/metrics"


def _links(node: str, text: str) -> list[NicLink]:
    devices: dict[str, dict[str, str]] = {}
    counters: defaultdict[str, dict[str, int | None]] = defaultdict(dict)
    for sample in samples(text, WANTED):
        device = clean(sample.labels.get("device", ""))
        if sample.name == DEVICE_INFO:
            devices[device] = sample.labels
        else:
            counters[device][COUNTERS[sample.name]] = sample.value
    return [_link(node, device, labels, counters[device]) for device, labels in devices.items() if device]


def _link(node: str, device: str, labels: dict[str, str], counts: dict[str, int | None]) -> NicLink:
    return NicLink(
        node=node,
        device=device,
        operstate=clean(labels.get("operstate", "")),
        address=clean(labels.get("address", "")),
        pciaddr=clean(labels.get("pciaddr", "")),
        duplex=clean(labels.get("duplex", "")),
        rx_bytes=counts.get("rx_bytes"),
        tx_bytes=counts.get("tx_bytes"),
        rx_errors=counts.get("rx_errors"),
        tx_errors=counts.get("tx_errors"),
        rx_dropped=counts.get("rx_dropped"),
        tx_dropped=counts.get("tx_dropped"),
    )
