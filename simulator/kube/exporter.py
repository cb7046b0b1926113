"""The NIC metrics exporter behind the API server's proxy: OpenMetrics text.

It lists only devices whose link is up: a device that is down has no series at all. This is the only witness of the
links of `pci-sriov` ports. Fields and names: starlingx node-interface-metrics-exporter API reference.
"""

from __future__ import annotations

from collections.abc import Iterator

from aiohttp import web

from simulator.hardware import HostSpec, PortSpec
from simulator.identity import stable_fraction
from simulator.kube.access import missing
from simulator.kube.pods import EXPORTER_NAMESPACE, EXPORTER_PORT, exporter_pod
from simulator.routing import Call
from simulator.sysinv.hosts import uptime
from simulator.sysinv.ports import vf_addresses
from simulator.sysinv.reads import site_of
from simulator.sysinv.site import Site

CONTENT_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"
COUNTERS = (
    "rx_packets",
    "tx_packets",
    "rx_bytes",
    "tx_bytes",
    "rx_errors",
    "tx_errors",
    "rx_dropped",
    "tx_dropped",
    "multicast",
    "collisions",
    "rx_missed_errors",
    "rx_crc_errors",
    "tx_carrier_errors",
)
PACKET_BYTES = 700
BUSIEST = {"oam": 0.004, "mgmt": 0.02, "data": 0.35}  # of the line rate


async def metrics(call: Call) -> web.StreamResponse:
    site = site_of(call)
    host = host_behind(site, call)
    if host is None:
        return missing("pods", call.params["pod"])
    only = call.params.get("device")
    ports = [port for port in host.ports if link_up(site, host, port) and only in (None, port.name)]
    text = "\n".join([*lines(site, host, ports), "# EOF", ""])
    return web.Response(body=text.encode(), headers={"Content-Type": CONTENT_TYPE})


async def health(call: Call) -> web.StreamResponse:
    if host_behind(site_of(call), call) is None:
        return missing("pods", call.params["pod"])
    return web.Response(text="ok")


def host_behind(site: Site, call: Call) -> HostSpec | None:
    """The host whose exporter pod is addressed as `<pod>:9110`."""
    if not site.has_exporter or call.params["namespace"] != EXPORTER_NAMESPACE:
        return None
    for host in site.hosts:
        locked = host.hostname in site.conditions.locked
        if call.params["pod"] == f"{exporter_pod(site, host)}:{EXPORTER_PORT}" and not locked:
            return host
    return None


def link_up(site: Site, host: HostSpec, port: PortSpec) -> bool:
    return port.switch is not None and (host.hostname, port.name) not in site.conditions.ports_down


def lines(site: Site, host: HostSpec, ports: list[PortSpec]) -> Iterator[str]:
    yield "# TYPE network_interface_device info"
    for port in ports:
        yield (
            "network_interface_device_info{"
            + labels(
                device=port.name,
                address=port.mac,
                broadcast="ff:ff:ff:ff:ff:ff",
                duplex="full",
                ifalias="",
                operstate="up",
                pciaddr=port.pci_address,
            )
            + "} 1.0"
        )
    seconds = uptime(site, host)
    for counter in COUNTERS:
        yield f"# TYPE network_interface_{counter} counter"
        for port in ports:
            label = labels(device=port.name)
            yield f"network_interface_{counter}_total{{{label}}} {count(site, port, counter, seconds):.1f}"
            yield f"network_interface_{counter}_created{{{label}}} {site.at - seconds:.1f}"
    yield "# TYPE network_interface_vf_device info"
    for port in ports:
        for number, address in enumerate(vf_addresses(port)):
            yield (
                "network_interface_vf_device_info{"
                + labels(
                    device=port.name,
                    vf=str(number),
                    pciaddr=address,
                    address=vf_mac(port, number),
                    vlan="0",
                    spoofcheck="on",
                    trust="off",
                )
                + "} 1.0"
            )


def labels(**values: str) -> str:
    return ",".join(f'{name}="{value}"' for name, value in values.items())


def count(site: Site, port: PortSpec, counter: str, seconds: int) -> int:
    """Grows steadily since the host started; errors are rare."""
    load = BUSIEST.get(port.role, 0.0) * stable_fraction(site.cloud.seed, port.name, counter[:2], "load")
    bytes_each_second = port.speed * 125_000 * load
    if counter.endswith("bytes"):
        return int(bytes_each_second * seconds)
    if counter.endswith("packets"):
        return int(bytes_each_second / PACKET_BYTES * seconds)
    if counter == "multicast":
        return seconds // 30
    return int(seconds / 86400 * 3 * stable_fraction(site.cloud.seed, port.name, counter))


def vf_mac(port: PortSpec, number: int) -> str:
    return f"06:{port.mac[3:-2]}{number:02x}"
