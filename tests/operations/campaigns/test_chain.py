"""A campaign that follows another: the order of kinds, when it begins, and what stands against its sites."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from operations.campaigns.chain import (
    AHEAD,
    NOT_DONE_BEFORE,
    READ_BEFORE,
    Ahead,
    SiteAhead,
    changes,
    in_order,
    notes,
    seen_ahead,
)
from operations.campaigns.patience import NO_END, is_soon_told, patience
from operations.campaigns.reasons import Effect, Reason, exclude, hold, is_eligible, is_held
from operations.campaigns.strategy import Kind, StrategySpec

NOW = datetime(2026, 11, 27, 2, tzinfo=UTC)
DONE = SiteAhead(done_at=NOW, software_at=NOW + timedelta(minutes=1), kubernetes_at=NOW + timedelta(minutes=1))
TO_COME = SiteAhead("it has not had its turn")
FAILED = SiteAhead("it failed")
PRESTAGE = StrategySpec(kind=Kind.PRESTAGE, release="26.09")
DEPLOY = StrategySpec(kind=Kind.SW_DEPLOY, release_id="starlingx-26.09.1", delete=True)
KUBERNETES = StrategySpec(kind=Kind.KUBERNETES, to_version="v1.34.1")
ROOT_CA = StrategySpec(kind=Kind.KUBE_ROOTCA)
FIRMWARE = StrategySpec(kind=Kind.FIRMWARE)
NO_VERSION = exclude("kubernetes-not-there", "It has no Kubernetes v1.34.1.")
OFFLINE = hold("offline", "It is offline.")


def ahead(spec: StrategySpec = DEPLOY, **given: Any) -> Ahead:
    return Ahead(number=7, spec=spec, **given)


RUNNING, THROUGH = ahead(over=False, word="running"), ahead(came_through=True, word="completed")


def keys(reasons: tuple[Reason, ...]) -> list[str]:
    return [reason.key for reason in reasons]


@pytest.mark.parametrize(("found", "stuck", "said"), [
    (RUNNING, False, "It begins once campaign #7, which is running, has come to its end."),
    (THROUGH, False, ""),
    (ahead(word="halted"), True, "campaign #7, which is halted, but that did not come through: somebody must say"),
    (Ahead(number=7), True, "which is in the books no more, but that did not come through"),
])  # fmt: skip
def test_when_it_may_begin(found: Ahead, stuck: bool, said: str) -> None:
    assert found.stuck is stuck
    assert said in found.why_named
    assert bool(found.why) is bool(found.why_named) is bool(said)
    assert "#7" not in found.why
    assert "which is" not in found.why


def test_kinds_have_an_order() -> None:
    line = [PRESTAGE, DEPLOY, KUBERNETES, ROOT_CA, FIRMWARE]
    for at, spec in enumerate(line):
        assert [bool(in_order(spec, then)) for then in line] == [True] * at + [False] * (len(line) - at)
    cleanup = StrategySpec(kind=Kind.SW_DEPLOY, cleanup=True)
    assert in_order(FIRMWARE, cleanup) == ""
    assert in_order(KUBERNETES, DEPLOY).startswith("A Kubernetes campaign does not come before a software one")


def test_what_the_one_before_will_change_holds_a_site_and_excludes_it_not() -> None:
    seen = seen_ahead((NO_VERSION,), TO_COME, RUNNING, KUBERNETES)
    assert (keys(seen), is_held(seen)) == ([AHEAD], True)
    assert seen[0].sentence == f"Held until campaign #7 is done there. Now: {NO_VERSION.sentence}"
    assert is_soon_told(seen)  # so that it may be a canary


def test_what_it_does_not_change_stands() -> None:
    assert keys(seen_ahead((NO_VERSION,), TO_COME, ahead(FIRMWARE, over=False), KUBERNETES)) == ["kubernetes-not-there"]
    assert keys(seen_ahead((OFFLINE, NO_VERSION), TO_COME, RUNNING, KUBERNETES)) == ["offline", AHEAD]


def test_nothing_is_waited_for_where_the_site_takes_no_part_before() -> None:
    assert seen_ahead((NO_VERSION,), None, RUNNING, KUBERNETES) == (NO_VERSION,)
    assert seen_ahead((), None, THROUGH, KUBERNETES) == ()


def test_a_site_that_was_not_done_is_held_by_name_and_its_batch_goes_without_it() -> None:
    seen = seen_ahead((), FAILED, THROUGH, KUBERNETES)
    assert [(each.key, each.effect) for each in seen] == [(NOT_DONE_BEFORE, Effect.HOLD)]
    assert seen[0].sentence == "It was not done in campaign #7: it failed there."
    assert patience(seen, timedelta(minutes=30)) == timedelta(0)
    assert is_held(seen_ahead((NO_VERSION,), FAILED, THROUGH, KUBERNETES))


def test_beforehand_nothing_is_said_of_sites_that_need_nothing() -> None:
    assert is_eligible(seen_ahead((), TO_COME, RUNNING, ROOT_CA))


def test_what_was_read_before_the_work_is_read_again() -> None:
    old = SiteAhead(done_at=NOW, kubernetes_at=NOW - timedelta(minutes=40))
    seen = seen_ahead((NO_VERSION,), old, THROUGH, KUBERNETES)
    assert keys(seen) == [READ_BEFORE]
    assert timedelta(0) < patience(seen, timedelta(minutes=30)) < NO_END
    assert seen_ahead((NO_VERSION,), DONE, THROUGH, KUBERNETES) == (NO_VERSION,)
    assert keys(seen_ahead((NO_VERSION,), SiteAhead(done_at=NOW), THROUGH, KUBERNETES)) == [READ_BEFORE]


def test_prestaging_helps_only_its_own_release() -> None:
    assert "not-prestaged" in changes(PRESTAGE, DEPLOY)
    assert not changes(StrategySpec(kind=Kind.PRESTAGE, release="26.03"), DEPLOY)
    assert not changes(StrategySpec(kind=Kind.PRESTAGE, release="26.09", for_install=True), DEPLOY)


def test_a_clean_up_may_be_planned_before_anything_is_open() -> None:
    cleanup = StrategySpec(kind=Kind.SW_DEPLOY, cleanup=True)
    opened = StrategySpec(kind=Kind.SW_DEPLOY, release_id="starlingx-26.09.1")
    assert "no-deployment" in changes(opened, cleanup)
    assert "no-deployment" not in changes(DEPLOY, cleanup)
    assert "deployment-open" in changes(cleanup, KUBERNETES)


def test_whoever_plans_kubernetes_behind_open_deployments_is_told() -> None:
    opened = StrategySpec(kind=Kind.SW_DEPLOY, release_id="starlingx-26.09.1")
    assert any("leaves its deployments open" in note for note in notes(ahead(opened, over=False), KUBERNETES))
    assert not any("leaves its deployments open" in note for note in notes(RUNNING, KUBERNETES))
    assert list(notes(None, KUBERNETES)) == []
