"""Cables and disks fail by themselves on a few sites, and alarms, sysinv and Kubernetes all know."""

from collections import Counter

from simulator.alarms import mishaps
from simulator.alarms.churn import Churn
from simulator.alarms.conditions import osd_hosts
from simulator.clock import Clock
from simulator.survey import build

EPOCH = 1_800_000_000.0
SUBCLOUDS = build(3, 400, 1).controllers[0].subclouds


def test_about_one_site_in_twenty_five() -> None:
    churn = Churn(Clock(EPOCH), len(SUBCLOUDS))
    shares = [
        sum(bool(list(mishaps.near(churn, cloud, EPOCH + hour * 3600.0))) for cloud in SUBCLOUDS)
        for hour in range(0, 200, 20)
    ]
    assert 0.02 < sum(shares) / len(shares) / len(SUBCLOUDS) < 0.07


def test_only_what_a_site_has_can_fail() -> None:
    churn = Churn(Clock(EPOCH), len(SUBCLOUDS))
    seen: Counter[str] = Counter()
    for cloud in SUBCLOUDS:
        for fault in mishaps.near(churn, cloud, EPOCH, back=20):
            seen[fault.kind] += 1
            assert fault.until is None or fault.since < fault.until
            if fault.kind == "osd-lost":
                assert fault.options["osd"] in range(len(osd_hosts(cloud)))
                continue
            host = cloud.host(fault.options["host"])
            port = host.port(fault.options["port"]) if host else None
            assert port is not None
            assert port.switch is not None
            assert port.role == "data" or len(cloud.hosts) > 1
    assert set(seen) == {"osd-lost", "cable-pulled"}


def test_begin_and_end_are_announced() -> None:
    churn = Churn(Clock(EPOCH), len(SUBCLOUDS))
    for cloud in SUBCLOUDS[:100]:
        for fault in mishaps.near(churn, cloud, EPOCH):
            assert {fault.since, fault.until} <= set(mishaps.changes(churn, cloud, EPOCH))
