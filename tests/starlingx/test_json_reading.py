"""What Python's encoder writes and nobody else reads: one such value must not cost the list it stands in."""

import json
import math
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from starlingx.errors import Unexpected
from starlingx.fault import FaultManagement
from starlingx.json_reading import NotJsonError, parse
from starlingx.long_lists import rows_of
from starlingx.session import CloudSession
from tests.starlingx.replay import Answer, Replay

texts = st.text(st.characters(), max_size=20) | st.text(st.characters(categories=["Cs", "Lu"]), max_size=6)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


def expected(value: Any) -> Any:
    """What is left of it."""
    if isinstance(value, str):
        # pairs of halves are one character to a decoder
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list):
        return [expected(item) for item in value]
    return value


@given(values)
def test_whatever_python_writes_is_read_and_can_be_written_again(value: Any) -> None:
    found = parse(json.dumps(value).encode())
    assert orjson.loads(orjson.dumps(found)) == found


@given(st.lists(st.floats() | st.text(st.characters(exclude_categories=["Cs"])), max_size=5))
def test_everything_else_stays_as_it_is(value: list[Any]) -> None:
    assert parse(json.dumps(value).encode()) == expected(value)


@given(st.lists(values, max_size=5))
def test_long_lists_are_read_alike(value: list[Any]) -> None:
    body = json.dumps({"rows": value}).encode()
    assert list(rows_of(body, "rows", short=0)) == list(rows_of(body, "rows"))


@given(st.binary(max_size=60))
def test_what_is_no_json_is_refused(body: bytes) -> None:
    try:
        found = parse(body)
    except NotJsonError:
        return
    orjson.dumps(found)


def test_numbers_no_machine_takes_are_refused_not_raised() -> None:
    body = b'{"rows": [' + b"9" * 5000 + b"]}"
    with pytest.raises(Unexpected):
        list(rows_of(body, "rows", short=0))


async def test_one_such_alarm_does_not_cost_the_others(session: CloudSession, replay: Replay) -> None:
    rows = [
        {"uuid": f"u{n}", "alarm_id": "100.101", "entity_instance_id": f"host={n}", "severity": "major",
         "timestamp": "2026-11-22T11:00:00", "reason_text": text, "odd": float("nan")}
        for n, text in enumerate(["fine", "half \ud800 pair"])
    ]  # fmt: skip
    replay.answers["fm/v1/alarms"] = Answer(json.dumps({"alarms": rows}).encode())
    found = await FaultManagement(session).alarms()
    assert [alarm.reason_text for alarm in found] == ["fine", "half \ufffd pair"]
