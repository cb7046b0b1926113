"""Every deploy state with every verb: who may start from where is written out by hand from the contract."""

from dataclasses import replace

import pytest

from operations.planning.legality import SubcloudState, Verb, forced, next_verbs, reasons, refusal, remaining_phases
from operations.planning.subcloud_state import knows_backup
from starlingx.deploy_states import STATES, Phase
from tests.starlingx.test_deploy_states import NO_DELETE, NO_RESTORE, TRANSITIONAL, words

ALL = set(STATES)
TRANSIENT = (TRANSITIONAL - {"sw-deploy-in-progress"}) | {"pre-deploy", "deploying"}
SECONDARY = {"secondary", "secondary-failed"}
REHOMING = {"pre-rehome", "rehoming", "rehome-pending", "rehome-failed", "rehome-prep-failed"}

LEGAL_FROM: dict[Verb, set[str]] = {
    # 2.4, the column "Allowed deploy-status"
    Verb.INSTALL: words("create-complete pre-install-failed install-failed install-complete install-aborted"),
    Verb.BOOTSTRAP: words(
        "install-complete pre-bootstrap-failed bootstrap-failed bootstrap-aborted bootstrap-complete create-complete"
    ),
    Verb.CONFIGURE: words("complete pre-config-failed config-failed bootstrap-complete enroll-complete config-aborted"),
    Verb.COMPLETE: {"bootstrap-complete", "enroll-complete"},
    Verb.ABORT: {"installing", "bootstrapping", "configuring"},
    Verb.RESUME: words(
        "create-complete pre-install-failed install-failed install-aborted install-complete pre-bootstrap-failed"
        " bootstrap-failed bootstrap-aborted bootstrap-complete pre-config-failed config-failed config-aborted"
    ),
    Verb.ENROLL: words(
        "create-complete enroll-failed pre-enroll-failed pre-init-enroll-failed init-enroll-failed"
        " factory-restore-complete"
    ),
    # 2.2.2
    Verb.MANAGE: {"complete", "rehome-pending"},
    Verb.UNMANAGE: ALL,
    Verb.RENAME: {"complete"},
    Verb.EDIT: ALL,
    Verb.MOVE_GROUP: ALL,
    Verb.RECONFIGURE_NETWORK: ALL - TRANSIENT - SECONDARY - REHOMING - {"create-failed"},
    # 2.2.3 to 2.2.5
    Verb.DELETE: ALL - NO_DELETE,
    Verb.REDEPLOY: ALL - TRANSIENT - SECONDARY - REHOMING - {"create-failed"},
    Verb.PRESTAGE: {"complete", "sw-deploy-apply-strategy-failed"},
    # 2.6
    Verb.BACKUP_CREATE: {"complete"},
    Verb.BACKUP_DELETE_CENTRAL: ALL - TRANSIENT,
    Verb.BACKUP_DELETE_LOCAL: ALL - TRANSIENT,
    Verb.RESTORE: ALL - NO_RESTORE - TRANSIENT - SECONDARY - REHOMING - {"create-failed"},
}
MANAGED = {Verb.UNMANAGE, Verb.PRESTAGE, Verb.BACKUP_CREATE, Verb.BACKUP_DELETE_LOCAL}
OFFLINE = {Verb.REDEPLOY, Verb.DELETE}


def fit(verb: Verb, deploy_status: str = "complete") -> SubcloudState:
    """A subcloud of which everything but the deploy status suits the verb."""
    return SubcloudState(
        deploy_status=deploy_status,
        management_state="managed" if verb in MANAGED else "unmanaged",
        availability_status="offline" if verb in OFFLINE else "online",
    )


def legal(verb: Verb, state: SubcloudState) -> bool:
    return refusal(verb, state) is None


@pytest.mark.parametrize("verb", Verb)
def test_each_state_with_each_verb(verb: Verb) -> None:
    assert {word for word in STATES if legal(verb, fit(verb, word))} == LEGAL_FROM[verb]


@pytest.mark.parametrize("verb", Verb)
def test_a_refusal_names_the_state(verb: Verb) -> None:
    for word in ALL - LEGAL_FROM[verb]:
        assert word in (refusal(verb, fit(verb, word)) or "")


@pytest.mark.parametrize("verb", Verb)
def test_nothing_is_legal_in_an_unknown_state(verb: Verb) -> None:
    assert (refusal(verb, fit(verb, "warming-up")) or "").startswith("unknown state warming-up")
    assert "not known" in (refusal(verb, fit(verb, "")) or "")
    assert next_verbs(fit(verb, "warming-up")) == ()


@pytest.mark.parametrize(
    ("verb", "changed"),
    [
        (Verb.MANAGE, {"management_state": "managed"}),
        (Verb.MANAGE, {"availability_status": "offline"}),
        (Verb.MANAGE, {"peer_group": True}),
        (Verb.UNMANAGE, {"management_state": "unmanaged"}),
        (Verb.UNMANAGE, {"peer_group": True}),
        (Verb.MOVE_GROUP, {"peer_group": True}),
        (Verb.RENAME, {"management_state": "managed"}),
        (Verb.RENAME, {"backup_status": "backing-up"}),
        (Verb.RENAME, {"prestage_status": "prestaging"}),
        (Verb.RECONFIGURE_NETWORK, {"management_state": "managed"}),
        (Verb.RECONFIGURE_NETWORK, {"backup_status": "validating"}),
        (Verb.DELETE, {"management_state": "managed"}),
        (Verb.DELETE, {"availability_status": "online"}),
        (Verb.DELETE, {"peer_group": True}),
        (Verb.DELETE, {"controller_deploying": True}),
        (Verb.REDEPLOY, {"management_state": "managed"}),
        (Verb.REDEPLOY, {"availability_status": "online"}),
        (Verb.REDEPLOY, {"enrolled_with_vcsr": True}),
        (Verb.REDEPLOY, {"controller_deploying": True}),
        (Verb.PRESTAGE, {"management_state": "unmanaged"}),
        (Verb.PRESTAGE, {"availability_status": "offline"}),
        (Verb.PRESTAGE, {"prestage_status": "prestaging"}),
        (Verb.PRESTAGE, {"prestage_status": "warming-up"}),
        (Verb.PRESTAGE, {"backup_status": "pre-backup"}),
        (Verb.PRESTAGE, {"controller_deploying": True}),
        (Verb.BACKUP_CREATE, {"management_state": "unmanaged"}),
        (Verb.BACKUP_CREATE, {"availability_status": "offline"}),
        (Verb.BACKUP_CREATE, {"backup_status": "deleting-backup"}),
        (Verb.BACKUP_DELETE_CENTRAL, {"backup_status": "backing-up"}),
        (Verb.BACKUP_DELETE_LOCAL, {"management_state": "unmanaged"}),
        (Verb.BACKUP_DELETE_LOCAL, {"availability_status": "offline"}),
        (Verb.RESTORE, {"management_state": "managed"}),
        (Verb.CONFIGURE, {"has_deploy_config": False}),
        (Verb.CONFIGURE, {"primary_site": False}),
        (Verb.CONFIGURE, {"prestage_status": "prestaging"}),
    ],
)
def test_one_thing_in_the_way(verb: Verb, changed: dict[str, object]) -> None:
    assert legal(verb, fit(verb))
    assert len(reasons(verb, replace(fit(verb), **changed))) == 1  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("verb", "word", "changed"),
    [
        (Verb.INSTALL, "install-failed", {"initial_deployment": False}),
        (Verb.INSTALL, "install-failed", {"has_install_values": False}),
        (Verb.INSTALL, "install-failed", {"controller_deploying": True}),
        (Verb.BOOTSTRAP, "bootstrap-failed", {"controller_deploying": True}),
        (Verb.ABORT, "installing", {"initial_deployment": False}),
        (Verb.RESUME, "install-failed", {"initial_deployment": False}),
        (Verb.RESUME, "install-failed", {"controller_deploying": True}),
    ],
)
def test_one_thing_in_the_way_of_a_phase(verb: Verb, word: str, changed: dict[str, object]) -> None:
    assert legal(verb, fit(verb, word))
    assert len(reasons(verb, replace(fit(verb, word), **changed))) == 1  # type: ignore[arg-type]


def test_what_was_never_read_is_not_taken_for_fit() -> None:
    unread = {verb for verb in Verb if not legal(verb, SubcloudState(deploy_status=min(LEGAL_FROM[verb])))}
    assert unread == MANAGED | OFFLINE | {Verb.MANAGE, Verb.RENAME, Verb.RESTORE, Verb.RECONFIGURE_NETWORK}


def test_everything_in_the_way_is_said_at_once() -> None:
    state = SubcloudState(
        deploy_status="installing",
        management_state="managed",
        availability_status="online",
        peer_group=True,
        controller_deploying=True,
    )
    assert len(reasons(Verb.DELETE, state)) == 5


def test_force_manages_an_offline_subcloud_and_changes_nothing_else() -> None:
    state = replace(fit(Verb.MANAGE), availability_status="offline")
    assert refusal("manage", state, force=True) is None
    assert refusal("manage", replace(state, deploy_status="install-failed"), force=True)
    assert refusal("delete", fit(Verb.RENAME), force=True)


def test_a_resume_that_installs_nothing_does_not_wait_for_the_controller() -> None:
    busy = replace(fit(Verb.RESUME, "bootstrap-failed"), controller_deploying=True)
    assert legal(Verb.RESUME, busy)
    by_hand = replace(busy, deploy_status="create-complete", has_install_values=False)
    assert legal(Verb.RESUME, by_hand)


def test_an_unknown_verb_is_an_error() -> None:
    with pytest.raises(ValueError, match="explode"):
        refusal("explode", fit(Verb.EDIT))


@pytest.mark.parametrize(
    ("word", "first"),
    [
        ("create-complete", (Verb.RESUME, Verb.INSTALL, Verb.BOOTSTRAP, Verb.ENROLL)),
        ("create-failed", ()),
        ("install-failed", (Verb.RESUME, Verb.INSTALL)),
        ("bootstrap-failed", (Verb.RESUME, Verb.BOOTSTRAP)),
        ("config-failed", (Verb.RESUME, Verb.CONFIGURE)),
        ("bootstrap-complete", (Verb.CONFIGURE, Verb.COMPLETE)),
        ("installing", (Verb.ABORT,)),
        ("init-enroll-failed", (Verb.ENROLL,)),
        ("complete", (Verb.MANAGE,)),
    ],
)
def test_the_most_useful_verb_comes_first(word: str, first: tuple[Verb, ...]) -> None:
    assert next_verbs(fit(Verb.MANAGE, word))[: len(first)] == first


def test_what_cannot_be_mended_is_deleted() -> None:
    assert next_verbs(fit(Verb.DELETE, "create-failed"))[0] is Verb.DELETE


@pytest.mark.parametrize("word", sorted(ALL))
def test_next_verbs_are_the_legal_ones_once(word: str) -> None:
    for verb in Verb:
        state = fit(verb, word)
        assert set(next_verbs(state)) == {each for each in Verb if legal(each, state)}
        assert len(set(next_verbs(state))) == len(next_verbs(state))


@pytest.mark.parametrize("word", sorted(ALL))
def test_what_a_resume_runs(word: str) -> None:
    phases = (Phase.INSTALL, Phase.BOOTSTRAP, Phase.CONFIGURE)
    if word in {"create-complete", "pre-install-failed", "install-failed", "install-aborted"}:
        assert remaining_phases(word) == phases
        assert remaining_phases(word, has_install_values=False) == phases[1:]
    elif word in {"install-complete", "pre-bootstrap-failed", "bootstrap-failed", "bootstrap-aborted"}:
        assert remaining_phases(word) == phases[1:]
        assert remaining_phases(word, has_deploy_config=False) == (Phase.BOOTSTRAP,)
    elif word in {"bootstrap-complete", "pre-config-failed", "config-failed", "config-aborted"}:
        assert remaining_phases(word) == phases[2:]
    else:
        assert remaining_phases(word) == ()


class TestRestoreNeedsABackup:
    """The portal's own: dcmanager takes it, and the site ends in restore-prep-failed, out of management for good."""

    def test_none_is_known(self) -> None:
        state = replace(fit(Verb.RESTORE), has_backup=False)
        assert "No backup of it is known" in (refusal("restore", state) or "")
        assert refusal("restore", state, force=forced({"without_known_backup": True})) is None

    @pytest.mark.parametrize("known", [True, None])
    def test_one_is_known_or_nobody_looked(self, known: bool | None) -> None:
        assert refusal("restore", replace(fit(Verb.RESTORE), has_backup=known)) is None

    @pytest.mark.parametrize(
        ("status", "at", "known"),
        [("", None, False), ("unknown", None, False), ("failed", None, False), ("backing-up", None, False),
         ("complete-central", None, True), ("complete-local", None, True), ("failed", "2026-08-20", True)],
    )  # fmt: skip
    def test_by_what_dcmanager_tells(self, status: str, at: str | None, known: bool) -> None:
        assert knows_backup(status, at) is known
