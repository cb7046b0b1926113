"""Alarms that keep no strategy from going on, whatever they affect: the VIM knows them, each kind its own."""

from __future__ import annotations

EVERYWHERE = frozenset({"100.119", "200.001", "280.002", "700.004", "900.701"})
TOLERATED: dict[str, frozenset[str]] = {
    "sw-upgrade": EVERYWHERE
    | {
        "200.003",
        "250.001",
        "280.001",
        "280.003",
        "280.004",
        "280.005",
        "750.006",
        "900.004",
        "900.005",
        "900.007",
        "900.020",
        "900.021",
        "900.022",
        "900.023",
        "900.201",
        "900.202",
        "900.231",
        "900.401",
        "900.402",
    },
    "kube-upgrade": EVERYWHERE | {"100.103", "280.001", "750.006", "900.007", "900.401"},
    "fw-update": EVERYWHERE | {"900.006", "900.301"},
    "kube-rootca-update": EVERYWHERE
    | {"100.103", "280.001", "500.200", "500.210", "750.006", "900.008", "900.009", "900.501"},
    "system-config-update": EVERYWHERE
    | {
        "100.103",
        "250.001",
        "260.001",
        "260.002",
        "280.001",
        "280.003",
        "400.005",
        "500.200",
        "750.006",
        "900.010",
        "900.601",
    },
}
