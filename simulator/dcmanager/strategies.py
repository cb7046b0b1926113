"""GET, POST, DELETE of the one strategy a System Controller may have, and of its steps (starlingx-dcmanager.md 2.7)."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from simulator.clock import stamp_database, stamp_rpc
from simulator.dcmanager import policy
from simulator.dcmanager.forms import json_object
from simulator.dcmanager.office import Office
from simulator.dcmanager.orchestration.engine import Orchestrator
from simulator.dcmanager.orchestration.left_behind import left_behind
from simulator.dcmanager.orchestration.rows import step_row, strategy_row
from simulator.dcmanager.orchestration.rules import Rules
from simulator.dcmanager.orchestration.strategy import Step, Strategy
from simulator.dcmanager.refusals import Refused
from simulator.dcmanager.strategy_requests import Asked, Requests
from simulator.routing import Call, answer

DELETABLE = ("initial", "complete", "failed", "aborted")


class Strategies:
    """Handlers below /v1.0/sw-update-strategy."""

    def __init__(self, office: Office, orchestrator: Orchestrator) -> None:
        self._office = office
        self._register = office.register
        self._orchestrator = orchestrator
        self._requests = Requests(office)
        self._rules = Rules(office.register)
        orchestrator.leave_behind(left_behind(office.register))

    async def show(self, call: Call) -> web.Response:
        policy.require(call, policy.READ)
        kind = call.query.get("type")
        strategy = self._of(call, kind)
        if strategy is None:
            raise Refused(404, f"Strategy of type '{kind}' not found" if kind else "Strategy not found")
        return answer(strategy_row(strategy, stamp_database))

    async def steps(self, call: Call) -> web.Response:
        policy.require(call, policy.READ)
        return answer({"strategy-steps": [step_row(step) for step in self._steps(call)]})

    async def step(self, call: Call) -> web.Response:
        """By name only."""
        policy.require(call, policy.READ)
        found = next((step for step in self._steps(call) if step.name == call.params["cloud"]), None)
        if found is None:
            raise Refused(404, "Strategy step not found")
        return answer(step_row(found))

    async def create(self, call: Call) -> web.Response:
        policy.require(call, policy.WRITE)
        asked = self._requests.read(call.cloud.controller, await json_object(call))
        controller = call.cloud.controller
        return await self._ask(call, "create", asked.kind, lambda: self._create(controller, asked))

    async def act(self, call: Call) -> web.Response:
        body = await json_object(call)
        policy.require(call, policy.WRITE)
        action = body.get("action")
        if not action:
            raise Refused(400, "action required")
        if action not in ("apply", "abort"):
            raise Refused(400, "action invalid")
        kind, needed = call.query.get("type"), "initial" if action == "apply" else "applying"
        return await self._ask(call, action, kind, lambda: self._change(call, kind, action, (needed,)))

    async def delete(self, call: Call) -> web.Response:
        policy.require(call, policy.WRITE)
        kind = call.query.get("type")
        return await self._ask(call, "delete", kind, lambda: self._change(call, kind, "delete", DELETABLE))

    async def _ask(self, call: Call, verb: str, kind: str | None, work: Callable[[], Strategy]) -> web.Response:
        """The orchestrator's answer; what it refuses comes with a prefix. Raises Refused (422, 500)."""
        try:
            strategy = await self._office.manager.ask(call.cloud.controller, f"Unable to {verb} strategy", work)
        except Refused as refusal:
            if refusal.status != 422:
                raise
            raise Refused(422, f"Unable to {verb} strategy of type '{kind}': {refusal.description}") from refusal
        return answer(strategy_row(strategy, stamp_rpc))

    # What the orchestrator does

    def _create(self, controller: int, asked: Asked) -> Strategy:
        existing = self._orchestrator.of(controller)
        if existing is not None:
            raise bad(f"Strategy of type: '{existing.kind}' already exists")
        try:
            clouds = self._rules.who(controller, asked)
        except ValueError as error:
            raise bad(str(error)) from error
        self._register.world.do(
            "strategy.create",
            controller=controller,
            kind=asked.kind,
            apply_type=asked.apply_type,
            parallel=asked.parallel,
            stop_on_failure=asked.stop_on_failure,
            extra=asked.extra,
            subclouds=[cloud.id for cloud in clouds],
        )
        return self._orchestrator.strategies[controller]

    def _change(self, call: Call, kind: str | None, verb: str, allowed: tuple[str, ...]) -> Strategy:
        strategy = self._of(call, kind)
        if strategy is None:
            raise Refused(422, f"Strategy of type '{kind}' not found" if kind else "Strategy not found")
        if strategy.state not in allowed:
            done = {"apply": "applied", "abort": "aborted", "delete": "deleted"}[verb]
            raise bad(f"Strategy in state {strategy.state} cannot be {done}")
        self._register.world.do(f"strategy.{verb}", controller=strategy.controller)
        return strategy

    # Finding

    def _of(self, call: Call, kind: str | None) -> Strategy | None:
        strategy = self._orchestrator.of(call.cloud.controller)
        return strategy if strategy is not None and kind in (None, strategy.kind) else None

    def _steps(self, call: Call) -> list[Step]:
        """With the names subclouds have now."""
        strategy = self._orchestrator.of(call.cloud.controller)
        if strategy is None:
            return []
        for step in strategy.steps:
            record = self._register.records.get(step.key)
            if record is not None:
                step.name = record.name
        return strategy.steps


def bad(text: str) -> Refused:
    return Refused(422, f"Bad strategy request: {text}")
