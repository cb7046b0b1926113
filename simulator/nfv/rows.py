"""A strategy as the VIM shows it: hyphens throughout, times without a zone."""

from __future__ import annotations

from typing import Any

from simulator.clock import utc
from simulator.fleet import Cloud
from simulator.nfv.strategy import ENDED, Phase, Stage, Step, VimStrategy
from simulator.releases import release_of

Row = dict[str, Any]
LIMIT = 3600  # seconds a step may take; the real one gives each its own


def stamp(at: float | None) -> str:
    return "" if at is None else f"{utc(at):%Y-%m-%d %H:%M:%S}"


def strategy_row(strategy: VimStrategy) -> Row:
    wanted = strategy.wanted
    row: Row = {"uuid": strategy.uuid, "name": strategy.kind}
    if strategy.kind == "sw-upgrade":
        release = wanted.get("release")
        row |= {"release": [release] if release else [], "kube-version": wanted.get("kube-upgrade")}
        if release:
            row |= {"release-id": release_of(release).id, "metapackages": [], "pre-upgrade-deploy": False}
    return row | {
        "controller-apply-type": wanted.get("controller-apply-type", "serial"),
        "storage-apply-type": wanted.get("storage-apply-type", "serial"),
        "swift-apply-type": "ignore",
        "worker-apply-type": wanted.get("worker-apply-type", "serial"),
        "max-parallel-worker-hosts": wanted.get("max-parallel-worker-hosts", 2),
        "default-instance-action": wanted.get("default-instance-action", "migrate"),
        "alarm-restrictions": wanted.get("alarm-restrictions", "strict"),
        "state": strategy.state,
        "current-phase": strategy.phase.name,
        "current-phase-completion-percentage": strategy.phase.percent,
        "build-phase": phase_row(strategy.cloud, strategy.build),
        "apply-phase": phase_row(strategy.cloud, strategy.apply),
        "abort-phase": phase_row(strategy.cloud, strategy.abort),
    }


def phase_row(cloud: Cloud, phase: Phase) -> Row:
    done = sum(stage.done == len(stage.steps) for stage in phase.stages)
    return {
        "phase-name": phase.name,
        "timeout": LIMIT * len(phase.steps),
        "total-stages": len(phase.stages),
        "current-stage": done,
        "stop-at-stage": len(phase.stages) if phase.started_at is not None else 0,
        "stages": [stage_row(cloud, number, stage) for number, stage in enumerate(phase.stages)],
        "inprogress": phase.in_progress,
        "completion-percentage": phase.percent,
        "result": phase.result,
        "reason": phase.reason,
        "response": phase.response,
        "start-date-time": stamp(phase.started_at),
        "end-date-time": stamp(phase.ended_at),
    }


def stage_row(cloud: Cloud, number: int, stage: Stage) -> Row:
    return {
        "stage-id": number,
        "stage-name": stage.name,
        "timeout": LIMIT * len(stage.steps),
        "total-steps": len(stage.steps),
        "current-step": stage.done,
        "steps": [step_row(cloud, position, step) for position, step in enumerate(stage.steps)],
        "inprogress": stage.started_at is not None and stage.ended_at is None,
        "result": stage.result,
        "reason": next((step.reason for step in stage.steps if step.reason), ""),
        "start-date-time": stamp(stage.started_at),
        "end-date-time": stamp(stage.ended_at),
    }


def step_row(cloud: Cloud, number: int, step: Step) -> Row:
    """A step under way has the result `wait`."""
    hosts = [host for host in cloud.hosts if host.hostname in step.hosts]
    waiting = step.started_at is not None and step.result not in ENDED
    return {
        "step-id": number,
        "step-name": step.name,
        "timeout": LIMIT,
        "entity-type": "hosts" if hosts else "",
        "entity-uuids": [host.uuid for host in hosts],
        "entity-names": [host.hostname for host in hosts],
        "result": "wait" if waiting else step.result,
        "reason": step.reason,
        "start-date-time": stamp(step.started_at),
        "end-date-time": stamp(step.ended_at),
    }
