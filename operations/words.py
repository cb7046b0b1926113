"""Steps, options and causes in the words of people."""

from collections.abc import Mapping
from typing import Any

from operations.planning.error_causes import summary_of

STEPS = {
    "add": "deploy",
    "online": "wait until online",
    "offline": "wait until offline",
    "power_off": "power down",
    "move_group": "move to the group",
    "backup": "back up",
    "delete_backup": "delete the backup",
    "reconfigure_network": "reconfigure the network",
    "edit": "describe",
    "group_create": "make the group",
    "group_update": "change the group",
    "group_delete": "delete the group",
    "options_set": "set strategy options",
    "options_delete": "clear strategy options",
}
OPTIONS = {
    "manage": "manage it afterwards",
    "release": "release",
    "force": "force",
    "for_install": "for installing",
    "local_only": "on the subcloud only",
    "registry_images": "with the images of its registry",
    "with_install": "install it first",
    "without_known_backup": "though no backup is known",
    "bootstrap_address": "bootstrap address",
    "bmc_username": "account of the BMC",
}


def step(name: str) -> str:
    """A step that has no other word is called by its name."""
    return STEPS.get(name, name.replace("_", " "))


def step_of(steps: list[str], at: int) -> str:
    """The step under way; "" when all are done."""
    return step(steps[at]) if at < len(steps) else ""


def options(given: Mapping[str, Any]) -> list[str]:
    """["manage it afterwards", "release 26.09", "not force"]."""
    return [_option(OPTIONS.get(name, name.replace("_", " ")), value) for name, value in given.items()]


def _option(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return name if value else f"not {name}"
    return f"no {name}" if value == "" else f"{name} {value}"


def cause(key: str) -> str:
    return summary_of(key) or key.replace("-", " ")


# What happened to a target, where it is not dcmanager that says so (those: operations/planning/error_causes.py):
# what it means, and what to do.
OWN_CAUSES = {
    "refused": (
        "The System Controller refused the request.",
        "Read what it said below. Mend that, then try again: a refused request is never repeated by itself.",
    ),
    "not-sent": (
        "The request was not sent: something in it cannot be asked.",
        "Mend what the text names, then try again. The System Controller was not asked.",
    ),
    "not-legal": (
        "It is not in a state in which this may be asked.",
        "The reason stands below. Bring it into that state, then try again.",
    ),
    "unsent": (
        "The request could not be sent.",
        "What stands in its way is told below: a certificate, a name, a port. Mend that, then try again.",
    ),
    "read-only": (
        "The System Controller is read-only from here.",
        "An administrator must give it a write user; then try again.",
    ),
    "aborted": ("It was aborted on demand.", "Resume it, or begin its phase again, when the reason for that is gone."),
    "too-late": (
        "The abort came too late.",
        "What had ended, and what was not done any more, stands below. Try again to go on from there.",
    ),
    "interrupted": (
        "The System Controller restarted while it worked on it, again and again.",
        "See why it restarts. Nothing says that the work itself failed: resume it.",
    ),
    "stopped": (
        "A person stopped it while it only waited.",
        "What was done before stays done. Try again to go on from the step it waited at.",
    ),
    "given-up": ("A person decided that it has failed.", "Try again when what was in doubt is clear."),
    "backup-failed": (
        "The backup failed.",
        "Mend what the text names (often space, or a lost link), then back up again.",
    ),
    "prestage-failed": ("Prestaging failed.", "Mend what the text names, then prestage again."),
}
