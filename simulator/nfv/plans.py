"""What a strategy does, stage by stage, and how long that takes (starlingx-dcmanager.md 8.4 and 8.2: estimates).

Names of stages and steps are the VIM's. A release that needs a reboot takes each host down once; on a single host that
takes the site away. On two hosts the standby goes first and hands over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

from simulator.nfv.strategy import Stage, Step
from simulator.releases import Release

Range = tuple[float, float]
# name, seconds, begin, end
Row = tuple[str, Range, str, str]

QUERY: Row = ("query-alarms", (2.0, 5.0), "", "check-alarms")
LOCK: Row = ("lock-hosts", (20.0, 60.0), "lock", "")
UNLOCK: Row = ("unlock-hosts", (420.0, 600.0), "reboot", "unlock")
SETTLE: Row = ("system-stabilize", (15.0, 30.0), "", "")
CLEAR: Row = ("wait-alarms-clear", (20.0, 60.0), "", "")
BUILD: dict[str, tuple[str, tuple[Row, ...]]] = {
    "sw-upgrade": (
        "sw-upgrade-query",
        (QUERY, ("query-upgrade", (2.0, 5.0), "", ""), ("sw-deploy-precheck", (20.0, 60.0), "", "")),
    ),
    "kube-upgrade": (
        "kube-upgrade-query",
        (
            QUERY,
            ("query-kube-versions", (2.0, 5.0), "", ""),
            ("query-kube-upgrade", (2.0, 5.0), "", ""),
            ("query-kube-host-upgrade", (2.0, 5.0), "", ""),
        ),
    ),
    "fw-update": ("fw-update-hosts-query", (QUERY, ("fw-update-host-query", (5.0, 15.0), "", ""))),
    "kube-rootca-update": (
        "kube-rootca-update-query",
        (QUERY, ("query-kube-rootca-update", (2.0, 5.0), "", "")),
    ),
    "system-config-update": ("system-config-update-query", (QUERY, ("query-system-config-update", (2.0, 5.0), "", ""))),
}
KUBE_STEPS: tuple[tuple[str, str, Range], ...] = (
    ("kube-upgrade-start", "kube-upgrade-start", (10.0, 30.0)),
    ("kube-upgrade-download-images", "kube-upgrade-download-images", (240.0, 600.0)),
    ("kube-pre-application-update", "kube-pre-application-update", (60.0, 180.0)),
    ("kube-upgrade-networking", "kube-upgrade-networking", (60.0, 180.0)),
    ("kube-upgrade-storage", "kube-upgrade-storage", (30.0, 90.0)),
)
ROOTCA_STEPS: tuple[tuple[str, str, Range], ...] = (
    ("kube-rootca-update-start", "kube-rootca-update-start", (5.0, 15.0)),
    ("kube-rootca-update-cert", "kube-rootca-update-generate-cert", (10.0, 30.0)),
    ("kube-rootca-update-hosts-trustbothcas", "kube-rootca-update-host-trustbothcas", (120.0, 300.0)),
    ("kube-rootca-update-pods-trustbothcas", "kube-rootca-update-pods-trustbothcas", (180.0, 420.0)),
    ("kube-rootca-update-hosts-updatecerts", "kube-rootca-update-host-update-certs", (120.0, 300.0)),
    ("kube-rootca-update-hosts-trustnewca", "kube-rootca-update-host-trustnewca", (120.0, 300.0)),
    ("kube-rootca-update-pods-trustnewca", "kube-rootca-update-pods-trustnewca", (180.0, 420.0)),
)


class Planner:
    """Draws the durations of one strategy. `scaled` divides by --speed; `hosts` begin with the standby."""

    def __init__(self, die: Random, scaled: Callable[[float], float], hosts: tuple[str, ...]) -> None:
        self._die = die
        self._scaled = scaled
        self._hosts = hosts

    def build(self, kind: str) -> list[Stage]:
        name, rows = BUILD[kind]
        return [self._stage(name, rows)]

    def software(self, release: Release, *, major: bool, delete: bool) -> list[Stage]:
        start: Range = (900.0, 1500.0) if major else (120.0, 240.0)
        activate: Range = (600.0, 1200.0) if major else (60.0, 180.0)
        return [
            self._stage("sw-upgrade-start", (QUERY, ("start-upgrade", start, "usm-start", "usm-start-done"), SETTLE)),
            *self._software_hosts(release, major),
            self._stage(
                "sw-upgrade-complete",
                (
                    ("activate-upgrade", activate, "usm-activate", "usm-activate-done"),
                    ("complete-upgrade", (20.0, 40.0), "", "usm-complete"),
                ),
            ),
            *([self._stage("sw-deploy-delete", (("deploy-delete", (5.0, 15.0), "", "usm-delete"),))] if delete else []),
        ]

    def _software_hosts(self, release: Release, major: bool) -> Iterator[Stage]:
        upgrade: Row = ("upgrade-hosts", (900.0, 1500.0) if major else (180.0, 420.0), "usm-host", "usm-host-done")
        for number, host in enumerate(self._hosts):
            rows: list[Row] = []
            if number:
                rows.append(("swact-hosts", (60.0, 120.0), "swact", ""))
            rows += [LOCK, upgrade, SETTLE, UNLOCK] if release.reboot_required else [upgrade, SETTLE]
            yield self._stage("sw-upgrade-controllers", (*rows, CLEAR), host)

    def rollback(self, release: Release) -> list[Stage]:
        """Back from `release`: what needed a reboot on the way there needs one on the way back."""
        rows: tuple[Row, ...] = (("sw-deploy-abort", (30.0, 90.0), "", "usm-abort"),)
        back: Row = ("rollback-hosts", (180.0, 420.0), "", "")
        each = [LOCK, back, SETTLE, UNLOCK] if release.reboot_required else [back, SETTLE]
        swact: Row = ("swact-hosts", (60.0, 120.0), "swact", "")
        hosts = [
            self._stage("sw-upgrade-controllers", tuple([swact, *each] if number else each), host)
            for number, host in enumerate(self._hosts)
        ]
        delete: tuple[Row, ...] = (
            ("query-upgrade", (2.0, 5.0), "usm-rolled-back", ""),
            ("deploy-delete", (5.0, 15.0), "", "usm-delete"),
        )
        return [
            self._stage("sw-upgrade-rollback-start", rows),
            *hosts,
            self._stage("sw-upgrade-rollback-complete", delete),
        ]

    def cleanup(self) -> list[Stage]:
        return [self._stage("sw-deploy-delete", (("deploy-delete", (5.0, 15.0), "", "usm-delete"),))]

    def kubernetes(self) -> list[Stage]:
        stages = [self._stage(stage, ((step, seconds, "", ""),)) for stage, step, seconds in KUBE_STEPS]
        stages[0].steps.insert(0, self._step(QUERY, ()))
        for number, host in enumerate(reversed(self._hosts)):
            which = ("first", "second")[number]
            plane: Row = ("kube-host-upgrade-control-plane", (120.0, 300.0), "", "")
            stages.append(self._stage(f"kube-upgrade-{which}-control-plane", (plane,), host))
        kubelet: Row = ("kube-host-upgrade-kubelet", (180.0, 420.0), "", "")
        stages += [self._stage("kube-upgrade-kubelets-controllers", (kubelet, SETTLE), host) for host in self._hosts]
        complete: Row = ("kube-upgrade-complete", (10.0, 30.0), "", "kubernetes")
        stages.append(self._stage("kube-upgrade-complete", (complete,)))
        stages.append(self._stage("kube-upgrade-cleanup", (("kube-upgrade-cleanup", (5.0, 20.0), "", ""),)))
        return stages

    def firmware(self) -> list[Stage]:
        """The device is written while the host runs, and taken into use by a reboot."""
        write: Row = ("fw-update-hosts", (600.0, 1200.0), "", "")
        rows = (QUERY, write, LOCK, SETTLE, UNLOCK)
        last = len(self._hosts) - 1
        stages = []
        for number, host in enumerate(self._hosts):
            swact: tuple[Row, ...] = (("swact-hosts", (60.0, 120.0), "swact", ""),) if number else ()
            stages.append(self._stage("fw-update-worker-hosts", (*swact, *rows), host))
            if number == last:
                stages[-1].steps[-1].end = "unlock firmware"
        return stages

    def root_certificate(self) -> list[Stage]:
        stages = [self._stage(stage, ((step, seconds, "", ""),)) for stage, step, seconds in ROOTCA_STEPS]
        stages[0].steps.insert(0, self._step(QUERY, ()))
        complete: Row = ("kube-rootca-update-complete", (10.0, 30.0), "", "kube-rootca")
        stages.append(self._stage("kube-rootca-update-complete", (complete,)))
        return stages

    def configuration(self) -> list[Stage]:
        return [
            self._stage("system-config-update-controllers", (LOCK, SETTLE, UNLOCK, CLEAR), host) for host in self._hosts
        ]

    def _stage(self, name: str, rows: tuple[Row, ...], host: str | None = None) -> Stage:
        hosts = () if host is None else (host,)
        return Stage(name, [self._step(row, hosts) for row in rows])

    def _step(self, row: Row, hosts: tuple[str, ...]) -> Step:
        name, seconds, begin, end = row
        return Step(name, self._scaled(self._die.uniform(*seconds)), hosts, begin, end)
