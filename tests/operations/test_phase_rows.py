"""The way of an attempt as it is drawn: nothing that was not seen gets a time, and no end is foretold."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from operations.engine.usual import Usual
from operations.phase_rows import PhaseRow, phase_rows

NOW = timezone.now()
DEPLOY = {"state": "running", "steps": ["add", "online", "manage"], "step": 0, "facts": {}, "profile": "AIO-SX"}
EVERY = ["create", "install", "bootstrap", "configure"]


def span(phase: str, *, completed: bool = True, ended: bool = True, seconds: float = 60.0) -> dict[str, Any]:
    return {
        "phase": phase, "began_at": NOW, "ended_at": NOW + timedelta(seconds=seconds) if ended else None,
        "completed": completed, "seconds": seconds, "usual": None,
    }  # fmt: skip


def drawn(target: dict[str, Any], *spans: dict[str, Any]) -> list[tuple[str, str]]:
    return [(row.phase, row.state) for row in phase_rows(DEPLOY | target, list(spans), {})]


def test_before_anything_is_seen_all_of_it_is_to_come() -> None:
    found = drawn({"state": "waiting"})
    assert {state for _, state in found} == {"todo"}
    assert [phase for phase, _ in found][-2:] == ["online", "manage"]


def test_what_runs_stands_between_what_was_seen_and_what_is_to_come() -> None:
    found = drawn({}, span("creating"), span("pre-install"), span("installing", completed=False, ended=False))
    assert found[:4] == [("creating", "done"), ("pre-install", "done"), ("installing", "current"),
                         ("pre-bootstrap", "todo")]  # fmt: skip


def test_what_came_and_went_between_two_looks_has_no_time() -> None:
    rows = phase_rows(DEPLOY, [span("creating"), span("bootstrapping", completed=False, ended=False)], {})
    passed = [row for row in rows if row.state == "passed"]
    assert [row.phase for row in passed] == ["pre-install", "installing", "pre-bootstrap"]
    assert {row.seconds for row in passed} == {None}


def test_after_a_failure_nothing_more_is_to_come() -> None:
    found = drawn({"state": "failed"}, span("creating"), span("pre-install"), span("installing", completed=False))
    assert found[2] == ("installing", "failed")
    assert {state for _, state in found[3:]} == {"not reached"}


def test_a_failure_without_a_phase_stands_at_its_step() -> None:
    assert drawn({"state": "failed", "steps": ["manage"]}) == [("manage", "failed")]


@pytest.mark.parametrize(("state", "expected"), [("running", "current"), ("held", "current"), ("waiting", "todo"),
                                                 ("completed", "passed"), ("cancelled", "not reached")])  # fmt: skip
def test_a_step_without_phases(state: str, expected: str) -> None:
    assert drawn({"state": state, "steps": ["manage"]}) == [("manage", expected)]


def test_steps_before_the_one_an_attempt_began_with_are_not_its_own() -> None:
    found = drawn({"state": "running", "step": 2, "steps": ["resume", "online", "manage"]})
    assert found == [("manage", "current")]


def test_a_phase_nobody_planned_is_shown_where_it_was_seen() -> None:
    found = drawn({}, span("creating"), span("installing"), span("aborting-install", completed=False, ended=False))
    assert ("aborting-install", "current") in found
    assert found.index(("aborting-install", "current")) == found.index(("installing", "done")) + 1


@pytest.mark.parametrize("step", ["add", "resume"])
@pytest.mark.parametrize(("name", "missing"), [("install", {"pre-install", "installing"}),
                                               ("configure", {"pre-config", "configuring"})])  # fmt: skip
def test_phases_that_dcmanager_skips_are_not_announced(name: str, missing: set[str], step: str) -> None:
    whole = {"state": "waiting", "steps": [step], "facts": {"phases": EVERY}}
    part = whole | {"facts": {"phases": [phase for phase in EVERY if phase != name]}}
    assert {phase for phase, _ in drawn(whole)} - {phase for phase, _ in drawn(part)} == missing


def test_over_is_longer_than_nine_of_ten() -> None:
    usual = Usual(10.0, 20.0, 5)
    assert not PhaseRow("installing", "current", seconds=20.0, usual=usual).over
    assert PhaseRow("installing", "current", seconds=20.1, usual=usual).over
    assert not PhaseRow("installing", "current", seconds=99.0).over


def test_where_a_person_must_decide_the_phase_has_not_failed() -> None:
    found = drawn({"state": "held"}, span("creating"), span("pre-install"), span("installing", completed=False))
    assert found[2:4] == [("installing", "held"), ("pre-bootstrap", "todo")]
