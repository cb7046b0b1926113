"""Each step as pure functions: is it settled already, may it be sent, how far is it."""

from datetime import datetime

from operations.choices import Outcome
from operations.engine import central_steps
from operations.engine.failures import state_of
from operations.engine.lanes import backup_progress, deletion_progress, prestage_progress
from operations.engine.seen import Progress, Seen, Sent, View
from operations.engine.signs import same_address
from operations.engine.statuses import PATHS, abort_progress, deploy_progress
from operations.planning.legality import forced, refusal
from starlingx.deploy_states import Kind, deploy_state
from starlingx.records import Subcloud

# Our step -> dcmanager's verb, where the words differ (operations/planning/legality.py)
VERBS = {"backup": "backup_create", "delete_backup": "backup_delete_central"}
WITHOUT_REQUEST = ("online", "offline")
CLOCKS_DIFFER = 10.0  # seconds that two clocks may be apart beside the skew that was measured


def settled(view: View, seen: Seen) -> bool:
    """The step's end is there already, whoever brought it about: nothing need be sent."""
    if view.step in central_steps.STEPS:
        return central_steps.settled(view, seen)
    subcloud = seen.subcloud
    if view.step in ("delete", "offline") and subcloud is None:
        return True  # what is gone answers nobody
    if view.step == "delete":
        return False
    if subcloud is None:
        return False
    return _reached(view, seen, subcloud)


def _reached(view: View, seen: Seen, subcloud: Subcloud) -> bool:
    facts = view.facts
    match view.step:
        case "manage":
            return subcloud.management_state == "managed"
        case "unmanage":
            return subcloud.management_state == "unmanaged"
        case "abort":
            return deploy_state(subcloud.deploy_status).kind is Kind.ABORTED
        case "online" | "offline":
            return subcloud.availability_status == view.step
        case "power_off":
            return subcloud.availability_status == "offline" or seen.power == "Off"
        case "move_group":
            return subcloud.group_id == facts.get("group_id")
        case "rename":
            return subcloud.name == facts.get("new_name")
        case "edit":
            return all(getattr(subcloud, name) == facts[name] for name in ("description", "location") if name in facts)
    return False


def refused(view: View, seen: Seen) -> str | None:
    """Why the step must not be sent now; None when it may."""
    if view.step in central_steps.STEPS:
        return central_steps.refused(view, seen)
    if view.step == "add":
        return None if seen.subcloud is None else "A subcloud of this name is there already; it was not made by this."
    if seen.subcloud is None:
        return "The System Controller does not know this subcloud any more."
    if view.step == "power_off":
        return None
    verb = VERBS.get(view.step, view.step)
    if view.step == "delete_backup" and view.facts.get("local_only"):
        verb = "backup_delete_local"
    return refusal(verb, state_of(seen.subcloud), force=forced(view.facts))


def progress(view: View, seen: Seen, sent: Sent) -> Progress:
    """How far `sent`, the last request of the step, is."""
    if view.step in central_steps.STEPS:
        return central_steps.progress(view, seen, sent)
    subcloud = seen.subcloud
    if settled(view, seen):
        return Progress("done")
    if sent.verb == "add" and subcloud is not None and (doubt := _not_ours(view, seen, sent, subcloud)):
        return Progress("foreign", doubt)
    if sent.verb in PATHS:
        return deploy_progress(PATHS[sent.verb], seen, sent, view.last_status, view.facts)
    if subcloud is None:
        return Progress("foreign", "The System Controller does not know this subcloud any more.")
    match sent.verb:
        case "abort":
            return abort_progress(subcloud, sent)
        case "backup":
            return backup_progress(subcloud, sent, seen.restarted)
        case "prestage":
            return prestage_progress(subcloud, sent, seen.restarted)
        case "delete_backup":
            return deletion_progress(subcloud, sent, seen.restarted)
    return Progress("untouched", subcloud.deploy_status)


def _not_ours(view: View, seen: Seen, sent: Sent, subcloud: Subcloud) -> str:
    """Why a subcloud that is there after our request to add it cannot be ours; empty when it is."""
    if subcloud.created_at is not None:
        ahead = (subcloud.created_at - _first_asked(view, sent)).total_seconds() - seen.skew
        if ahead < -CLOCKS_DIFFER:
            return "A subcloud of this name was made before this operation asked for it."
    start = view.facts.get("management_start_ip")
    if start and subcloud.management_start_ip and not same_address(subcloud.management_start_ip, start):
        return f"A subcloud of this name is there with other addresses ({subcloud.management_start_ip})."
    return ""


def _first_asked(view: View, sent: Sent) -> datetime:
    """When the site was asked for first: an early request may come true when it has been sent again meanwhile."""
    ours = [sent.at]
    for one in (*view.earlier, *view.sent):
        if one.verb == "delete" and one.effective:
            ours = [sent.at]
        elif one.verb == "add" and one.outcome not in (Outcome.UNSENT, Outcome.REFUSED):
            ours.append(one.at)
    return min(ours)
