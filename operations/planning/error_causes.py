"""From a subcloud's deploy status and error text to a cause, in plain words, and what to do about it.

Source: starlingx-dcmanager.md 3.8 (keys and what texts look like) and trap 29 (restart). The sentences are ours. A text
that says nothing known is shown as it is; what StarlingX does not tell is not invented.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from starlingx.deploy_states import INTERRUPTED, Kind, deploy_state, interrupted

NO_ERROR = "No errors present"  # dcmanager may append a hint to it (3.8)
LONGEST_TEXT = 4096
INTERRUPTED_KEY = "interrupted-by-restart"
TIMEOUT_KEY = "timeout"

_CODE = re.compile(r"err_code\s*=\s*[\"']?([A-Za-z0-9_.-]{1,64})", re.IGNORECASE)
_STAGE = re.compile(
    r"(FAILED|TIMEOUT|TIMED OUT)\s{1,8}(?:executing )?([A-Za-z -]{1,64}?)\s{0,8}playbook of", re.IGNORECASE
)
_TASK = re.compile(r"TASK \[([^\]\n]{1,200})\]")


@dataclass(frozen=True, slots=True)
class Cause:
    """`key` is dcmanager's err_code, or a deploy status, or one of ours. `known`: there are words of ours for it.

    `stage` and `task` (of Ansible) are "" when the text does not name them. `text` is the error text as it came.
    """

    key: str
    known: bool
    summary: str
    advice: str
    stage: str
    task: str
    text: str


_CAUSES: dict[str, tuple[str, str]] = {
    "bmc_cred": (
        "The BMC refused its user name or password.",
        "Compare both with those of the BMC itself, then install again with the right ones.",
    ),
    "ping_bmc": (
        "The BMC could not be reached from the System Controller.",
        "Check the BMC's address, its cable and power, and the route and firewall on the way; then install again.",
    ),
    "rvmc_process": (
        "The remote installation could not be started through the BMC, or another one holds it.",
        "Make sure that nobody else installs through this BMC, take out its virtual media, then install again.",
    ),
    "rvmc_timeout": (
        "The server did not do in time what the BMC was told.",
        "Look at the server's console, reset the BMC and take out its virtual media, then install again.",
    ),
    "dm_pod_failed": (
        "The deployment manager did not come up in the subcloud.",
        "Check its chart and image for this release and the registry they come from, then configure again.",
    ),
    "dm_apply_failed": (
        "The deployment configuration was refused.",
        "Compare it with the hardware: interfaces, disks, names; then configure again with a mended one.",
    ),
    "images_download_failure": (
        "Container images could not be downloaded.",
        "Check registry address and login, proxy, DNS and the link's bandwidth; then bootstrap again.",
    ),
    "failed_ssl_cert": (
        "A certificate could not be installed.",
        "Check that certificate and key belong together and have not expired; then bootstrap again.",
    ),
    "create-failed": (
        "The subcloud could not be set up on the System Controller.",
        "Delete it and add it again; nothing was done to the server yet.",
    ),
    "install-failed": ("The installation of the server failed.", "Mend what the text names, then install again."),
    "bootstrap-failed": (
        "The bootstrap failed.",
        "Mend what the text names (often an address, DNS, a registry), then bootstrap again or resume.",
    ),
    "config-failed": (
        "The deployment configuration could not be applied.",
        "Mend what the text names in the configuration or at the hardware, then configure again or resume.",
    ),
    "enroll-failed": ("The enrollment failed.", "Mend what the text names, then enroll again."),
    "restore-failed": ("The restore failed.", "Mend what the text names, then restore again."),
    "rehome-failed": ("The site could not be rehomed.", "Mend what the text names, then migrate it again."),
    "network-reconfiguration-failed": (
        "The management network could not be changed.",
        "Check that the site is reached at its old or its new addresses, then repeat the change.",
    ),
    "sw-deploy-apply-strategy-failed": (
        "The software deployment in the subcloud failed.",
        "Look at the failed step of its strategy, mend what it names, then create a new strategy.",
    ),
    TIMEOUT_KEY: (
        "It took longer than dcmanager waits for it.",
        "Look whether the server still works on it and is reached over the network; then try the phase again.",
    ),
    INTERRUPTED_KEY: (
        "The controller's manager restarted while this was running: it was interrupted, and need not have failed.",
        "Wait a moment, then resume or try the phase again.",
    ),
}
_LIKE = {  # words for the preparing half of a phase
    "pre-install-failed": "install-failed",
    "pre-bootstrap-failed": "bootstrap-failed",
    "pre-config-failed": "config-failed",
    "pre-init-enroll-failed": "enroll-failed",
    "init-enroll-failed": "enroll-failed",
    "pre-enroll-failed": "enroll-failed",
    "restore-prep-failed": "restore-failed",
    "rehome-prep-failed": "rehome-failed",
}


def summary_of(key: str) -> str:
    """Our words for a cause; "" where there are none."""
    return (_CAUSES.get(key) or _CAUSES.get(_LIKE.get(key, "")) or ("", ""))[0]


def cause_of(deploy_status: str, error_description: str, before: str = "") -> Cause | None:
    """Why a subcloud stands where it stands; None when nothing failed.

    `before` is the deploy status that was seen before, if any: it tells an interruption from a failure.
    """
    text = error_description[:LONGEST_TEXT].strip()
    if text.startswith(NO_ERROR):  # the API appends its hint for a failed bootstrap even to this
        text = ""
    key = _key(deploy_status, text, before)
    if not key:
        return None
    stage, task = _STAGE.search(text), _TASK.findall(text)
    words = _CAUSES.get(key) or _CAUSES.get(_LIKE.get(key, ""))
    summary, advice = words or (f"{key}: {text.splitlines()[0][:300]}" if text else key, "")
    return Cause(
        key, words is not None, summary, advice, stage[2].strip() if stage else "", task[-1] if task else "", text
    )


def _key(deploy_status: str, text: str, before: str) -> str:
    code = _CODE.search(text)
    if code:
        return code[1]
    failed = deploy_state(deploy_status).kind is Kind.FAILED or deploy_status.endswith("-failed")
    if not text:
        was_cut = interrupted(before, deploy_status) if before else deploy_status in INTERRUPTED
        return INTERRUPTED_KEY if was_cut else deploy_status if failed else ""
    stage = _STAGE.search(text)
    if stage and stage[1].upper().startswith("TIME"):
        return TIMEOUT_KEY
    return deploy_status if failed else "error"
