"""The VIM's API: read, create, act, delete (starlingx-platform.md 5.3). Refusals are plain text."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from simulator.nfv.engine import Vim
from simulator.nfv.rows import strategy_row
from simulator.nfv.strategy import VimStrategy
from simulator.releases import release_of
from simulator.routing import Call, Handler, answer
from simulator.sysinv.platform import KUBERNETES
from simulator.usm.deployments import Deployments

KINDS = ("sw-upgrade", "kube-upgrade", "fw-update", "kube-rootca-update", "system-config-update")
READERS = frozenset(("reader", "operator", "configurator"))
WRITERS = frozenset(("admin", "configurator"))
CHOICES = {
    "controller-apply-type": ("serial", "parallel", "ignore"),
    "storage-apply-type": ("serial", "parallel", "ignore"),
    "worker-apply-type": ("serial", "parallel", "ignore"),
    "default-instance-action": ("migrate", "stop-start"),
    "alarm-restrictions": ("strict", "relaxed", "permissive"),
}
FLAGS = ("rollback", "delete", "snapshot", "cleanup")


class Refused(Exception):
    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


def unauthorized(call: Call) -> web.Response:
    """A token that is no longer good gets 403, not 401."""
    return web.Response(status=403, text="Authorization failed")


def guarded(handler: Handler, roles: frozenset[str] = READERS) -> Handler:
    async def call_handler(call: Call) -> web.StreamResponse:
        if call.token is not None and not roles.intersection(call.token.roles):
            return web.Response(status=403, text="Forbidden")
        try:
            return await handler(call)
        except Refused as refusal:
            return web.Response(status=refusal.status, text=str(refusal))

    return call_handler


class Handlers:
    """`kind` is the strategy's, as the path has it."""

    def __init__(self, vim: Vim, deployments: Deployments) -> None:
        self._vim = vim
        self._deployments = deployments

    async def current(self, call: Call) -> web.StreamResponse:
        strategy = self._vim.of(call.cloud)
        return answer({"strategy": strategy and {"name": strategy.kind, "state": strategy.state}})

    async def show(self, call: Call) -> web.StreamResponse:
        """`{"strategy": null}` when there is none of that kind."""
        strategy, kind = self._vim.of(call.cloud), self._kind(call)
        mine = strategy is not None and strategy.kind == kind
        return answer({"strategy": strategy_row(strategy) if strategy is not None and mine else None})

    async def create(self, call: Call) -> web.StreamResponse:
        kind = self._kind(call)
        wanted = checked(await json_object(call))
        if self._vim.of(call.cloud) is not None:
            raise Refused(409, "strategy already exists")
        if kind == "sw-upgrade":
            wanted |= self._software(call, wanted)
        elif kind == "kube-upgrade" and wanted.get("to-version") not in KUBERNETES:
            raise Refused(400, "to-version is not a known version")
        call.world.do("vim.create", cloud=list(call.cloud.key), kind=kind, wanted=wanted)
        return self._answer(call)

    async def act(self, call: Call) -> web.StreamResponse:
        strategy = self._found(call)
        action = (await json_object(call)).get("action")
        needed = {"apply-all": "ready-to-apply", "abort": "applying"}
        if action in ("apply-stage", "abort-stage"):
            raise Refused(400, "the simulator applies and aborts whole strategies only")
        if action not in needed:
            raise Refused(400, "no such action")
        if strategy.state != needed[action]:
            raise Refused(400, f"strategy in state {strategy.state} cannot do {action}")
        call.world.do("vim.act", cloud=list(call.cloud.key), action=action)
        return self._answer(call, 202)

    async def delete(self, call: Call) -> web.StreamResponse:
        if self._found(call).busy:
            raise Refused(409, "strategy is busy")
        call.world.do("vim.delete", cloud=list(call.cloud.key))
        return answer(None)

    def _kind(self, call: Call) -> str:
        kind = call.params["kind"]
        if kind not in KINDS:
            raise Refused(404, "not found")
        return kind

    def _found(self, call: Call) -> VimStrategy:
        strategy = self._vim.of(call.cloud)
        if strategy is None or strategy.kind != self._kind(call):
            raise Refused(404, "no strategy")
        return strategy

    def _answer(self, call: Call, status: int = 200) -> web.Response:
        strategy = self._vim.of(call.cloud)
        return answer({"strategy": strategy and strategy_row(strategy)}, status)

    def _software(self, call: Call, wanted: dict[str, Any]) -> dict[str, Any]:
        """The release, where one is needed. Raises Refused."""
        if wanted.get("rollback") or wanted.get("cleanup"):
            if self._deployments.of(call.cloud) is None:
                raise Refused(400, "there is no deployment")
            return {"release": None}
        given = wanted.get("release")
        text = given[0] if isinstance(given, list) and given else given
        try:
            release = release_of(str(text))
        except ValueError as error:
            raise Refused(400, str(error)) from error
        if release not in call.world.software.staged(call.cloud, call.world.clock.now()):
            raise Refused(400, f"release {release.id} is not available")
        return {"release": release.id}


async def json_object(call: Call) -> dict[str, Any]:
    """Raises Refused."""
    try:
        value = await call.json()
    except ValueError as error:
        raise Refused(400, "Invalid input: not JSON") from error
    if not isinstance(value, dict):
        raise Refused(400, "Invalid input: an object is needed")
    return value


def checked(body: dict[str, Any]) -> dict[str, Any]:
    """What a strategy is created with. Raises Refused."""
    wanted: dict[str, Any] = {}
    for name, values in CHOICES.items():
        if body.get(name, values[0]) not in values:
            raise Refused(400, f"Invalid input for {name}")
        wanted[name] = body.get(name, values[0])
    parallel = body.get("max-parallel-worker-hosts", 2)
    if not isinstance(parallel, int) or not 2 <= parallel <= 100:
        raise Refused(400, "Invalid value for max-parallel-worker-hosts")
    for name in FLAGS:
        if not isinstance(body.get(name, False), bool):
            raise Refused(400, f"Invalid input for {name}")
        wanted[name] = body.get(name, False)
    for name in ("to-version", "expiry-date", "subject", "kube-upgrade"):
        if not isinstance(body.get(name, ""), str):
            raise Refused(400, f"Invalid input for {name}")
        wanted[name] = body.get(name)
    return wanted | {"max-parallel-worker-hosts": parallel, "release": body.get("release")}
