"""A strategy that vanished before its step was seen to begin: done only where something shows that it was."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from operations.campaigns.actions import Finish
from operations.campaigns.aftermath import UNPROVEN, aftermath
from operations.campaigns.batch import BatchView, End, Look, Member, Memory, SiteEnd
from operations.campaigns.facts import SiteFacts
from operations.campaigns.postcheck import After, Health, is_as_before, is_there
from operations.campaigns.strategy import Kind, StrategySpec
from operations.campaigns.turn import Turn
from starlingx.records import StrategyStep
from tests.operations.campaigns.engine_model import PACE

NOW = datetime(2026, 11, 27, tzinfo=UTC)
ROOT_CA = StrategySpec(kind=Kind.KUBE_ROOTCA, force=True)
PRESTAGE = StrategySpec(kind=Kind.PRESTAGE, release="26.09")
PATCH = StrategySpec(kind=Kind.SW_DEPLOY, release_id="starlingx-26.09.1")
SYNC = {"kube-rootca": "in-sync", "platform": "in-sync"}


def facts(**known: Any) -> SiteFacts:
    return SiteFacts(name="edge-1", **({"endpoint_sync": SYNC, "prestage_status": "complete"} | known))


@pytest.mark.parametrize(
    ("spec", "before", "after", "as_before"),
    [
        (ROOT_CA, {}, {}, True),
        (ROOT_CA, {"endpoint_sync": {"kube-rootca": "out-of-sync"}}, {}, False),
        (PRESTAGE, {"prestage_versions": "25.09"}, {"prestage_versions": "25.09"}, True),
        (PRESTAGE, {"prestage_versions": "25.09"}, {"prestage_versions": "25.09,26.09"}, False),
        (PRESTAGE, {"prestage_status": ""}, {"prestage_versions": "26.09"}, False),
        (PATCH, {"endpoint_sync": {}}, {}, False),
    ],
)
def test_what_was_there_before(
    spec: StrategySpec, before: dict[str, Any], after: dict[str, Any], as_before: bool
) -> None:
    was = facts(**before)
    assert is_as_before(is_there(was, spec), was.prestage_versions, facts(**after), spec) is as_before


@pytest.mark.parametrize("state", ["initial", "aborted", "complete", "applying"])
@pytest.mark.parametrize("as_before", [False, True])
def test_it_is_done_only_where_something_shows_that(state: str, as_before: bool) -> None:
    step = StrategyStep(5, "edge-1", "Create", state, "", None, None, None, None)
    memory = Memory(
        roster=(Member(1, 1, "edge-1", 1),), strategy_id=7, final_state="vanished", archived=True,
        ended_at=NOW - timedelta(minutes=5),
    )  # fmt: skip
    view = BatchView(
        label="dcportal-7-1", spec=ROOT_CA, planned=(), memory=memory, archive=(step,),
        after={1: After(Health.GOOD, as_before=as_before)},
    )  # fmt: skip
    action, _ = aftermath(Turn(view, Look(at=NOW, strategy=None), NOW, PACE))
    assert isinstance(action, Finish)
    unproven = as_before and state in ("initial", "aborted")
    assert action.ends == (SiteEnd(1, End.NOT_RUN, UNPROVEN) if unproven else SiteEnd(1, End.DONE),)
