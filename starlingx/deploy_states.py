"""What each of dcmanager's 57 deploy states means: its class, its phase, and what a restart makes of it.

Source: starlingx-dcmanager.md 3.3. The words are dcmanager's; one we do not know is shown as itself and is UNKNOWN.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """TRANSITIONAL: something is running. STABLE: at rest, as wanted. ABORTED: somebody stopped it. LEGACY: older
    releases only."""

    TRANSITIONAL = "transitional"
    STABLE = "stable"
    FAILED = "failed"
    ABORTED = "aborted"
    LEGACY = "legacy"
    UNKNOWN = "unknown"


class Phase(StrEnum):
    """Which part of a subcloud's life a deploy state belongs to."""

    CREATE = "create"
    INSTALL = "install"
    BOOTSTRAP = "bootstrap"
    CONFIGURE = "configure"
    ENROLL = "enroll"
    COMPLETE = "complete"
    RESTORE = "restore"
    REHOME = "rehome"
    SECONDARY = "secondary"
    SOFTWARE = "software"
    NETWORK = "network"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class DeployState:
    """One deploy state. `restart_twin` is what it becomes when dcmanager's manager restarts, "" when it stays.

    `transient` makes dcmanager answer 409 to other work. `sw-deploy-in-progress` is transitional, but not transient.
    """

    word: str
    kind: Kind
    phase: Phase
    restart_twin: str
    blocks_delete: bool
    blocks_restore: bool
    transient: bool


# word | class T S F A L | restart twin | D blocks delete, R blocks restore
_TABLE = """
create
  not-deployed T create-failed -
  creating T create-failed DR
  create-failed F - -
  create-complete S - -
install
  pre-install T pre-install-failed DR
  pre-install-failed F - -
  installing T install-failed DR
  install-failed F - -
  install-complete S - -
  aborting-install T install-failed D
  install-aborted A - -
bootstrap
  pre-bootstrap T pre-bootstrap-failed DR
  pre-bootstrap-failed F - -
  bootstrapping T bootstrap-failed DR
  bootstrap-failed F - -
  bootstrap-complete S - -
  aborting-bootstrap T bootstrap-failed D
  bootstrap-aborted A - -
configure
  pre-config T pre-config-failed DR
  pre-config-failed F - -
  configuring T config-failed DR
  config-failed F - -
  aborting-config T config-failed D
  config-aborted A - -
  pre-deploy L pre-config-failed D
  deploying L config-failed D
  deploy-prep-failed L - -
  deploy-failed L - -
complete
  complete S - -
enroll
  pre-init-enroll T pre-init-enroll-failed DR
  pre-init-enroll-failed F - -
  initiating-enroll T init-enroll-failed DR
  init-enroll-failed F - -
  init-enroll-complete S - -
  pre-enroll T pre-enroll-failed DR
  pre-enroll-complete S - -
  pre-enroll-failed F - -
  enrolling T enroll-failed DR
  enroll-complete S - -
  enroll-failed F - -
restore
  pre-restore T restore-prep-failed DR
  restore-prep-failed F - -
  restoring T restore-failed DR
  onsite-restoring T - DR
  restore-failed F - -
  factory-restore-complete S - -
rehome
  pre-rehome T rehome-prep-failed DR
  rehome-prep-failed F - -
  rehoming T rehome-failed DR
  rehome-failed F - -
  rehome-pending S - D
secondary
  secondary S - -
  secondary-failed F - -
software
  sw-deploy-in-progress T - -
  sw-deploy-apply-strategy-failed F - -
network
  reconfiguring-network T network-reconfiguration-failed D
  network-reconfiguration-failed F - -
"""

_KINDS = {"T": Kind.TRANSITIONAL, "S": Kind.STABLE, "F": Kind.FAILED, "A": Kind.ABORTED, "L": Kind.LEGACY}
_NOT_TRANSIENT = "sw-deploy-in-progress"  # the orchestrator's; dcmanager's table of transitional states lacks it


def _read(table: str) -> dict[str, DeployState]:
    states: dict[str, DeployState] = {}
    phase = Phase.UNKNOWN
    for line in table.strip().splitlines():
        if not line.startswith(" "):
            phase = Phase(line)
            continue
        word, letter, twin, blocks = line.split()
        kind = _KINDS[letter]
        twin = "" if twin == "-" else twin
        transient = word != _NOT_TRANSIENT and (kind is Kind.TRANSITIONAL or bool(twin))
        states[word] = DeployState(word, kind, phase, twin, "D" in blocks, "R" in blocks, transient)
    return states


def works(state: DeployState) -> bool:
    """Something is running; of older releases' words those that a restart cuts off."""
    return state.kind is Kind.TRANSITIONAL or (state.kind is Kind.LEGACY and bool(state.restart_twin))


def stops(state: DeployState) -> bool:
    """Work that somebody has aborted is being ended: aborting-install, -bootstrap, -config."""
    return state.word.startswith("aborting-")


def stopped_badly(state: DeployState) -> bool:
    """Failed or aborted; of older releases' words those that are left: deploy-failed, deploy-prep-failed."""
    return state.kind in (Kind.FAILED, Kind.ABORTED) or (state.kind is Kind.LEGACY and not state.restart_twin)


STATES = _read(_TABLE)
INTERRUPTED = frozenset(state.restart_twin for state in STATES.values() if state.restart_twin)


def deploy_state(word: str) -> DeployState:
    """The state named `word`. A word that is not in the contract gives one of kind UNKNOWN, with that word."""
    return STATES.get(word) or DeployState(word, Kind.UNKNOWN, Phase.UNKNOWN, "", False, False, False)


def interrupted(before: str, after: str) -> bool:
    """Whether `after` is what a restart of the controller makes of `before`: perhaps no real failure (trap 29)."""
    twin = deploy_state(before).restart_twin
    return bool(twin) and twin == after
