"""Whatever a client writes into a query, FM's parsers answer or refuse; they never break."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import MultiDict

from simulator.alarms.alarm import make
from simulator.alarms.catalogue import kinds
from simulator.alarms.rows import rest_entity, stored_entity
from simulator.fm.query import contains, instant, parse
from simulator.survey import build
from simulator.wsme import ApiError, wanted, xml

CLOUD = build(3, 4, 1).controllers[0].subclouds[0]
TEXT = st.text(max_size=40)


@given(st.datetimes(min_value=datetime(1970, 1, 2)))  # noqa: DTZ001  # dates of the query have no zone
def test_dates_are_read_as_utc(when: datetime) -> None:
    expected = when.replace(tzinfo=UTC).timestamp()
    for text in (when.isoformat(), f"{when.isoformat(sep=' ')}Z", f"{when.isoformat()}+05:30"):
        assert instant(text) == pytest.approx(expected, abs=1e-5)


@given(st.one_of(TEXT, st.from_regex(r"\A\d{4}-\d{1,2}-\d{1,2}[T ]\d\d:\d\d(:\d\d)?\Z")))
def test_bad_dates_are_a_server_fault(text: str) -> None:
    try:
        instant(text)
    except ApiError as error:
        assert error.status == 500  # noqa: PT017  # either outcome is fine, another exception is not


@given(TEXT, TEXT, TEXT)
def test_filter_finds_the_middle(before: str, middle: str, after: str) -> None:
    assert contains(middle)(before + middle + after)
    assert contains("%")(before)


NAMES = st.sampled_from(["limit", "marker", "sort_dir", "sort_key", "expand", "q.field", "nosuch"])


@given(st.dictionaries(NAMES, TEXT))
def test_any_query_is_parsed_or_refused(query: dict[str, str]) -> None:
    try:
        asked = parse(MultiDict(query), ("limit", "marker", "sort_dir", "sort_key", "expand"), "id", "asc")
    except ApiError as error:
        assert error.status == 400  # noqa: PT017
    else:
        assert asked.limit is None or asked.limit >= 0


@given(TEXT)
def test_entities_survive_the_way_there_and_back(tail: str) -> None:
    for port in CLOUD.hosts[0].ports:
        stored = f"host=controller-0.port={port.name}.{tail}" if tail else f"host=controller-0.port={port.name}"
        shown = rest_entity(CLOUD, stored)
        assert port.uuid in shown
        assert stored_entity(CLOUD, shown) == stored
    assert stored_entity(CLOUD, rest_entity(CLOUD, tail)) == tail


def test_unknown_ports_keep_their_name() -> None:
    for entity in ("host=controller-0.port=nosuch", "host=nosuch.port=eno1", "host=controller-0.interface=oam0"):
        assert rest_entity(CLOUD, entity) == entity


def test_xml_is_escaped() -> None:
    assert xml({"a": ["<b>", None, True]}) == "<a><item>&lt;b&gt;</item><item></item><item>true</item></a>"


@pytest.mark.parametrize(
    ("accept", "kind"),
    [("", "json"), ("*/*", "json"), ("application/xml", "xml"), ("text/html,application/xml;q=0.9,*/*;q=0.8", "json")],
)
def test_content_type(accept: str, kind: str) -> None:
    assert wanted(accept) == kind


def test_every_kind_can_be_raised() -> None:
    words = dict.fromkeys(
        (
            "host",
            "percent",
            "threshold",
            "filesystem",
            "port",
            "interface",
            "condition",
            "address",
            "process",
            "sensor",
            "subcloud",
            "resource",
            "peer",
            "group",
            "network",
            "certificate",
            "days",
            "instance",
            "app",
            "fsid",
            "health",
            "detail",
            "pool",
            "backend",
        ),
        "x",
    )
    for kind in kinds().values():
        for severity in kind.severities:
            alarm = make(CLOUD, kind.alarm_id, severity, 1.0, **words)
            assert alarm.severity == severity
            assert "{" not in alarm.reason_text + alarm.entity_instance_id
    assert len(kinds()) == 135
