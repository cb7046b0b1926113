"""Answers of StarlingX for tests of what is written from them, read like the real ones."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sites.models import Controller
from starlingx import records
from starlingx.rows import Row

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def controller(name: str = "brazil") -> Controller:
    """A System Controller that nobody answers for."""
    return Controller.objects.create(
        name=name, auth_url="http://127.0.0.1:1/v3", username="reader", password_sealed=b"sealed"
    )


def subcloud(number: int = 1, **fields: Any) -> records.Subcloud:
    told = {
        "id": number,
        "name": f"cell-{number:04}",
        "region-name": f"{number:032x}",
        "software-version": "26.09",
        "management-state": "managed",
        "availability-status": "online",
        "deploy-status": "complete",
        "group_id": 1,
        "endpoint_sync_status": [{"endpoint_type": "platform", "sync_status": "in-sync"}],
    }
    return records.Subcloud.read(Row(told | fields, "subcloud"))


def group(number: int = 1, name: str = "Default") -> records.SubcloudGroup:
    return records.SubcloudGroup.read(Row({"id": number, "name": name}, "group"))


def alarm(alarm_id: str = "100.101", entity: str = "host=controller-0", **fields: Any) -> records.Alarm:
    told = {
        "uuid": f"uuid-of-{alarm_id}",
        "alarm_id": alarm_id,
        "entity_instance_id": entity,
        "severity": "major",
        "timestamp": "2026-11-22T11:00:00.000001",
        "reason_text": "Platform CPU threshold exceeded",
        "suppression_status": "unsuppressed",
        "mgmt_affecting": "False",
    }
    return records.Alarm.read(Row(told | fields, "alarm"))


def system(**fields: Any) -> records.System:
    told = {"uuid": "system-1", "name": "edge", "system_mode": "duplex", "latitude": "-23.55", "longitude": "-46.63"}
    return records.System.read(Row(told | fields, "system"))


def host(name: str = "controller-0", **fields: Any) -> records.Host:
    told = {
        "uuid": f"uuid-of-{name}",
        "hostname": name,
        "personality": "controller",
        "administrative": "unlocked",
        "operational": "enabled",
        "availability": "available",
        "task": "",
        "uptime": 3600,
    }
    return records.Host.read(Row(told | fields, "host"))


def disk(name: str = "/dev/sda", of: str = "controller-0", **fields: Any) -> records.Disk:
    told = {"uuid": f"uuid-of-{name}-{of}", "ihost_uuid": f"uuid-of-{of}", "device_node": name, "size_mib": 900_000}
    return records.Disk.read(Row(told | fields, "disk"))


def port(name: str = "enp3s0f0", of: str = "controller-0", **fields: Any) -> records.EthernetPort:
    told = {
        "uuid": f"uuid-of-{name}",
        "host_uuid": f"uuid-of-{of}",
        "interface_uuid": f"uuid-of-if-{name}",
        "name": name,
        "driver": "ice",
        "speed": 25_000,
    }
    return records.EthernetPort.read(Row(told | fields, "port"))


def interface(name: str, of: str = "controller-0", **fields: Any) -> records.Interface:
    told = {"uuid": f"uuid-of-if-{name}", "ihost_uuid": f"uuid-of-{of}", "ifname": name, "ifclass": "platform"}
    return records.Interface.read(Row(told | fields, "interface"))


def role(of: str, network_type: str) -> records.InterfaceNetwork:
    told = {"uuid": f"role-{of}", "interface_uuid": f"uuid-of-if-{of}", "network_type": network_type}
    return records.InterfaceNetwork.read(Row(told, "interface network"))


def neighbour(of: str, switch: str) -> records.LldpNeighbour:
    told = {
        "uuid": f"neighbour-of-{of}",
        "host_uuid": "uuid-of-controller-0",
        "port_uuid": f"uuid-of-{of}",
        "system_name": switch,
        "port_identifier": "Ethernet1/7",
    }
    return records.LldpNeighbour.read(Row(told, "neighbour"))


def links(*devices: str, nodes: tuple[str, ...] = ("controller-0",)) -> records.NicLinkList:
    """What exporters on `nodes` show: each device is up, on the first node."""
    blank = dict.fromkeys(("rx_bytes", "tx_bytes", "rx_errors", "tx_errors", "rx_dropped", "tx_dropped"))
    found = records.NicLinkList(
        records.NicLink(nodes[0], device, "up", address="", pciaddr="", duplex="full", **blank) for device in devices
    )
    found.nodes = frozenset(nodes)
    return found


def backend(kind: str = "ceph-rook", **fields: Any) -> records.StorageBackend:
    told = {"uuid": "backend-1", "backend": kind, "name": f"{kind}-store", "state": "configured"}
    return records.StorageBackend.read(Row(told | fields, "backend"))


def osd(number: int, **fields: Any) -> records.Osd:
    told = {"uuid": f"osd-{number}", "ihost_uuid": "uuid-of-controller-0", "osdid": number, "function": "osd"}
    return records.Osd.read(Row(told | fields, "osd"))


def ceph_health(word: str, at: datetime = NOW, **checks: str) -> records.CephHealth:
    """A CephCluster with that health, as Ceph saw it `at` that time; `checks` are messages by name."""
    details = {name: {"severity": word, "message": message} for name, message in checks.items()}
    ceph = {"health": word, "details": details, "lastChecked": at.isoformat()}
    return records.CephHealth.read(Row({"metadata": {"name": "rook-ceph"}, "status": {"ceph": ceph}}, "cluster"))
