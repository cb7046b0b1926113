"""The VIM of every cloud: one strategy at a time, built, applied step by step, aborted, deleted.

Commands are `vim.create`, `vim.act`, `vim.delete`; what comes of them happens on the agenda (agenda.py). dcmanager's
orchestrator calls `create`, `start` and `remove` from entries of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from simulator.alarms.model import StandingAlarms
from simulator.fleet import Cloud, CloudKey
from simulator.identity import dice
from simulator.nfv.effects import Effects
from simulator.nfv.plans import Planner
from simulator.nfv.strategy import Phase, Step, VimStrategy
from simulator.nfv.tolerated import TOLERATED
from simulator.nfv.unfit import unfit
from simulator.power import Span
from simulator.releases import release_of
from simulator.strikes import Strikes, of_kind
from simulator.sysinv.activity import active_host
from simulator.usm.deployments import Deployments
from simulator.world import DerivedAlarm, World

# what a strategy raises about itself: the family of alarm ids and the entity, by kind; the last digit, by state
ALARMS = {
    "sw-upgrade": ("900.20", "sw-deploy"),
    "fw-update": ("900.30", "fw-update"),
    "kube-upgrade": ("900.40", "kube-upgrade"),
    "kube-rootca-update": ("900.50", "kube-rootca-update"),
    "system-config-update": ("900.60", "system-config-update"),
}
TELLING = {"applying": ("1", "major"), "aborting": ("2", "major"), "apply-failed": ("3", "critical")}
ALARMING = "patch-raises-alarm"


class Vim:
    def __init__(self, world: World, deployments: Deployments, strikes: Strikes) -> None:
        self._world = world
        self._strikes = strikes
        self._deployments = deployments
        self._strategies: dict[CloudKey, VimStrategy] = {}
        self._number = 0
        self.effects = Effects(world, deployments)
        world.command("vim.create", self._create)
        world.command("vim.act", self._act)
        world.command("vim.delete", self._delete)
        world.agenda.kind("vim.done", self._done)
        world.agenda.kind("vim.aftermath", self._aftermath)
        world.alarm_sources.append(self.alarms)

    def of(self, cloud: Cloud) -> VimStrategy | None:
        return self._strategies.get(cloud.key)

    def alarms(self, cloud: Cloud, at: float) -> Iterator[DerivedAlarm]:
        """An alarm source: a strategy says that it is being applied, or aborted, or has failed, until it is deleted."""
        strategy = self._strategies.get(cloud.key)
        if strategy is not None and strategy.state in TELLING:
            (family, name), (digit, severity) = ALARMS[strategy.kind], TELLING[strategy.state]
            text = f"The strategy of kind {name} is {strategy.state}"
            since = strategy.apply.ended_at or strategy.apply.started_at or strategy.created_at
            yield DerivedAlarm(family + digit, "orchestration", f"orchestration={name}", severity, text, since)

    # Parts of commands and of what happens by itself

    def create(self, cloud: Cloud, kind: str, wanted: Mapping[str, Any], at: float) -> VimStrategy:
        """A strategy in place of the one there was; it begins to build itself."""
        self._number += 1
        strategy = VimStrategy(self._number, cloud, kind, dict(wanted), at, "building")
        self._strategies[cloud.key] = strategy
        strategy.build.stages = self._planner(strategy, at).build(kind)
        self._begin(strategy, strategy.build, at)
        return strategy

    def start(self, strategy: VimStrategy, at: float) -> None:
        """Apply all of it."""
        strategy.state = "applying"
        self._begin(strategy, strategy.apply, at)

    def stop(self, strategy: VimStrategy, at: float) -> None:
        """Abort once the step under way has ended."""
        strategy.state, strategy.aborting = "aborting", True
        strategy.abort.started_at = None
        self._world.touch(strategy.cloud.key)

    def remove(self, cloud: Cloud) -> None:
        if self._strategies.pop(cloud.key, None) is not None:
            self._world.touch(cloud.key)

    # Commands

    def _cloud(self, arguments: Mapping[str, Any]) -> Cloud | None:
        controller, identifier = arguments["cloud"]
        return self._world.cloud(controller, identifier)

    def _create(self, at: float, arguments: Mapping[str, Any]) -> None:
        cloud = self._cloud(arguments)
        if cloud is not None:
            self.create(cloud, arguments["kind"], arguments["wanted"], at)

    def _act(self, at: float, arguments: Mapping[str, Any]) -> None:
        cloud = self._cloud(arguments)
        strategy = self._strategies.get(cloud.key) if cloud is not None else None
        if strategy is None:
            return
        if arguments["action"] == "apply-all" and strategy.state == "ready-to-apply":
            self.start(strategy, at)
        elif arguments["action"] == "abort" and strategy.state == "applying":
            self.stop(strategy, at)

    def _delete(self, at: float, arguments: Mapping[str, Any]) -> None:
        cloud = self._cloud(arguments)
        if cloud is not None:
            self.remove(cloud)

    # How a phase goes

    def _planner(self, strategy: VimStrategy, at: float) -> Planner:
        cloud = strategy.cloud
        die = dice(cloud.seed, "vim", strategy.number, strategy.kind, len(strategy.build.stages))
        active = active_host(self._world, cloud, at)
        names = sorted((host.hostname for host in cloud.hosts), key=lambda name: name == active)
        return Planner(die, self._world.clock.scaled, tuple(names))

    def _begin(self, strategy: VimStrategy, phase: Phase, at: float) -> None:
        phase.started_at, phase.result = at, "initial"
        self._next(strategy, phase, at)

    def _next(self, strategy: VimStrategy, phase: Phase, at: float) -> None:
        step = next((one for one in phase.steps if one.result == "initial"), None)
        if step is None:
            self._finish(strategy, phase, at)
            return
        step.started_at = at
        self.effects.of(step.begin, strategy, step, at)
        self._world.agenda.enter(
            at + step.seconds, "vim.done", cloud=list(strategy.cloud.key), number=strategy.number, phase=phase.name
        )
        self._world.touch(strategy.cloud.key)

    def _done(self, at: float, what: Mapping[str, Any]) -> None:
        """The step under way has had its time."""
        controller, identifier = what["cloud"]
        strategy = self._strategies.get((controller, identifier))
        if strategy is None or strategy.number != what["number"]:
            return
        phase = getattr(strategy, what["phase"])
        step = next((one for one in phase.steps if one.started_at is not None and one.ended_at is None), None)
        if step is None:
            return
        step.ended_at = at
        step.reason = self._trouble(strategy, phase, step, at)
        step.result = "failed" if step.reason else "success"
        if step.result == "failed":
            self._fail(strategy, phase, step, at)
            return
        self.effects.of(step.end, strategy, step, at)
        if strategy.aborting:
            self._abandon(strategy, step, at)
        else:
            self._next(strategy, phase, at)

    def _finish(self, strategy: VimStrategy, phase: Phase, at: float) -> None:
        phase.ended_at, phase.result = at, "success"
        if phase is strategy.build:
            strategy.apply.stages = self._stages(strategy, at)
            strategy.state = "ready-to-apply"
        else:
            strategy.state = "applied"
            self._foresee_aftermath(strategy, at)
        self._world.touch(strategy.cloud.key)

    def _foresee_aftermath(self, strategy: VimStrategy, at: float) -> None:
        """A fault may make a patched site raise an alarm some time later."""
        fault = next(of_kind(self._world, ALARMING, strategy.cloud, at), None)
        if fault is not None and strategy.kind == "sw-upgrade":
            due = at + self._world.clock.scaled(float(fault.options["after"]))
            self._world.agenda.enter(due, "vim.aftermath", cloud=list(strategy.cloud.key), options=dict(fault.options))

    def _aftermath(self, at: float, what: Mapping[str, Any]) -> None:
        cloud, model, options = self._cloud(what), self._world.alarms, what["options"]
        if cloud is not None and isinstance(model, StandingAlarms):
            model.raise_at(cloud, str(options["alarm_id"]), str(options["severity"]), at)

    def _fail(self, strategy: VimStrategy, phase: Phase, step: Step, at: float) -> None:
        phase.ended_at, phase.result, phase.reason = at, "failed", step.reason
        strategy.state = f"{phase.name}-failed"
        if phase is strategy.apply:
            self.effects.give_up(strategy, step, at)
        self._world.touch(strategy.cloud.key)

    def _abandon(self, strategy: VimStrategy, step: Step, at: float) -> None:
        """The abort phase has nothing left to do but to put hosts back into service."""
        strategy.apply.ended_at, strategy.apply.result = at, "aborted"
        for waiting in strategy.apply.steps:
            if waiting.result == "initial":
                waiting.result = "aborted"
        self.effects.give_up(strategy, step, at)
        strategy.abort.started_at = strategy.abort.ended_at = at
        strategy.abort.result, strategy.state, strategy.aborting = "success", "aborted", False
        self._world.touch(strategy.cloud.key)

    def _stages(self, strategy: VimStrategy, at: float) -> list[Any]:
        planner, wanted = self._planner(strategy, at), strategy.wanted
        if strategy.kind == "kube-upgrade":
            return planner.kubernetes()
        if strategy.kind == "fw-update":
            return planner.firmware()
        if strategy.kind == "kube-rootca-update":
            return planner.root_certificate()
        if strategy.kind == "system-config-update":
            return planner.configuration()
        cloud = self._world.clouds.get(strategy.cloud.key, strategy.cloud)
        there = self._deployments.of(cloud)
        if wanted.get("rollback") and there is not None:
            return planner.rollback(there.release)
        if wanted.get("cleanup") or (there is not None and there.over):
            return planner.cleanup()
        release = release_of(str(wanted["release"]))
        major = release.version != release_of(cloud.software.release_id).version
        stages = planner.software(release, major=major, delete=bool(wanted.get("delete")))
        return stages + (planner.kubernetes() if wanted.get("kube-upgrade") else [])

    # What can go wrong

    def _trouble(self, strategy: VimStrategy, phase: Phase, step: Step, at: float) -> str:
        """Why the step that ends now has failed; empty when it has not."""
        cloud = self._world.clouds.get(strategy.cloud.key, strategy.cloud)
        if (
            phase is strategy.build
            and step is phase.steps[-1]
            and (why := unfit(strategy, cloud, self._deployments.of(cloud)))
        ):
            return why
        if "check-alarms" in step.end:
            found = self.blocking(cloud, strategy, at)
            if found:
                return f"active alarms present [ {', '.join(found)} ]"
        lost = power_lost(self._world, cloud, step, at)
        if lost:
            return f"{step.name} failed: {lost} went down"
        if step is not striking(phase):
            return ""
        struck = self._strikes.strike(cloud, "create" if phase is strategy.build else "apply", at)
        where = f" on {step.hosts[0]}" if step.hosts else ""
        return f"{step.name} failed{where}: {struck}" if struck else ""

    def blocking(self, cloud: Cloud, strategy: VimStrategy, at: float) -> list[str]:
        """Ids of alarms that keep it from going on: strict looks at all, relaxed at management-affecting ones."""
        restrictions = strategy.wanted.get("alarm-restrictions", "strict")
        if restrictions == "permissive":
            return []
        tolerated = TOLERATED[strategy.kind]
        rows = [row for row in self._world.alarms.standing(cloud, at) if row["alarm_id"] not in tolerated]
        if restrictions == "relaxed":
            rows = [row for row in rows if row["mgmt_affecting"] == "True"]
        return sorted({str(row["alarm_id"]) for row in rows})


def striking(phase: Phase) -> Step | None:
    """The step a fault makes fail: the one that changes hosts, or the last one of a phase without hosts."""
    steps = phase.steps
    changing = [step for step in steps if step.hosts and step.name not in ("swact-hosts", "lock-hosts")]
    return changing[0] if changing else (steps[-1] if steps else None)


def power_lost(world: World, cloud: Cloud, step: Step, at: float) -> str:
    """What has lost its power or was restarted from outside while the step ran; empty for nothing."""
    begin = step.started_at or at
    for fault in world.faults.all_on(cloud.key):
        if fault.kind == "power-loss" and overlaps((fault.since, fault.until), begin, at):
            return "the site"
    for hostname, power in world.power.touched(cloud).items():
        ours = step.begin == "reboot" and hostname in step.hosts
        if not ours and any(overlaps((since, None), begin, at) for since in beginnings(power.down, begin, at)):
            return hostname
    return ""


def overlaps(span: Span, begin: float, end: float) -> bool:
    start, stop = span
    return start <= end and (stop is None or begin < stop)


def beginnings(spans: Iterable[Span], begin: float, end: float) -> list[float]:
    """When hosts went down in that time."""
    return [start for start, _ in spans if begin <= start <= end]
