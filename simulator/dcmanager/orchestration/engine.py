"""The orchestrator of every System Controller: commands on its strategy, the manager's loop, and steps at work.

The manager looks every 30 s (every 5 while deleting, every 10 after an abort) and sends waiting steps inside the
window to the workers; a worker takes a step up within its own loop of at most 10 s. All of it is divided by --speed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.dcmanager.orchestration.chains import CHAINS, PRESTAGING, first_state
from simulator.dcmanager.orchestration.strategy import MAX_DETAILS, Fail, Go, Outcome, Skip, Step, Strategy, Wait
from simulator.dcmanager.orchestration.tools import Job, Tools
from simulator.identity import stable_fraction

MANAGER_SECONDS, WORKER_SECONDS = 30.0, 10.0
UNREACHABLE_SECONDS = 40.0  # how long deleting the VIM strategy of a site takes that does not answer
RUNNING = ("applying", "abort requested", "aborting")


class Orchestrator:
    """What is refused is the API's business."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._world = tools.world
        self.strategies: dict[int, Strategy] = {}
        self._jobs: dict[tuple[int, int], tuple[Strategy, Step]] = {}  # by controller and step id
        self._last: dict[int, tuple[int, int]] = {}  # by controller: ids of the last strategy and step
        for name, apply in (
            ("strategy.create", self._create),
            ("strategy.apply", self._apply),
            ("strategy.abort", self._abort),
            ("strategy.delete", self._delete),
        ):
            self._world.command(name, apply)
        for name, occur in (
            ("orchestrator.manager", self._look),
            ("orchestrator.take-up", self._take_up),
            ("orchestrator.step", self._due),
            ("orchestrator.abort", self._abort_waiting),
            ("orchestrator.purge", self._purge),
        ):
            self._world.agenda.kind(name, occur)

    def of(self, controller: int) -> Strategy | None:
        return self.strategies.get(controller)

    def leave_behind(self, strategy: Strategy) -> None:
        """A strategy that is there when the fleet is new."""
        self.strategies[strategy.controller] = strategy
        self._last[strategy.controller] = (strategy.id, max((step.id for step in strategy.steps), default=0))

    # Commands

    def _create(self, at: float, arguments: Mapping[str, Any]) -> None:
        controller = arguments["controller"]
        last, last_step = self._last.get(controller, (0, 0))
        strategy = Strategy(
            last + 1,
            controller,
            arguments["kind"],
            arguments["apply_type"],
            arguments["parallel"],
            arguments["stop_on_failure"],
            arguments["extra"],
            at,
        )
        for number, identifier in enumerate(arguments["subclouds"], start=last_step + 1):
            key = (controller, identifier)
            strategy.steps.append(Step(number, key, self._world.names.get(key, ""), at))
            if key in self._world.clouds:
                self._tools.register.clear_error(self._world.clouds[key], at)
        self.leave_behind(strategy)

    def _apply(self, at: float, arguments: Mapping[str, Any]) -> None:
        strategy = self.strategies.get(arguments["controller"])
        if strategy is not None and strategy.state == "initial":
            strategy.move("applying", at)
            self._send(strategy, at, 0.0)
            self._next_look(strategy, at)

    def _abort(self, at: float, arguments: Mapping[str, Any]) -> None:
        """Steps outside the window are aborted at once, those inside by their worker's next loop."""
        strategy = self.strategies.get(arguments["controller"])
        if strategy is None or strategy.state != "applying":
            return
        window = strategy.window()
        for step in strategy.waiting():
            if step not in window:
                self._end(strategy, step, "aborted", "", at)
        strategy.move("abort requested", at)
        due = at + self._world.clock.scaled(WORKER_SECONDS)
        self._world.agenda.enter(due, "orchestrator.abort", controller=strategy.controller, strategy=strategy.id)

    def _delete(self, at: float, arguments: Mapping[str, Any]) -> None:
        strategy = self.strategies.get(arguments["controller"])
        if strategy is None or strategy.state in (*RUNNING, "deleting"):
            return
        strategy.move("deleting", at)
        strategy.steps = [step for step in strategy.steps if step.state not in ("initial", "aborted")]
        if not strategy.steps:
            del self.strategies[strategy.controller]
            return
        self._send_for_purge(strategy, at)
        self._next_look(strategy, at)

    # The manager's loop

    def _next_look(self, strategy: Strategy, at: float) -> None:
        divisor = {"deleting": 6, "abort requested": 3}.get(strategy.state, 1)
        due = at + self._world.clock.scaled(MANAGER_SECONDS / divisor)
        self._world.agenda.enter(
            due, "orchestrator.manager", controller=strategy.controller, strategy=strategy.id, state=strategy.state
        )

    def _found(self, what: Mapping[str, Any]) -> Strategy | None:
        strategy = self.strategies.get(what["controller"])
        return strategy if strategy is not None and strategy.id == what["strategy"] else None

    def _look(self, at: float, what: Mapping[str, Any]) -> None:
        strategy = self._found(what)
        if strategy is None or (strategy.state == "deleting") != (what["state"] == "deleting"):
            return
        if strategy.state == "deleting":
            self._look_after_deleting(strategy, at)
            return
        if strategy.state not in RUNNING:
            return
        if self._restarting(strategy, at) or self._send(strategy, at):
            self._next_look(strategy, at)
            return
        if strategy.state == "abort requested":
            if not any(strategy.waiting()):
                strategy.move("aborting", at)
        else:
            outcome = strategy.outcome()
            if outcome is not None:
                strategy.move(outcome, at)
                return
        self._next_look(strategy, at)

    def _restarting(self, strategy: Strategy, at: float) -> bool:
        """While the central services are away nobody looks."""
        return self._world.faults.on((strategy.controller, None), "controller-restart", at) is not None

    def _send(self, strategy: Strategy, at: float, loop: float = WORKER_SECONDS) -> bool:
        """Waiting steps inside the window go to workers, which take them up within `loop`; whether there were any."""
        if strategy.state != "applying":
            return False
        found = [step for step in strategy.window() if not step.sent]
        for step in found:
            step.sent = True
            delay = self._world.clock.scaled(0.5 + loop * stable_fraction("worker", step.id))
            self._world.agenda.enter(
                at + delay, "orchestrator.take-up", controller=strategy.controller, strategy=strategy.id, step=step.id
            )
        return bool(found)

    def _look_after_deleting(self, strategy: Strategy, at: float) -> None:
        if not strategy.steps:
            del self.strategies[strategy.controller]
            return
        if all(step.sent for step in strategy.steps[: strategy.parallel]):
            self._next_look(strategy, at)
            return
        self._send_for_purge(strategy, at)
        self._next_look(strategy, at)

    def _send_for_purge(self, strategy: Strategy, at: float) -> None:
        """A batch of steps whose VIM strategies are to be deleted; one silent site holds up its batch."""
        batch = strategy.steps[: strategy.parallel]
        silent = False
        for step in batch:
            cloud = self._world.clouds.get(step.key)
            step.sent = True
            silent = silent or (cloud is not None and not self._world.reachable(cloud, at))
        for step in strategy.steps[strategy.parallel :]:
            step.sent = False
        due = at + self._world.clock.scaled(UNREACHABLE_SECONDS if silent else WORKER_SECONDS)
        self._world.agenda.enter(
            due,
            "orchestrator.purge",
            controller=strategy.controller,
            strategy=strategy.id,
            steps=[step.id for step in batch],
        )

    def _purge(self, at: float, what: Mapping[str, Any]) -> None:
        strategy = self._found(what)
        if strategy is None:
            return
        gone = set(what["steps"])
        for step in strategy.steps:
            cloud = self._world.clouds.get(step.key)
            if step.id in gone and cloud is not None and self._world.reachable(cloud, at):
                existing = self._tools.vim.of(cloud)
                if existing is not None and not existing.busy:
                    self._tools.vim.remove(cloud)
        strategy.steps = [step for step in strategy.steps if step.id not in gone]

    # Steps at work

    def _take_up(self, at: float, what: Mapping[str, Any]) -> None:
        """A worker begins with a step, unless its subcloud is no longer managed."""
        strategy = self._found(what)
        step = next((one for one in strategy.steps if one.id == what["step"]), None) if strategy is not None else None
        if strategy is None or step is None or step.state != "initial" or strategy.state != "applying":
            return
        record = self._tools.register.records.get(step.key)
        if record is None or record.management != "managed":
            self._end(strategy, step, "failed", f"Subcloud {step.name} is unmanaged.", at)
            self._stop_on_failure(strategy, at)
            return
        step.started_at = at
        self._jobs[strategy.controller, step.id] = (strategy, step)
        self._enter(strategy, step, first_state(strategy.kind), at)

    def _enter(self, strategy: Strategy, step: Step, state: str, at: float) -> None:
        step.state, step.details, step.updated_at, step.polls = state, "", at, 0
        job = self._job(strategy, step)
        if job is None:
            self._end(strategy, step, "failed", f"{state}: Subcloud {step.name} does not exist", at)
            self._stop_on_failure(strategy, at)
            return
        self._come_to(job, CHAINS[strategy.kind][state].begin(job, at), at)

    def _due(self, at: float, what: Mapping[str, Any]) -> None:
        known = self._jobs.get((what["controller"], what["step"]))
        if known is None or known[1].state != what["state"]:
            return
        strategy, step = known
        job = self._job(strategy, step)
        if job is None:
            self._end(strategy, step, "failed", f"{step.state}: Subcloud {step.name} does not exist", at)
            self._stop_on_failure(strategy, at)
            return
        self._come_to(job, CHAINS[strategy.kind][step.state].due(job, at), at)

    def _job(self, strategy: Strategy, step: Step) -> Job | None:
        cloud, record = self._world.clouds.get(step.key), self._tools.register.records.get(step.key)
        if cloud is None or record is None:
            return None
        step.name = record.name
        return Job(self._tools, strategy, step, cloud, record)

    def _come_to(self, job: Job, outcome: Outcome, at: float) -> None:
        strategy, step = job.strategy, job.step
        match outcome:
            case Wait(seconds, details):
                if details is not None and details != step.details:
                    step.details, step.updated_at = details, at
                what = {"controller": strategy.controller, "step": step.id, "state": step.state}
                self._world.agenda.enter(at + seconds, "orchestrator.step", **what)
            case Go("complete"):
                self._complete(job, "", at)
            case Go(state):
                self._enter(strategy, step, state, at)
            case Skip(details):
                if step.state in PRESTAGING:
                    self._tools.register.put(job.cloud, "prestage", None, at)
                self._complete(job, details, at)
            case Fail():
                self._fail(job, outcome, at)

    def _complete(self, job: Job, details: str, at: float) -> None:
        self._end(job.strategy, job.step, "complete", details, at)
        register = self._tools.register
        if job.strategy.major and job.record.peer_group is not None:
            register.associations.outdate(job.cloud.controller, job.record.peer_group, at)
        if register.seen(job.cloud, at).deploy.status != "complete":
            register.put(job.cloud, "deploy", "complete", at)

    def _fail(self, job: Job, failure: Fail, at: float) -> None:
        state, register = job.step.state, self._tools.register
        self._end(job.strategy, job.step, "failed", f"{state}: {failure.reason}", at)
        if state in PRESTAGING:
            register.put(job.cloud, "prestage", "failed", at, failure.reason)
        else:
            register.put(job.cloud, "deploy", failure.deploy, at, failure.reason)
        self._stop_on_failure(job.strategy, at)

    def _end(self, strategy: Strategy, step: Step, state: str, details: str, at: float) -> None:
        step.state, step.details = state, details[:MAX_DETAILS]
        step.finished_at = step.updated_at = at
        self._jobs.pop((strategy.controller, step.id), None)

    def _stop_on_failure(self, strategy: Strategy, at: float) -> None:
        """The strategy has failed; running steps go on to their ends, waiting ones stay where they are."""
        if strategy.stop_on_failure and strategy.state == "applying":
            strategy.move("failed", at)

    def _abort_waiting(self, at: float, what: Mapping[str, Any]) -> None:
        strategy = self._found(what)
        if strategy is not None and strategy.state == "abort requested":
            for step in strategy.waiting():
                self._end(strategy, step, "aborted", "", at)
