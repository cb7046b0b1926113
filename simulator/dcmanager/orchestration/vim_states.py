"""The two states in which a site's VIM does the work: its strategy is built, then applied."""

from __future__ import annotations

from typing import Any

from simulator.dcmanager.orchestration.strategy import Fail, Go, Outcome, Wait
from simulator.dcmanager.orchestration.tools import Job, State
from simulator.nfv.strategy import BUSY, VimStrategy
from simulator.sysinv.platform import KUBERNETES

BUILD_POLL, BUILD_POLLS = 10.0, 180
APPLY_POLL, APPLY_POLLS = 60.0, 400
FAILED_QUERIES = 30
FAILED = "sw-deploy-apply-strategy-failed"
KINDS = {
    "sw-deploy": "sw-upgrade",
    "kubernetes": "kube-upgrade",
    "kube-rootca-update": "kube-rootca-update",
    "firmware": "fw-update",
}


def fail(job: Job, reason: str) -> Fail:
    """Only a software deployment leaves a status of its own behind."""
    return Fail(reason, FAILED if job.strategy.kind == "sw-deploy" else "complete")


def progress(strategy: VimStrategy) -> str:
    return f"{strategy.phase.name} phase is {strategy.phase.percent}% complete"


def found(job: Job) -> VimStrategy | None:
    """The site's strategy, if it is of the kind this step has made."""
    strategy = job.tools.vim.of(job.cloud)
    return strategy if strategy is not None and strategy.kind == KINDS[job.strategy.kind] else None


class Creating(State):
    def __init__(self, following: str) -> None:
        self._following = following

    def begin(self, job: Job, at: float) -> Outcome:
        if not job.reachable(at):
            return fail(job, "Get VIM client failed.")
        existing = job.tools.vim.of(job.cloud)
        if existing is not None and existing.state in BUSY:
            return fail(job, f"Failed to create a VIM strategy: there is one already, and it is {existing.state}.")
        job.tools.vim.create(job.cloud, KINDS[job.strategy.kind], wanted(job), at)
        return Wait(job.scaled(BUILD_POLL))

    def due(self, job: Job, at: float) -> Outcome:
        strategy = found(job)
        job.step.polls += 1
        if not job.reachable(at) or strategy is None:
            return fail(job, "Failed to get VIM strategy.")
        if strategy.state == "ready-to-apply":
            return Go(self._following)
        if strategy.state != "building":
            return fail(job, f"VIM strategy build failed: {strategy.build.response or strategy.build.reason}")
        if job.step.polls >= BUILD_POLLS:
            return fail(job, "Timeout building VIM strategy.")
        return Wait(job.scaled(BUILD_POLL), progress(strategy))


class Applying(State):
    def __init__(self, following: str) -> None:
        self._following = following

    def begin(self, job: Job, at: float) -> Outcome:
        if job.strategy.kind == "sw-deploy":
            job.tools.register.put(job.cloud, "deploy", "sw-deploy-in-progress", at)
        strategy = found(job)
        if not job.reachable(at) or strategy is None:
            return fail(job, "Failed to get VIM strategy.")
        if strategy.state == "ready-to-apply":
            job.tools.vim.start(strategy, at)
        return Wait(job.scaled(APPLY_POLL))

    def due(self, job: Job, at: float) -> Outcome:
        """A VIM may be away for long while its only host restarts."""
        step = job.step
        step.polls += 1
        if step.polls >= APPLY_POLLS:
            return fail(job, "Timeout waiting for VIM strategy to apply.")
        if not job.reachable(at):
            step.failed_queries += 1
            if step.failed_queries >= FAILED_QUERIES:
                return fail(job, "Timeout during recovery of VIM strategy.")
            return Wait(job.scaled(APPLY_POLL))
        step.failed_queries = 0
        strategy = found(job)
        if strategy is None:
            return fail(job, "VIM Strategy no longer exists.")
        if strategy.state == "applied":
            return Go(self._following)
        if strategy.state == "applying":
            return Wait(job.scaled(APPLY_POLL), progress(strategy))
        if strategy.state in ("apply-failed", "apply-timeout"):
            return fail(job, f"VIM strategy apply failed: {strategy.apply.response or strategy.apply.reason}")
        if strategy.state == "aborting":
            return Wait(job.scaled(APPLY_POLL))
        return fail(job, f"VIM strategy unexpected apply state: {strategy.state}.")


def wanted(job: Job) -> dict[str, Any]:
    """What the site's strategy is created with: the options of the subcloud and the arguments of the strategy."""
    options, arguments = job.tools.options(job.cloud), job.strategy.arguments
    common = {
        "controller-apply-type": "serial",
        "storage-apply-type": options["storage-apply-type"],
        "worker-apply-type": options["worker-apply-type"],
        "max-parallel-worker-hosts": options["max-parallel-workers"],
        "default-instance-action": options["default-instance-action"],
        "alarm-restrictions": options["alarm-restriction-type"],
    }
    if job.strategy.kind == "kubernetes":
        return common | {"to-version": next_version(job)}
    if job.strategy.kind == "sw-deploy":
        kubernetes = job.central.software.kubernetes if arguments.get("kube_upgrade") else None
        return common | {
            "release": arguments.get("release_id"),
            "rollback": bool(arguments.get("rollback")),
            "cleanup": bool(arguments.get("cleanup")),
            "delete": bool(arguments.get("delete")),
            "snapshot": bool(arguments.get("snapshot")),
            "kube-upgrade": kubernetes,
        }
    return common | {name: arguments.get(name) for name in ("subject", "expiry-date") if name in arguments}


def next_version(job: Job) -> str | None:
    """The version a site can be brought to in one go: the one after its own, if that is not above what is asked for."""
    target = job.strategy.arguments.get("to-version") or job.central.software.kubernetes
    later = [version for version in KUBERNETES if job.cloud.software.kubernetes < version <= target]
    return min(later, default=None)
