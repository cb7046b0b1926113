"""Platform networks of a cloud and the pools their addresses come from: sysinv (starlingx-platform.md 2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from starlingx.rows import Row


@dataclass(frozen=True, slots=True)
class PlatformNetwork:
    """`type`: mgmt, oam, cluster-host, admin …; `pool_uuid`: its pool of the primary family."""

    uuid: str
    type: str
    pool_uuid: str

    @classmethod
    def read(cls, row: Row) -> Self:
        """Identity: uuid."""
        return cls(uuid=row.identity("uuid"), type=row.text("type"), pool_uuid=row.text("pool_uuid"))


@dataclass(frozen=True, slots=True)
class AddressPool:
    """`network` without its prefix. `ranges`: pairs of first and last address that the cloud's own hosts use."""

    uuid: str
    name: str
    network: str
    prefix: int | None
    ranges: tuple[tuple[str, str], ...]

    @classmethod
    def read(cls, row: Row) -> Self:
        """Identity: uuid."""
        told = row.raw("ranges")
        pairs = [each for each in (told if isinstance(told, list) else []) if isinstance(each, list) and len(each) == 2]
        return cls(
            uuid=row.identity("uuid"),
            name=row.text("name"),
            network=row.text("network"),
            prefix=row.count("prefix", 128),
            ranges=tuple((low, high) for low, high in pairs if isinstance(low, str) and isinstance(high, str)),
        )

    @property
    def subnet(self) -> str:
        """Like 192.168.204.0/24; "" where it was not told."""
        return f"{self.network}/{self.prefix}" if self.network and self.prefix is not None else ""
