"""Which alarms arise by themselves, how often, and with which words."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import NamedTuple

from simulator.alarms.alarm import Alarm, make
from simulator.fleet import Cloud

Words = dict[str, object]


class Occasion(NamedTuple):
    """One thing that goes wrong: weight against the others, severity, and the words that change each time."""

    alarm_id: str
    severity: str
    weight: int
    words: Callable[[Random], Words] = lambda die: {}


def percent(low: int, high: int, threshold: int) -> Callable[[Random], Words]:
    return lambda die: {"percent": f"{die.uniform(low, high):.2f}", "threshold": threshold}


def filesystem(low: int, high: int, threshold: int) -> Callable[[Random], Words]:
    paths = ("/var/log", "/scratch", "/var/lib/docker", "/var/lib/kubelet")
    return lambda die: percent(low, high, threshold)(die) | {"filesystem": die.choice(paths)}


def one_of(word: str, *values: object) -> Callable[[Random], Words]:
    return lambda die: {word: die.choice(values)}


PROCESSES = one_of("process", "ntpd", "sysinv-agent", "collectd", "lldpd", "pmond", "hbsClient")
SERVERS = one_of("address", "192.0.2.10", "192.0.2.11", "2001:db8::10")
APPS = one_of("app", "cert-manager", "metrics-server", "oidc-auth-apps", "ptp-notification", "sriov-fec-operator")
CERTIFICATES = one_of("certificate", "ssl", "docker_registry", "openldap")

PASSING = (
    Occasion("100.101", "major", 12, percent(90, 95, 90)),
    Occasion("100.101", "critical", 3, percent(95, 99, 95)),
    Occasion("100.103", "major", 8, percent(80, 89, 80)),
    Occasion("100.103", "critical", 2, percent(90, 97, 90)),
    Occasion("100.104", "major", 6, filesystem(80, 89, 80)),
    Occasion("100.104", "critical", 2, filesystem(90, 99, 90)),
    Occasion("100.114", "minor", 12, SERVERS),
    Occasion("100.118", "minor", 6),
    Occasion("100.119", "major", 6),
    Occasion("100.119", "warning", 5),
    Occasion("200.006", "minor", 8, PROCESSES),
    Occasion("200.006", "major", 3, PROCESSES),
    Occasion("200.007", "minor", 5, one_of("sensor", "Inlet Temp", "Fan 3", "CPU1 Temp")),
    Occasion("200.007", "major", 3, one_of("sensor", "Fan 2", "PS1 Input Power")),
    Occasion("200.007", "critical", 1, one_of("sensor", "CPU2 Temp", "PS2 Input Power")),
    Occasion("200.010", "warning", 8),
    Occasion("200.014", "minor", 2),
    Occasion("260.002", "minor", 5),
    Occasion("400.001", "minor", 3, one_of("group", "cloud-services", "vim-services")),
    Occasion("750.002", "major", 3, APPS),
    Occasion("750.004", "warning", 6, APPS),
    Occasion("750.006", "warning", 5, APPS),
    Occasion("850.002", "major", 1),
    Occasion("100.150", "major", 1, lambda die: PROCESSES(die) | percent(80, 90, 80)(die)),
)

LASTING = (
    Occasion("500.200", "major", 10, lambda die: CERTIFICATES(die) | {"days": 30}),
    Occasion("250.001", "major", 8),
    Occasion("200.010", "warning", 12),
    Occasion("100.118", "minor", 10),
    Occasion("100.114", "minor", 10, SERVERS),
    Occasion("100.104", "major", 6, filesystem(80, 89, 80)),
    Occasion("260.002", "minor", 8),
    Occasion("260.001", "major", 4),
    Occasion("900.022", "warning", 6),
    Occasion("900.024", "warning", 6),
    Occasion("100.121", "major", 2),
    Occasion("750.006", "warning", 8, APPS),
    Occasion("100.119", "minor", 5),
    Occasion("200.003", "minor", 3),
    Occasion("400.003", "critical", 1),
    Occasion("500.210", "critical", 1, CERTIFICATES),
    Occasion("250.003", "major", 2),
)


def draw(cloud: Cloud, die: Random, table: tuple[Occasion, ...], raised_at: float) -> Alarm:
    """One alarm of the table, on one of the site's hosts."""
    occasion = die.choices(table, [one.weight for one in table])[0]
    host = die.choice(cloud.hosts).hostname
    return make(cloud, occasion.alarm_id, occasion.severity, raised_at, host=host, **occasion.words(die))
