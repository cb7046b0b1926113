"""From which deploy state each verb of the phased deploy may start, and which phases a resume has still to run.

Source: starlingx-dcmanager.md 2.4.
"""

from __future__ import annotations

from starlingx.deploy_states import Phase

_TO_INSTALL = ("create-complete", "pre-install-failed", "install-failed", "install-aborted")
_TO_BOOTSTRAP = ("install-complete", "pre-bootstrap-failed", "bootstrap-failed", "bootstrap-aborted")
_TO_CONFIGURE = ("bootstrap-complete", "pre-config-failed", "config-failed", "config-aborted")

INSTALL_FROM = (*_TO_INSTALL, "install-complete")
BOOTSTRAP_FROM = (*_TO_BOOTSTRAP, "bootstrap-complete", "create-complete")
CONFIGURE_FROM = (*_TO_CONFIGURE, "enroll-complete", "complete")
COMPLETE_FROM = ("bootstrap-complete", "enroll-complete")
ABORT_FROM = ("installing", "bootstrapping", "configuring")
FIRST_DEPLOYMENT = ("add", "install", "bootstrap", "configure", "resume", "enroll")  # dcmanager aborts no other run
RESUME_FROM = (*_TO_INSTALL, *_TO_BOOTSTRAP, *_TO_CONFIGURE)
ENROLL_FROM = (
    "create-complete",
    "enroll-failed",
    "pre-enroll-failed",
    "pre-init-enroll-failed",
    "init-enroll-failed",
    "factory-restore-complete",
)

_AFTER_CREATE = (Phase.INSTALL, Phase.BOOTSTRAP, Phase.CONFIGURE)
_REMAINING = {
    **dict.fromkeys(_TO_INSTALL, _AFTER_CREATE),
    **dict.fromkeys(_TO_BOOTSTRAP, _AFTER_CREATE[1:]),
    **dict.fromkeys(_TO_CONFIGURE, _AFTER_CREATE[2:]),
}


def remaining_phases(
    deploy_status: str, *, has_install_values: bool | None = None, has_deploy_config: bool | None = None
) -> tuple[Phase, ...]:
    """The phases that a resume would run, in order; () when nothing can be resumed from there.

    dcmanager skips install without install values and configure without deploy config; None (unknown) skips nothing.
    """
    skipped = {Phase.INSTALL} if has_install_values is False else set()
    if has_deploy_config is False:
        skipped.add(Phase.CONFIGURE)
    return tuple(phase for phase in _REMAINING.get(deploy_status, ()) if phase not in skipped)


_FILES = {Phase.INSTALL: "install_values", Phase.BOOTSTRAP: "bootstrap_values", Phase.CONFIGURE: "deploy_config"}
DOCUMENTS = ("bootstrap_values", "install_values", "deploy_config")
_TAKEN: dict[str, tuple[str, ...]] = {
    "add": DOCUMENTS,
    "redeploy": DOCUMENTS,
    "enroll": DOCUMENTS[:2],
    "resume": DOCUMENTS,
    **{phase.value: (name,) for phase, name in _FILES.items()},
}


def documents_of_verb(verb: str, deploy_status: str = "") -> tuple[str, ...]:
    """The documents that dcmanager takes with `verb` (2.2.1, 2.2.4, 2.4); of a resume those of phases that are left,
    as it refuses the file of one that is over. Without a status: those it may ever take."""
    if verb == "resume" and deploy_status:
        left = {_FILES[phase] for phase in _REMAINING.get(deploy_status, ())}
        return tuple(name for name in DOCUMENTS if name in left)
    return _TAKEN.get(verb, ())
