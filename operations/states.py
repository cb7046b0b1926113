"""A subcloud as the portal knows it, in the words of the table of legal verbs."""

from operations.planning.legality import SubcloudState
from operations.planning.subcloud_state import knows_backup
from sites.models import Cloud


def stored_state(cloud: Cloud) -> SubcloudState:
    """From the collector's last look, whose age the page shows beside it."""
    return SubcloudState(
        deploy_status=cloud.deploy_status,
        management_state=cloud.management_state,
        availability_status=cloud.availability_status,
        backup_status=cloud.backup_status,
        has_backup=knows_backup(cloud.backup_status, cloud.backup_at),
        prestage_status=cloud.prestage_status,
        peer_group=cloud.peer_group_id is not None,
        system_mode=cloud.system_mode,
    )
