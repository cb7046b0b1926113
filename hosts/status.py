"""One word for a host from sysinv's four (starlingx-platform.md 2.3)."""

from hosts.choices import HostStatus

DOWN_AVAILABILITY = frozenset({"failed", "offline", "power-off", "not-installed"})
# What maintenance writes into `task` when an action ended badly: nothing is under way any more.
FAILED_TASK = ("failed", "failure", "timeout", "not accessible", "not provisioned")


def status_of(administrative: str, operational: str, availability: str, task: str = "") -> HostStatus:
    """A task under way is a transition; then locked, down, degraded, available. Words we do not know give unknown."""
    if task and not any(word in task.lower() for word in FAILED_TASK):
        return HostStatus.TRANSITION
    if administrative == "locked":
        return HostStatus.LOCKED
    if administrative != "unlocked":
        return HostStatus.UNKNOWN
    if operational == "disabled" or availability in DOWN_AVAILABILITY:
        return HostStatus.DOWN
    if operational == "enabled":
        return {"available": HostStatus.OK, "degraded": HostStatus.DEGRADED}.get(availability, HostStatus.UNKNOWN)
    return HostStatus.UNKNOWN
