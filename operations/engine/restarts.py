"""Whether a failure without a reason is a restart of the System Controller: only where something else says so.

A restart turns every status of work under way into its failed twin and leaves the error text as it was
(dc:dcmanager/manager/subcloud_manager.py, handle_subcloud_operations_in_progress). But the same words stand there
without a text when work fails before its playbook runs: `_create_subcloud`, `subcloud_deploy_install`,
`subcloud_deploy_bootstrap`, `subcloud_deploy_config`, restores, and backups that cannot be prepared. A playbook that
fails always leaves a text (dc:dcmanager/common/utils.py, find_and_save_ansible_error_msg).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from operations.engine.failures import no_reason
from operations.engine.lanes import BACKUP_FAILED
from operations.engine.pace import pace
from operations.engine.seen import Seen, View
from operations.models import Job
from sites.models import ControllerService
from starlingx.deploy_states import INTERRUPTED
from starlingx.records import Subcloud

SERVICE = "dcmanager"
AT_ONCE = timedelta(seconds=10)  # the manager writes all twins in one loop when it starts
MARGIN = 2  # times `unmoved`: the manager comes up a while after its API, and writes the twins then
OF_PLAYBOOKS = ("install-failed", "bootstrap-failed", "config-failed", "enroll-failed", "init-enroll-failed")
IN_BACKUP = (*BACKUP_FAILED, "delete-failed")
SILENT = "its services did not answer around then"


def unexplained(view: View, seen: Seen) -> bool:
    """Whether it stands in a failed word without a reason, after a request of ours."""
    found = seen.subcloud
    if found is None or not (view.sent or view.earlier) or not no_reason(found.error_description):
        return False
    if view.step in ("backup", "delete_backup"):
        return found.backup_status in IN_BACKUP
    return found.prestage_status == "failed" if view.step == "prestage" else found.deploy_status in INTERRUPTED


def silence(controller_id: int, since: datetime) -> str:
    """That jobs or the collector got no answer from the controller since then, or shortly before; else ""."""
    early = since - MARGIN * pace().unmoved
    jobs = Job.objects.filter(target__controller=controller_id, silent_at__gte=early)
    failing = ControllerService.objects.filter(controller=controller_id, service=SERVICE, failing_since__isnull=False)
    return SILENT if jobs.exists() or failing.exists() else ""


def at_once(subcloud: Subcloud, others: Iterable[Subcloud]) -> str:
    """That others were cut off at the same moment; else "". One cause of their own may fail several that are prepared
    alike: they count where they stand in different phases, or where a playbook would have told why."""
    at = subcloud.updated_at
    if at is None:
        return ""
    near = [one for one in others if one.id != subcloud.id and one.updated_at and abs(one.updated_at - at) <= AT_ONCE]
    words = [word for one in near if no_reason(one.error_description) for word in _twins(one)]
    own = set(_twins(subcloud))
    if not words or not (set(words) - own or own & set(OF_PLAYBOOKS)):
        return ""
    return f"{len(words)} more {'was' if len(words) == 1 else 'were'} cut off at the same moment"


def _twins(subcloud: Subcloud) -> list[str]:
    """Its words that a restart leaves behind."""
    found = [subcloud.deploy_status] if subcloud.deploy_status in INTERRUPTED else []
    found += [f"backup {subcloud.backup_status}"] if subcloud.backup_status in IN_BACKUP else []
    return found + (["prestage failed"] if subcloud.prestage_status == "failed" else [])
