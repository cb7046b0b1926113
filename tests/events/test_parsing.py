"""What strangers may send: cursors, topics, query strings, headers, payloads. None of it may surprise us."""

import json
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.cursor import BIGGEST, Cursor, CursorError
from events.handshake import Wish, origin_allowed
from events.kinds import PAYLOAD, Kind
from events.payload import LONGEST_TEXT, encode
from events.topics import KINDS_OF, MOST, Topics, TopicsError, topics_of, wide_topic
from tests.events.conftest import event

places = st.integers(0, BIGGEST)


@given(st.uuids(), places, places)
def test_a_cursor_is_read_as_it_was_written(epoch: UUID, xid: int, number: int):
    cursor = Cursor(epoch, (xid, number))
    assert Cursor.parse(str(cursor)) == cursor


@given(st.text() | st.from_regex(r"[0-9a-f]{30,34}\.[0-9]{0,25}\.[0-9-]{0,25}"))
def test_what_is_no_cursor_is_told(text: str):
    try:
        cursor = Cursor.parse(text)
    except CursorError:
        return
    assert Cursor.parse(str(cursor)) == cursor
    assert 0 <= min(cursor.position) <= max(cursor.position) <= BIGGEST


@given(st.text() | st.lists(st.sampled_from(["fleet", "alarms", "cloud:1", "operation:9", " fleet", ""])).map(",".join))
def test_topics_are_understood_or_refused(text: str):
    try:
        topics = Topics.parse(text)
    except TopicsError:
        return
    assert 1 <= len(topics.names) <= MOST
    topics.condition()


@pytest.mark.parametrize("text", ["cloud:", "cloud:x", "cloud:-1", "cloud:1" + "0" * 30, "cloud:²", "all", "fleet:1"])
def test_topics_that_do_not_exist_are_refused(text: str):
    with pytest.raises(TopicsError):
        Topics.parse(text)


def test_more_topics_than_allowed_are_refused():
    with pytest.raises(TopicsError):
        Topics.parse(",".join(f"cloud:{number}" for number in range(MOST + 1)))


def test_no_topic_means_the_fleet():
    assert Topics.parse("").names == {"fleet"}


def test_every_kind_has_a_payload_and_a_topic():
    assert set(PAYLOAD) == set(Kind)
    assert sorted(kind for kinds in KINDS_OF.values() for kind in kinds) == sorted(Kind)


def test_an_event_belongs_to_its_noun_and_its_cloud():
    assert topics_of(event(3, Kind.ALARM_RAISED)) == ["alarms", "cloud:3"]
    assert wide_topic("operation.changed") == "operations"


headers = st.lists(
    st.tuples(st.sampled_from([b"host", b"origin", b"authorization", b"cookie"]), st.binary(max_size=60)), max_size=6
)


@given(st.binary(max_size=300), headers)
def test_a_handshake_of_any_bytes_is_judged(query: bytes, fields: list[tuple[bytes, bytes]]):
    scope = {"query_string": query, "headers": fields}
    wish = Wish.of(scope)
    assert isinstance(wish.cursor, str)
    assert not origin_allowed({**scope, "headers": [(b"host", b"evil.example"), *fields]})


@pytest.mark.parametrize("origin", [b"http://[", b"http://127.0.0.1:80@evil", b"//127.0.0.1", b"null", b"\xff"])
def test_an_odd_origin_is_foreign(origin: bytes):
    assert not origin_allowed({"headers": [(b"host", b"127.0.0.1:80"), (b"origin", origin)]})


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters()) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), anything, max_size=8))
def test_any_payload_becomes_short_json_without_nul(data: dict[str, object]):
    told = json.loads(encode(data))
    assert "\\u0000" not in encode(data)
    for value in told.values():
        assert not isinstance(value, str) or len(value) <= 3 * LONGEST_TEXT
