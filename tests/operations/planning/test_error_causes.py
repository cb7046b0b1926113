"""Error texts as dcmanager leaves them, and what a person is told."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.planning.error_causes import INTERRUPTED_KEY, cause_of
from starlingx.deploy_states import STATES, Kind
from tests.starlingx.replay import WIRE

KEYS = (
    "bmc_cred ping_bmc rvmc_process rvmc_timeout dm_pod_failed dm_apply_failed images_download_failure failed_ssl_cert"
)


def playbook(code: str, stage: str = "bootstrapping") -> str:
    return (
        f"FAILED {stage} playbook of (cell-1).\n detail: fatal: [cell-1]: FAILED! => changed=true err_code={code}\n"
        " msg: it says why\n FAILED TASK: TASK [common/images : Download images] Wednesday 12:27:42 (0:00:00.042)\n"
    )


@pytest.mark.parametrize("code", KEYS.split())
def test_a_code_names_the_cause(code: str) -> None:
    cause = cause_of("bootstrap-failed", playbook(code))
    assert cause is not None
    assert (cause.key, cause.known) == (code, True)
    assert (cause.stage, cause.task) == ("bootstrapping", "common/images : Download images")
    assert cause.advice


@pytest.mark.parametrize("word", sorted(w for w, state in STATES.items() if state.kind is Kind.FAILED))
def test_every_failed_state_has_words(word: str) -> None:
    cause = cause_of(word, "It says why.")
    if word == "secondary-failed":
        assert cause is not None
        assert cause.summary == "secondary-failed: It says why."
    else:
        assert cause is not None
        assert cause.known
        assert cause.key == word


def test_the_recorded_one() -> None:
    row = json.loads((WIRE / "dcmanager/subcloud_subcloud2.json").read_text())
    cause = cause_of(row["deploy-status"], row["error-description"])
    assert cause is not None
    assert (cause.key, cause.stage, cause.task) == ("images_download_failure", "", "")


@pytest.mark.parametrize("text", ["", "No errors present", " No errors present\n", "No errors present\nRun it again."])
def test_a_failure_without_a_text_was_a_restart(text: str) -> None:
    assert getattr(cause_of("install-failed", text), "key", "") == INTERRUPTED_KEY
    assert getattr(cause_of("install-failed", text, before="installing"), "key", "") == INTERRUPTED_KEY
    assert getattr(cause_of("install-failed", text, before="pre-install"), "key", "") == "install-failed"
    assert getattr(cause_of("secondary-failed", text), "key", "") == "secondary-failed"


@pytest.mark.parametrize("word", ["complete", "installing", "create-complete", "install-aborted", "", "warming-up"])
def test_nothing_failed(word: str) -> None:
    assert cause_of(word, "No errors present") is None


def test_a_strategy_may_fail_without_the_state_saying_so() -> None:
    cause = cause_of("complete", "Strategy failed: host locked")
    assert cause is not None
    assert (cause.key, cause.known, cause.summary) == ("error", False, "error: Strategy failed: host locked")


def test_a_timeout_is_named() -> None:
    cause = cause_of("install-failed", "TIMEOUT installing playbook of (cell-1).\n detail: it took too long")
    assert cause is not None
    assert (cause.key, cause.stage) == ("timeout", "installing")


def test_what_is_not_known_is_shown_as_itself() -> None:
    cause = cause_of("bootstrap-failed", playbook("moon_phase"))
    assert cause is not None
    assert (cause.key, cause.known) == ("moon_phase", False)
    assert cause.summary.startswith("moon_phase: FAILED bootstrapping playbook of (cell-1).")
    assert cause_of("warming-failed", "x") is not None


@given(st.sampled_from([*STATES, "", "odd"]), st.text(max_size=300) | st.from_regex(r"FAILED [a-z ]*playbook.*"))
def test_any_text_is_taken(word: str, text: str) -> None:
    cause = cause_of(word, text)
    assert cause is None or cause.summary
