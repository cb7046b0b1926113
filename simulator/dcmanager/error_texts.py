"""What dcmanager writes into error-description, and the hints its API adds on reading (starlingx-dcmanager.md 3.8).

The sentences are the simulator's own; keys, places and the stage words are dcmanager's.
"""

from __future__ import annotations

import re

MAX_TEXT = 2048
ERR_CODE = re.compile(r"err_code\s*=\s*(\S*)", re.IGNORECASE)

HINTS = {
    "bmc_cred": "Compare BMC user name and password in the install values with those of the BMC itself.",
    "ping_bmc": "The BMC did not answer. Check its address, its cabling and the route to it.",
    "rvmc_process": "Another remote installation holds this BMC. End it, then install again.",
    "rvmc_timeout": "The BMC took too long. Eject its virtual media, reset the BMC, then install again.",
    "dm_pod_failed": "The deployment manager did not start. Check chart, images and the registry's certificate.",
    "dm_apply_failed": "The deployment configuration was refused. Compare it with the hardware.",
    "images_download_failure": "Container images did not arrive. Check registry, proxy, DNS and link.",
    "failed_ssl_cert": "A certificate was not accepted. Check that the right one is installed.",
}
BY_STATUS = {
    "bootstrap-failed": "After the cause is removed, run the bootstrap again or resume the deployment.",
    "config-failed": "After the cause is removed, run the configuration again or resume the deployment.",
}

# cause: the task that failed, and what it said
CAUSES = {
    "bmc_cred": ("install/rvmc : Insert virtual media", "the BMC refused user name or password"),
    "ping_bmc": ("install/rvmc : Wait for the BMC", "no answer from the BMC"),
    "rvmc_process": ("install/rvmc : Start the remote installation", "a remote installation runs already"),
    "rvmc_timeout": ("install/rvmc : Power the server on", "no answer in 3600 s"),
    "dm_pod_failed": ("deployment-manager : Wait for its pod", "the pod is in CrashLoopBackOff"),
    "dm_apply_failed": ("deployment-manager : Apply the configuration", "HostProfile is not valid"),
    "images_download_failure": ("common/push-docker-images : Download images", "registry login failed"),
    "failed_ssl_cert": ("common/certificates : Install certificate", "certificate and key do not match"),
    "ssh": ("common/connect : Wait for SSH", "port 22 did not open in 3600 s"),
    "timeout": ("", "the playbook took too long"),
    "route": ("", "a route to its management network was refused"),
}
CODELESS = frozenset({"ssh", "timeout", "route"})
USUAL = {
    "create": "route",
    "pre-install": "timeout",
    "install": "ping_bmc",
    "bootstrap": "images_download_failure",
    "configure": "dm_apply_failed",
    "init-enroll": "rvmc_timeout",
    "enroll": "ssh",
    "network": "ssh",
    "rehome": "ssh",
}
STAGES = {
    "install": "installing",
    "bootstrap": "bootstrapping",
    "configure": "configuring",
    "init-enroll": "init-enroll",
    "enroll": "enrolling",
    "network": "reconfiguring the network of",
    "rehome": "rehoming",
    "abort": "aborting",
}


def failure(name: str, phase: str, cause: str | None) -> str:
    """The text a failed phase leaves, without hints."""
    chosen = cause or USUAL.get(phase, "timeout")
    task, said = CAUSES[chosen]
    if phase not in STAGES:
        return f"Failed to {phase.replace('pre-', 'prepare ')} subcloud {name}: {said}."[:MAX_TEXT]
    if chosen == "timeout":
        return f"TIMEOUT {STAGES[phase]} playbook of ({name}).\n detail: {said}"[:MAX_TEXT]
    code = "" if chosen in CODELESS else f" err_code={chosen}"
    return (
        f"FAILED {STAGES[phase]} playbook of ({name}).\n detail: fatal: [{name}]: FAILED!{code}\n msg: {said}\n"
        f"FAILED TASK: TASK [{task}]"
    )[:MAX_TEXT]


def with_hints(text: str, deploy: str | None) -> str:
    """As the API shows it: hints follow from err_code and from the deploy-status."""
    parts = [text]
    code = ERR_CODE.search(text)
    if code is not None and code.group(1) in HINTS:
        parts.append(HINTS[code.group(1)])
    if deploy in BY_STATUS:
        parts.append(BY_STATUS[deploy])
    return "\n".join(parts)
