"""What a campaign is run by survives being kept as JSON, whatever it is; and nonsense is refused with a sentence."""

import json
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.campaigns.approvals import Approvals
from operations.campaigns.failure_limits import FailureLimit
from operations.campaigns.rulebook import Rulebook, read_rulebook, read_spec, told_rules, told_spec
from operations.campaigns.rules import CampaignRules, CephGate
from operations.campaigns.strategy import Kind, StrategySpec
from operations.campaigns.windows import WindowRule
from tests.operations.campaigns.planned import CANARIES, LIMITS, SPEC, WAVES

MINUTES = st.integers(1, 10_000).map(lambda number: timedelta(minutes=number))
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))
DAYS = st.frozensets(st.integers(0, 6), min_size=1)
WINDOWS = st.lists(
    st.one_of(
        st.builds(WindowRule, st.text(max_size=20), DAYS, TIMES, end=TIMES),
        st.builds(WindowRule, st.text(max_size=20), DAYS, TIMES, duration=MINUTES),
    ),
    max_size=3,
).map(tuple)
FAILURES = st.builds(FailureLimit, st.none() | st.integers(0, 50), st.none() | st.floats(0, 100))
SPECS = st.one_of(
    st.builds(StrategySpec, kind=st.just(Kind.SW_DEPLOY), release_id=st.text(max_size=30), snapshot=st.booleans()),
    st.builds(StrategySpec, kind=st.sampled_from(Kind), release=st.text(max_size=9), force=st.booleans()),
)
GATES = st.builds(
    CampaignRules, spec=SPECS, ceph=st.sampled_from(CephGate), prestaged=st.booleans(), health=st.booleans(),
    strict_alarms=st.booleans(), peer_groups_alone=st.booleans(),
    backup_within=st.none() | st.integers(0, 999).map(lambda hours: timedelta(hours=hours)),
    controller_fresh=st.just(timedelta(hours=3)),
)  # fmt: skip
BOOKS = st.builds(
    Rulebook, gates=GATES, limits=LIMITS, canaries=CANARIES, windows=WINDOWS, failures=FAILURES,
    waves=WAVES.filter(lambda waves: len({wave.name for wave in waves}) == len(waves)),
    default_zone=st.sampled_from(["UTC", "Europe/Lisbon"]), approvals=st.sampled_from(Approvals),
)  # fmt: skip


@given(BOOKS)
def test_it_is_read_as_it_was_kept(book: Rulebook) -> None:
    ask, rules = (json.loads(json.dumps(told)) for told in (told_spec(book.spec), told_rules(book)))
    read = read_rulebook(ask, rules)
    assert read.limits.region("West") == book.limits.region("West")
    assert told_rules(read) == told_rules(book)
    assert (read.gates, read.waves, read.windows) == (book.gates, book.waves, book.windows)
    assert (read.canaries, read.failures, read.default_zone) == (book.canaries, book.failures, book.default_zone)
    assert read.approvals is book.approvals


def test_what_is_not_said_has_its_default() -> None:
    book = read_rulebook({"kind": "sw-deploy", "release_id": "starlingx-26.09.1"}, {})
    assert (book.spec, book.limits.overall, book.gates.ceph) == (SPEC, 10, CephGate.OK)
    assert (book.gates.prestaged, book.canaries.each, book.default_zone) == (True, 0, "UTC")
    assert told_spec(book.spec) == {"kind": "sw-deploy", "release_id": "starlingx-26.09.1"}


def test_prestaging_reboots_nothing() -> None:
    assert read_rulebook({"kind": "prestage"}, {}).gates.ceph is CephGate.OFF
    assert read_rulebook({"kind": "prestage"}, {"gates": {"ceph": "ok"}}).gates.ceph is CephGate.OK


def test_windows_are_read_as_people_write_them() -> None:
    rules = {"windows": [{"name": "Night", "weekdays": [0, 4], "start": "01:30", "end": "03:00"}]}
    (window,) = read_rulebook({"kind": "firmware"}, rules).windows
    assert window == WindowRule("Night", frozenset({0, 4}), time(1, 30), end=time(3))
    assert read_rulebook({"kind": "firmware"}, rules).plan_rules(datetime(2026, 11, 26, tzinfo=UTC)).windows == (
        window,
    )


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        ({"default_zone": "Mars/Olympus"}, "time zone"),
        ({"windows": [{"name": "N", "weekdays": [0], "start": "25:00", "end": "03:00"}]}, "time of day"),
        ({"windows": [{"name": "N", "weekdays": [0], "start": "01:00"}]}, "end or its duration"),
        ({"windows": [{"name": "N", "weekdays": [7], "start": "01:00", "end": "02:00"}]}, "weekdays"),
        ({"limits": {"per_region": 0}}, "at least 1"),
        ({"waves": [{"name": "A"}, {"name": "A"}]}, "called A"),
        ({"waves": [{"name": "A", "size": 1, "percent": 2}]}, "not both"),
        ({"failures": {"count": -1}}, "below 0"),
        ({"gates": {"ceph": "perhaps"}}, "perhaps"),
        ({"approvals": "never"}, "once, or each-wave"),
    ],
)
def test_nonsense_is_refused(rules: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        read_rulebook({"kind": "firmware"}, rules)


def test_kinds_that_are_not_known_are_refused() -> None:
    with pytest.raises(ValueError, match="patch"):
        read_spec({"kind": "patch"})
