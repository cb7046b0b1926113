"""Closed lists of words about operations. The words of dcmanager (deploy-status and so on) are open and stay text."""

from django.db.models import TextChoices


class Kind(TextChoices):
    """What is asked of the fleet. Each kind is a row of operations/kinds.py."""

    DEPLOY = "deploy", "Deploy"
    INSTALL = "install", "Install"
    BOOTSTRAP = "bootstrap", "Bootstrap"
    CONFIGURE = "configure", "Configure"
    COMPLETE = "complete", "Complete"
    ABORT = "abort", "Abort deployment"
    RESUME = "resume", "Resume deployment"
    ENROLL = "enroll", "Enroll"
    MANAGE = "manage", "Manage"
    UNMANAGE = "unmanage", "Unmanage"
    EDIT = "edit", "Edit"
    RENAME = "rename", "Rename"
    MOVE_GROUP = "move_group", "Move to a group"
    REDEPLOY = "redeploy", "Redeploy"
    PRESTAGE = "prestage", "Prestage"
    BACKUP = "backup", "Back up"
    DELETE_BACKUP = "delete_backup", "Delete backup"
    RESTORE = "restore", "Restore"
    RECONFIGURE_NETWORK = "reconfigure_network", "Reconfigure network"
    DECOMMISSION = "decommission", "Decommission"
    CAMPAIGN = "campaign", "Campaign"
    GROUP_CREATE = "group_create", "Make a group"
    GROUP_UPDATE = "group_update", "Change a group"
    GROUP_DELETE = "group_delete", "Delete a group"
    OPTIONS_SET = "options_set", "Set strategy options"
    OPTIONS_DELETE = "options_delete", "Clear strategy options"


class WaveState(TextChoices):
    """Life of a wave of a campaign. AWAITING: nothing of it begins until somebody approves it. STOPPED: a limit was
    reached or somebody ended it; what ran has ended."""

    PENDING = "pending", "to come"
    AWAITING = "awaiting", "waits for approval"
    RUNNING = "running", "running"
    SOAKING = "soaking", "soaking"
    COMPLETED = "completed", "completed"
    STOPPED = "stopped", "stopped"


class BatchState(TextChoices):
    """Life of a batch: one strategy. HELD: a person must decide. RESTORING: sites go back to their groups."""

    PENDING = "pending", "to come"
    WAITING = "waiting", "waiting"
    RUNNING = "running", "running"
    STOPPING = "stopping", "stopping"
    RESTORING = "restoring", "tidying up"
    HELD = "held", "needs a decision"
    COMPLETED = "completed", "completed"
    FAILED = "failed", "failed"
    CANCELLED = "cancelled", "not run"


class OperationState(TextChoices):
    """Life of an operation. FAILED_TEMP: everything has stopped, some targets failed and may be retried.
    ABORTED: somebody ended it after it had begun."""

    CHECKING = "checking", "checking"
    PLANNED = "planned", "planned"
    PROCESSING = "processing", "running"
    COMPLETED = "completed", "completed"
    FAILED_TEMP = "failed_temp", "ended with failures"
    FAILED = "failed", "failed"
    CANCELLED = "cancelled", "cancelled"
    ABORTED = "aborted", "aborted"


class TargetState(TextChoices):
    """Life of one subcloud in an operation. REFUSED: nothing was ever sent for it. HELD: a person must decide."""

    CHECKING = "checking", "checking"
    REFUSED = "refused", "refused"
    READY = "ready", "ready"
    WAITING = "waiting", "waiting"
    RUNNING = "running", "running"
    HELD = "held", "needs a decision"
    COMPLETED = "completed", "completed"
    FAILED = "failed", "failed"
    CANCELLED = "cancelled", "not run"


class Outcome(TextChoices):
    """What became of one request to a System Controller."""

    PENDING = "pending", "about to be sent"
    ACCEPTED = "accepted", "accepted"
    REFUSED = "refused", "refused"
    UNKNOWN = "unknown", "no answer: outcome unknown"
    EFFECTIVE = "effective", "took effect"
    LOST = "lost", "had no effect"
    UNSENT = "unsent", "was never sent"


NOT_DONE = (Outcome.REFUSED, Outcome.LOST, Outcome.UNSENT)  # nothing came of it, and nothing will
ACTIVE_TARGETS = (TargetState.WAITING, TargetState.RUNNING, TargetState.HELD)
OPEN_TARGETS = (TargetState.READY, *ACTIVE_TARGETS)  # to come, or at work
ENDED_TARGETS = (TargetState.REFUSED, TargetState.COMPLETED, TargetState.FAILED, TargetState.CANCELLED)
ENDED_OPERATIONS = (
    OperationState.COMPLETED, OperationState.FAILED_TEMP, OperationState.FAILED, OperationState.CANCELLED,
    OperationState.ABORTED,
)  # fmt: skip
