"""Orders to dcmanager: everything a System Controller does to its fleet (starlingx-dcmanager.md 2).

Each call sends once, within 25 s unless told otherwise, and returns what dcmanager says, which for work in the
background is the status it expects, not yet one it has. It raises a StarlingXError whose `outcome_unknown` tells
whether to look before sending again. Subclouds and groups are named by number, so that no name is taken for another.
Passwords are plain Secrets: dcmanager's base64 is made here.
"""

from starlingx.dcmanager_writes.backups import BackupWrites
from starlingx.dcmanager_writes.deploy_files import DeployFileWrites
from starlingx.dcmanager_writes.deploy_inputs import DeployInputs
from starlingx.dcmanager_writes.deployment import DeployWrites
from starlingx.dcmanager_writes.groups import GroupWrites
from starlingx.dcmanager_writes.new_strategy import NewStrategy
from starlingx.dcmanager_writes.options import NewOptions, OptionWrites
from starlingx.dcmanager_writes.strategies import StrategyWrites
from starlingx.dcmanager_writes.subclouds import NewNetwork, SubcloudWrites

__all__ = ["DcManagerWrites", "DeployInputs", "NewNetwork", "NewOptions", "NewStrategy"]


class DcManagerWrites(
    SubcloudWrites, DeployWrites, DeployFileWrites, BackupWrites, GroupWrites, StrategyWrites, OptionWrites
):
    """All of them, for one session with a System Controller."""
