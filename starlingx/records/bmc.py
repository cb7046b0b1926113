"""A server as its BMC tells, over Redfish (starlingx-platform.md 4.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from starlingx.rows import Row


@dataclass(frozen=True, slots=True)
class ComputerSystem:
    """A server. `power_state`: On, Off, PoweringOn, PoweringOff; `health`: OK, Warning, Critical, empty when not told.

    `path` is where it stands on the BMC, `interfaces_path` where its network is, `reset_target` where it is switched,
    `reset_types` how, `reset_info` where that stands when it does not stand here.
    """

    path: str
    id: str
    name: str
    hostname: str
    manufacturer: str
    model: str
    serial_number: str
    bios_version: str
    power_state: str
    state: str
    health: str
    memory_gib: int | None
    processor_model: str
    processor_count: int | None
    interfaces_path: str
    reset_target: str
    reset_types: tuple[str, ...]
    reset_info: str

    @classmethod
    def read(cls, row: Row) -> Self:
        """Identity: @odata.id, Id."""
        status, reset = row.inner("Status"), row.inner("Actions").inner("#ComputerSystem.Reset")
        processors = row.inner("ProcessorSummary")
        return cls(
            path=row.identity("@odata.id"),
            id=row.identity("Id"),
            name=row.text("Name"),
            hostname=row.text("HostName"),
            manufacturer=row.text("Manufacturer"),
            model=row.text("Model"),
            serial_number=row.text("SerialNumber"),
            bios_version=row.text("BiosVersion"),
            power_state=row.text("PowerState"),
            state=status.text("State"),
            health=status.text("HealthRollup") or status.text("Health"),
            memory_gib=row.inner("MemorySummary").count("TotalSystemMemoryGiB"),
            processor_model=processors.text("Model"),
            processor_count=processors.count("Count"),
            interfaces_path=row.inner("EthernetInterfaces").text("@odata.id"),
            reset_target=reset.text("target"),
            reset_types=reset.texts("ResetType@Redfish.AllowableValues"),
            reset_info=reset.text("@Redfish.ActionInfo"),
        )


@dataclass(frozen=True, slots=True)
class BmcInterface:
    """A network port as the BMC sees it. `link_status`: LinkUp, LinkDown, NoLink; empty when not told."""

    id: str
    name: str
    description: str
    mac: str
    permanent_mac: str
    link_status: str
    speed_mbps: int | None
    enabled: bool | None
    health: str

    @classmethod
    def read(cls, row: Row) -> Self:
        """Identity: Id. MACs in lower case, as sysinv has them."""
        return cls(
            id=row.identity("Id"),
            name=row.text("Name"),
            description=row.text("Description"),
            mac=row.text("MACAddress").lower(),
            permanent_mac=row.text("PermanentMACAddress").lower(),
            link_status=row.text("LinkStatus"),
            speed_mbps=row.count("SpeedMbps"),
            enabled=row.flag("InterfaceEnabled"),
            health=row.inner("Status").text("Health"),
        )
