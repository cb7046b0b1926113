"""Which sites run the optional NIC metrics exporter."""

from __future__ import annotations

from simulator.fleet import Cloud

SHARE = 60  # percent of the subclouds


def has_exporter(cloud: Cloud) -> bool:
    return cloud.kind == "subcloud" and int(cloud.hex("exporter")[:8], 16) % 100 < SHARE
