"""The 57 deploy states, counted and grouped by hand from starlingx-dcmanager.md 3.3 and 2.0."""

import pytest

from starlingx.deploy_states import INTERRUPTED, STATES, Kind, Phase, deploy_state, interrupted


def words(text: str) -> set[str]:
    return set(text.split())


TRANSITIONAL = words(
    "not-deployed creating pre-install installing aborting-install pre-bootstrap bootstrapping aborting-bootstrap"
    " pre-config configuring aborting-config pre-init-enroll initiating-enroll pre-enroll enrolling pre-restore"
    " restoring onsite-restoring pre-rehome rehoming sw-deploy-in-progress reconfiguring-network"
)
STABLE = words(
    "create-complete install-complete bootstrap-complete complete init-enroll-complete pre-enroll-complete"
    " enroll-complete factory-restore-complete rehome-pending secondary"
)
ABORTED = {"install-aborted", "bootstrap-aborted", "config-aborted"}
LEGACY = {"pre-deploy", "deploying", "deploy-prep-failed", "deploy-failed"}
FAILED = words(
    "create-failed pre-install-failed install-failed pre-bootstrap-failed bootstrap-failed pre-config-failed"
    " config-failed pre-init-enroll-failed init-enroll-failed pre-enroll-failed enroll-failed restore-prep-failed"
    " restore-failed rehome-prep-failed rehome-failed secondary-failed sw-deploy-apply-strategy-failed"
    " network-reconfiguration-failed"
)
NO_RESTORE = words(
    "creating pre-install installing pre-bootstrap bootstrapping pre-config configuring pre-init-enroll"
    " initiating-enroll pre-enroll enrolling pre-restore restoring onsite-restoring pre-rehome rehoming"
)
NO_DELETE = NO_RESTORE | words(
    "aborting-install aborting-bootstrap aborting-config rehome-pending reconfiguring-network pre-deploy deploying"
)


def named(kind: Kind) -> set[str]:
    return {state.word for state in STATES.values() if state.kind is kind}


def test_there_are_57_states_in_five_classes() -> None:
    assert len(STATES) == 57
    assert named(Kind.TRANSITIONAL) == TRANSITIONAL
    assert named(Kind.STABLE) == STABLE
    assert named(Kind.ABORTED) == ABORTED
    assert named(Kind.LEGACY) == LEGACY
    assert named(Kind.FAILED) == FAILED


def test_some_block_delete_and_restore() -> None:
    assert {word for word, state in STATES.items() if state.blocks_delete} == NO_DELETE
    assert {word for word, state in STATES.items() if state.blocks_restore} == NO_RESTORE


def test_a_software_deployment_is_no_transient_conflict() -> None:
    transient = {word for word, state in STATES.items() if state.transient}
    assert transient == (TRANSITIONAL - {"sw-deploy-in-progress"}) | {"pre-deploy", "deploying"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("not-deployed", "create-failed"),
        ("creating", "create-failed"),
        ("pre-install", "pre-install-failed"),
        ("installing", "install-failed"),
        ("aborting-install", "install-failed"),
        ("bootstrapping", "bootstrap-failed"),
        ("configuring", "config-failed"),
        ("aborting-config", "config-failed"),
        ("initiating-enroll", "init-enroll-failed"),
        ("enrolling", "enroll-failed"),
        ("pre-restore", "restore-prep-failed"),
        ("restoring", "restore-failed"),
        ("pre-rehome", "rehome-prep-failed"),
        ("rehoming", "rehome-failed"),
        ("reconfiguring-network", "network-reconfiguration-failed"),
        ("pre-deploy", "pre-config-failed"),
        ("deploying", "config-failed"),
    ],
)
def test_a_restart_turns_it_into_its_failed_twin(before: str, after: str) -> None:
    assert interrupted(before, after)
    assert after in INTERRUPTED
    assert not interrupted(before, "complete")


@pytest.mark.parametrize("word", ["onsite-restoring", "sw-deploy-in-progress", "complete", "install-failed"])
def test_others_survive_a_restart(word: str) -> None:
    assert deploy_state(word).restart_twin == ""
    assert not interrupted(word, "")


def test_every_twin_is_a_state() -> None:
    assert set(STATES) >= INTERRUPTED


@pytest.mark.parametrize(
    ("word", "phase"),
    [
        ("not-deployed", Phase.CREATE),
        ("aborting-install", Phase.INSTALL),
        ("bootstrap-complete", Phase.BOOTSTRAP),
        ("deploy-failed", Phase.CONFIGURE),
        ("complete", Phase.COMPLETE),
        ("pre-enroll-complete", Phase.ENROLL),
        ("factory-restore-complete", Phase.RESTORE),
        ("rehome-pending", Phase.REHOME),
        ("secondary-failed", Phase.SECONDARY),
        ("sw-deploy-in-progress", Phase.SOFTWARE),
        ("reconfiguring-network", Phase.NETWORK),
    ],
)
def test_each_belongs_to_a_phase(word: str, phase: Phase) -> None:
    assert deploy_state(word).phase is phase


@pytest.mark.parametrize("word", ["", "warming-up", "Complete", " complete"])
def test_an_unknown_word_is_shown_as_itself(word: str) -> None:
    state = deploy_state(word)
    assert (state.word, state.kind, state.phase) == (word, Kind.UNKNOWN, Phase.UNKNOWN)
