"""Steps about what a System Controller keeps beside subclouds: groups, and options of strategies. Pure functions.

dcmanager does these while we wait for its answer, so that whatever shows is the whole effect.
"""

from collections.abc import Mapping
from typing import Any

from operations.engine.seen import Progress, Seen, Sent, View
from starlingx.records import SwUpdateOptions

GROUPS = ("group_create", "group_update", "group_delete")
OPTIONS = ("options_set", "options_delete")
STEPS = frozenset({*GROUPS, *OPTIONS})
GROUP_FIELDS = ("name", "description", "update_apply_type", "max_parallel_subclouds")
OPTION_FIELDS = (
    "storage_apply_type", "worker_apply_type", "max_parallel_workers", "alarm_restriction_type",
    "default_instance_action",
)  # fmt: skip
CLOCKS_DIFFER = 10.0  # seconds that two clocks may be apart beside the skew that was measured


def settled(view: View, seen: Seen) -> bool:
    """The step's end is there already, whoever brought it about. A group to be made must be made by us."""
    match view.step:
        case "group_update":
            return seen.group is not None and _agrees(seen.group, view.facts, GROUP_FIELDS)
        case "group_delete":
            return seen.group is None
        case "options_set":
            return seen.options is not None and _agrees(seen.options, view.facts, OPTION_FIELDS)
        case "options_delete":
            return seen.options is None or _is_made_up(seen.options)
    return False


def refused(view: View, seen: Seen) -> str | None:
    """Why the step must not be sent now; None when it may."""
    if view.step == "group_create":
        return None if seen.group is None else "A group of this name is there already; it was not made by this."
    if view.step in GROUPS:
        if seen.group is None:
            return "The System Controller does not know this group any more."
        if seen.group.name not in (view.facts.get("was"), view.facts.get("name")):
            return f"The group is called {seen.group.name} now: look again."
    elif view.facts.get("subcloud") and seen.subcloud is None:
        return "The System Controller does not know this subcloud any more."
    return None


def progress(view: View, seen: Seen, sent: Sent) -> Progress:
    """How far `sent`, the last request of the step, is."""
    if view.step == "group_create" and seen.group is not None:
        doubt = _not_ours(view, seen, sent)
        return Progress("foreign", doubt) if doubt else Progress("done")
    return Progress("done" if settled(view, seen) else "untouched")


def _not_ours(view: View, seen: Seen, sent: Sent) -> str:
    """Why a group that is there after our request to make it cannot be ours; empty when it is."""
    group = seen.group
    if group is None:
        return ""
    if group.created_at is not None and (group.created_at - sent.at).total_seconds() - seen.skew < -CLOCKS_DIFFER:
        return "A group of this name was made before this operation asked for it."
    return "" if _agrees(group, view.facts, GROUP_FIELDS) else "A group of this name is there with other values."


def _is_made_up(options: SwUpdateOptions) -> bool:
    """dcmanager always lists a default; it has no times while nobody has set one (tests/wire/dcmanager)."""
    return options.subcloud_id is None and options.created_at is None and options.updated_at is None


def _agrees(row: object, facts: Mapping[str, Any], names: tuple[str, ...]) -> bool:
    return all(getattr(row, name) == facts[name] for name in names if name in facts)
