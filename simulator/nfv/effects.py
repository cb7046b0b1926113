"""What steps of a strategy do to their cloud: deployments of USM, locks, reboots, hand-overs, versions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from simulator.alarms.model import StandingAlarms
from simulator.fleet import Cloud
from simulator.nfv.strategy import Step, VimStrategy
from simulator.releases import release_of
from simulator.sysinv.activity import active_host
from simulator.usm.deployments import Deployments
from simulator.world import World

Mended = Callable[[Cloud, str, float], None]


class Effects:
    """`mended` hears of an endpoint that is in sync again: firmware, kube-rootca."""

    def __init__(self, world: World, deployments: Deployments) -> None:
        self._world = world
        self._deployments = deployments
        self.mended: list[Mended] = []

    def of(self, names: str, strategy: VimStrategy, step: Step, at: float) -> None:
        """Names of effects, separated by spaces."""
        cloud = self._world.clouds.get(strategy.cloud.key)
        for name in names.split():
            if cloud is not None:
                self._one(name, cloud, strategy, step, at)

    def _one(self, name: str, cloud: Cloud, strategy: VimStrategy, step: Step, at: float) -> None:
        if name.startswith("usm-"):
            self._usm(name.removeprefix("usm-"), cloud, strategy, step, at)
        elif name in ("lock", "unlock", "reboot", "swact"):
            self._host(name, cloud, step.hosts, at)
        elif name == "kubernetes":
            version = str(strategy.wanted.get("kube-upgrade") or strategy.wanted["to-version"])
            self._world.software.run(cloud, replace(cloud.software, kubernetes=version), at)
        elif name in ("firmware", "kube-rootca"):
            for hear in self.mended:
                hear(cloud, name, at)

    def _usm(self, verb: str, cloud: Cloud, strategy: VimStrategy, step: Step, at: float) -> None:
        deployments = self._deployments
        if verb == "start":
            deployments.begin(cloud, release_of(strategy.wanted["release"]), at)
        elif verb in ("start-done", "activate", "activate-done"):
            deployments.mark(cloud, verb, at)
        elif verb == "complete":
            deployments.mark(cloud, "completed", at)
        elif verb in ("abort", "rolled-back"):
            deployments.mark(cloud, {"abort": "host-rollback", "rolled-back": "host-rollback-done"}[verb], at)
        elif verb == "delete":
            deployments.close(cloud, at)
        else:
            for host in step.hosts:
                deployments.mark_host(cloud, host, "deployed" if verb == "host-done" else "deploying")

    def _host(self, what: str, cloud: Cloud, hosts: tuple[str, ...], at: float) -> None:
        model = self._world.alarms
        if not isinstance(model, StandingAlarms):
            return
        for host in hosts:
            if what == "lock":
                model.hosts.lock(cloud, host, at)
            elif what == "unlock":
                model.hosts.release(cloud, host, at)
            elif what == "reboot":
                self._world.power.restart(cloud, host, at)
            elif active_host(self._world, cloud, at) == host:
                model.hosts.swact(cloud, at)

    def give_up(self, strategy: VimStrategy, step: Step, at: float) -> None:
        """A failed step leaves its hosts in service, and the deployment as failed."""
        cloud = self._world.clouds.get(strategy.cloud.key)
        if cloud is None:
            return
        self._host("unlock", cloud, tuple(host.hostname for host in cloud.hosts), at)
        if strategy.kind != "sw-upgrade" or self._deployments.of(cloud) is None:
            return
        if step.begin == "usm-start":
            self._deployments.mark(cloud, "start-failed", at)
        elif step.begin == "usm-activate":
            self._deployments.mark(cloud, "activate-failed", at)
        else:
            for host in step.hosts:
                self._deployments.mark_host(cloud, host, "failed")
