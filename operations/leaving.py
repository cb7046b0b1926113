"""Taking a subcloud out of service: the steps with where it stands in them, and what is lost by it."""

from dataclasses import dataclass

from operations.profiles import profile_of
from sites.backups import BackupState, state_of
from sites.models import Cloud


@dataclass(frozen=True, slots=True)
class Leaving:
    """One step. `state`: done, current or todo, as the stepper draws it."""

    label: str
    state: str
    note: str


def steps(cloud: Cloud) -> list[Leaving]:
    """In their order; dcmanager deletes only what is unmanaged and offline."""
    unmanaged, offline = cloud.management_state == "unmanaged", cloud.availability_status == "offline"
    done = [unmanaged, offline, offline, False]
    told = [
        ("Unmanage", "is unmanaged" if unmanaged else f"is {cloud.management_state or 'of unknown management'} now"),
        ("Power down", "is down" if offline else "by its BMC where an account is given, else by hand"),
        ("Wait until offline", "is offline" if offline else "two looks of dcmanager, 80 s or so"),
        ("Delete", "from the System Controller"),
    ]
    first = done.index(False)
    return [
        Leaving(label, "done" if done[at] else "current" if at == first else "todo", note)
        for at, (label, note) in enumerate(told)
    ]


def losses(cloud: Cloud) -> list[str]:
    """What is gone afterwards, and what stays; by what is known of it now."""
    hosts = f"{cloud.hosts_total} host{'' if cloud.hosts_total == 1 else 's'}" if cloud.hosts_total else "its hosts"
    found = [
        f"The site goes out of service: {hosts} ({profile_of(cloud.system_mode) or 'kind unknown'}) are powered down, "
        "with all that runs there.",
        f"The System Controller forgets {cloud.name}: routes, inventory and deploy files. Its name and addresses are "
        "free again.",
    ]
    if cloud.ceph_status not in ("none", "unknown", ""):
        found.append("Its Ceph storage stays on its disks, but nobody serves it any more.")
    found.append(_backup(cloud))
    found.append("The portal keeps its history: alarms, states and operations can be looked up as before.")
    return found


def _backup(cloud: Cloud) -> str:
    state = state_of(cloud.backup_status, cloud.backup_at)
    when = f" of {cloud.backup_at:%Y-%m-%d %H:%M} UTC" if cloud.backup_at else ""
    if state == BackupState.CENTRAL:
        return f"Its backup{when} is on the System Controller."
    if state == BackupState.LOCAL:
        return f"Its only backup{when} is on the site itself, and goes with it."
    return f"No good backup of it is known{f': {cloud.backup_status}' if cloud.backup_status else ''}."
