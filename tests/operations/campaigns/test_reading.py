"""Plans and rules come back from JSON as they were, or not at all."""

import json
from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.campaigns.facts import AlarmKey
from operations.campaigns.failure_limits import FailureLimit
from operations.campaigns.plan import Batch, CanaryRule, Limits, Plan, RosterRow, Wave, canonical, plan_hash
from operations.campaigns.postcheck import After, Health
from operations.campaigns.reading import UnreadableError, read
from operations.campaigns.strategy import Kind, StrategySpec
from operations.campaigns.windows import WindowRule

PLAN = Plan(
    spec=StrategySpec(kind=Kind.SW_DEPLOY, release_id="starlingx-26.09.1", snapshot=True),
    limits=Limits(overall=20, per_region=5, regions=(("Brazil", 2),)),
    windows=(WindowRule("night", frozenset({0, 4}), time(1, 30), time(3, 30)),),
    failures=FailureLimit(percent=2.5),
    waves=(Wave(0, "canaries", (Batch(1, "controller-1", (4, 9), alone=True),), timedelta(hours=1)),),
    roster=(RosterRow(4, "edge-4", "controller-1", 7), RosterRow(9, "edge-9", "controller-1", 12)),
    neighbours=((4, 9),),
    rings=(("ring-a", (4, 9)),),
)


def stored(value: object) -> object:
    return json.loads(json.dumps(canonical(value)))


def test_a_plan_is_the_same_after_storing() -> None:
    back = read(Plan, stored(PLAN))
    assert back == PLAN
    assert plan_hash(back) == plan_hash(PLAN)


def test_rules_too() -> None:
    rule = CanaryRule((3, 5), each=2, soak=timedelta(minutes=90), failures=FailureLimit(count=1))
    assert read(CanaryRule, stored(rule)) == rule


def test_what_became_of_a_site_is_the_same_after_storing() -> None:
    """New alarms are named tuples: JSON has them as lists."""
    keys = (AlarmKey("200.006", "host=controller-0"), AlarmKey("400.001", ""))
    told = After(Health.BAD, ("New alarms: 200.006 on host=controller-0.",), keys, worse=True)
    back = read(After, stored(told))
    assert back == told
    assert str(back.new_alarms[0]) == "200.006 on host=controller-0"
    with pytest.raises(UnreadableError, match="has 1 parts, not 2"):
        read(After, {"health": "bad", "new_alarms": [["200.006"]]})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"surprise": 1}, "surprise"),
        ({"limits": {"overall": "many"}}, "limits.overall"),
        ({"limits": {"overall": True}}, "limits.overall"),
        ({"waves": {}}, "plan.waves"),
        ({"neighbours": [[1]]}, "neighbours"),
        ({"spec": {"kind": "magic"}}, "spec.kind"),
        ({"roster": [{"id": 4}]}, "lacks"),
        ({"windows": [{"name": "n", "weekdays": [1], "start": "25:00", "end": None}]}, "start"),
    ],
)
def test_another_shape_is_refused_with_its_place(change: dict[str, object], said: str) -> None:
    value = stored(PLAN)
    assert isinstance(value, dict)
    with pytest.raises(UnreadableError, match=said):
        read(Plan, value | change)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(field=st.sampled_from(["spec", "limits", "windows", "waves", "roster", "rings"]), value=JSON)
def test_whatever_is_stored_there_raises_nothing_else(field: str, value: object) -> None:
    plan = stored(PLAN)
    assert isinstance(plan, dict)
    try:
        read(Plan, plan | {field: value})
    except ValueError:
        return
