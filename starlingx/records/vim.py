"""A cloud's own strategy in full: phases, stages, steps, as its VIM tells (starlingx-platform.md 5.3).

The finest account of progress there is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from starlingx.redaction import redact
from starlingx.rows import Row

REASON_LENGTH = 2048


@dataclass(frozen=True, slots=True)
class VimStep:
    """One step: lock-hosts, upgrade-hosts … on the entities named. `timeout` in seconds."""

    id: int | None
    name: str
    timeout: int | None
    entity_type: str
    entity_names: tuple[str, ...]
    result: str
    reason: str
    started_at: datetime | None
    ended_at: datetime | None

    @classmethod
    def read(cls, row: Row) -> Self:
        """Everything as told."""
        return cls(
            id=row.count("step-id"),
            name=row.text("step-name"),
            timeout=row.count("timeout"),
            entity_type=row.text("entity-type"),
            entity_names=row.texts("entity-names"),
            result=row.text("result"),
            reason=_reason(row),
            started_at=row.moment("start-date-time"),
            ended_at=row.moment("end-date-time"),
        )


@dataclass(frozen=True, slots=True)
class VimStage:
    """Steps that belong together. `current_step` counts from 0 and is `total_steps` at the end."""

    id: int | None
    name: str
    total_steps: int | None
    current_step: int | None
    in_progress: bool | None
    result: str
    reason: str
    started_at: datetime | None
    ended_at: datetime | None
    steps: tuple[VimStep, ...]

    @classmethod
    def read(cls, row: Row) -> Self:
        """Everything as told."""
        return cls(
            id=row.count("stage-id"),
            name=row.text("stage-name"),
            total_steps=row.count("total-steps"),
            current_step=row.count("current-step"),
            in_progress=row.flag("inprogress"),
            result=row.text("result"),
            reason=_reason(row),
            started_at=row.moment("start-date-time"),
            ended_at=row.moment("end-date-time"),
            steps=tuple(map(VimStep.read, row.inners("steps"))),
        )


@dataclass(frozen=True, slots=True)
class VimPhase:
    """The build, apply or abort phase. `percent` is the VIM's own number; a phase that never ran has no stages."""

    name: str
    total_stages: int | None
    current_stage: int | None
    in_progress: bool | None
    percent: int | None
    result: str
    reason: str
    started_at: datetime | None
    ended_at: datetime | None
    stages: tuple[VimStage, ...]

    @classmethod
    def read(cls, row: Row) -> Self:
        """Everything as told."""
        return cls(
            name=row.text("phase-name"),
            total_stages=row.count("total-stages"),
            current_stage=row.count("current-stage"),
            in_progress=row.flag("inprogress"),
            percent=row.count("completion-percentage"),
            result=row.text("result"),
            reason=_reason(row),
            started_at=row.moment("start-date-time"),
            ended_at=row.moment("end-date-time"),
            stages=tuple(map(VimStage.read, row.inners("stages"))),
        )


@dataclass(frozen=True, slots=True)
class VimStrategyDetail:
    """The strategy of one kind. States as in `VimStrategy`; `current_phase` is initial, build, apply or abort."""

    uuid: str
    name: str
    state: str
    current_phase: str
    percent: int | None
    controller_apply_type: str
    storage_apply_type: str
    worker_apply_type: str
    max_parallel_worker_hosts: int | None
    default_instance_action: str
    alarm_restrictions: str
    build: VimPhase
    apply: VimPhase
    abort: VimPhase

    @classmethod
    def read(cls, row: Row) -> Self:
        """Identity: uuid, name, state."""
        return cls(
            uuid=row.identity("uuid"),
            name=row.identity("name"),
            state=row.identity("state"),
            current_phase=row.text("current-phase"),
            percent=row.count("current-phase-completion-percentage"),
            controller_apply_type=row.text("controller-apply-type"),
            storage_apply_type=row.text("storage-apply-type"),
            worker_apply_type=row.text("worker-apply-type"),
            max_parallel_worker_hosts=row.count("max-parallel-worker-hosts"),
            default_instance_action=row.text("default-instance-action"),
            alarm_restrictions=row.text("alarm-restrictions"),
            build=VimPhase.read(row.inner("build-phase")),
            apply=VimPhase.read(row.inner("apply-phase")),
            abort=VimPhase.read(row.inner("abort-phase")),
        )


def _reason(row: Row) -> str:
    return redact(row.text("reason", REASON_LENGTH))
