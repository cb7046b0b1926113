"""Strategies and steps as dcmanager shows them (wire/dcmanager/sw_update_strategy*.json)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator.clock import stamp_database, utc
from simulator.dcmanager.orchestration.strategy import Step, Strategy


def strategy_row(strategy: Strategy, stamp: Callable[[float], str]) -> dict[str, Any]:
    return {
        "id": strategy.id,
        "type": strategy.kind,
        "subcloud-apply-type": strategy.apply_type,
        "max-parallel-subclouds": strategy.parallel,
        "stop-on-failure": strategy.stop_on_failure,
        "state": strategy.state,
        "created-at": stamp(strategy.created_at),
        "updated-at": None if strategy.updated_at is None else stamp(strategy.updated_at),
        "extra-args": strategy.extra,
    }


def step_row(step: Step) -> dict[str, Any]:
    """Started and finished times have no fraction, created and updated do (recorded so)."""
    return {
        "id": step.id,
        "cloud": step.name,
        "stage": step.stage,
        "state": step.state,
        "details": step.details,
        "started-at": whole(step.started_at),
        "finished-at": whole(step.finished_at),
        "created-at": stamp_database(step.created_at),
        "updated-at": None if step.updated_at is None else stamp_database(step.updated_at),
    }


def whole(at: float | None) -> str | None:
    return None if at is None else f"{utc(at):%Y-%m-%d %H:%M:%S}"
