"""The hash of a plan: what was approved or started is what runs."""

import hashlib
from collections.abc import Iterable

import orjson

from operations.models import Operation, Target


def plan_hash(operation: Operation, targets: Iterable[Target]) -> str:
    """Over kind, options, limits, and every target with its steps and masked facts."""
    plan = [
        operation.kind, operation.options, operation.max_at_once, operation.stop_after_failures,
        [[t.number, t.controller_id, t.dcmanager_id, t.name, t.steps, t.facts] for t in targets],
    ]  # fmt: skip
    return hashlib.sha256(orjson.dumps(plan, option=orjson.OPT_SORT_KEYS)).hexdigest()
