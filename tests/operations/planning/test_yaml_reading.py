"""YAML without trust."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.planning.yaml_reading import BadYaml, Plain, load_yaml


def load(text: str) -> object:
    [document] = load_yaml(text).documents
    return document


def test_words_mean_what_dcmanager_makes_of_them() -> None:
    text = "a: 26.10\nb: 0123\nc: yes\nd: ~\ne: '1'\nf: 2026-01-01\ng: .nan\nh: [1, x]\ni: 1:20\nj: fd01::1\n"
    assert load(text) == {
        "a": 26.1,
        "b": 83,
        "c": True,
        "d": None,
        "e": "1",
        "f": "2026-01-01",
        "g": ".nan",
        "h": [1, "x"],
        "i": 80,
        "j": "fd01::1",
    }


def test_what_was_written_can_be_kept() -> None:
    [document] = load_yaml("a: 26.10\nb: 0123\nc: ~\nd: 'null'", typed=False).documents
    assert document == {"a": "26.10", "b": "0123", "c": "", "d": "null"}


def test_plain_and_quoted_texts_are_told_apart() -> None:
    document = load("a: ${x}\nb: '${x}'\n")
    assert isinstance(document, dict)
    assert isinstance(document["a"], Plain)
    assert not isinstance(document["b"], Plain)


def test_anchors_and_merges() -> None:
    assert load("a: &x {p: 1, q: 2}\nb: *x\nc:\n  <<: *x\n  q: 3\n") == {
        "a": {"p": 1, "q": 2},
        "b": {"p": 1, "q": 2},
        "c": {"p": 1, "q": 3},
    }


def test_several_documents() -> None:
    assert load_yaml("---\na: 1\n---\nb: 2\n").documents == [{"a": 1}, {"b": 2}]
    assert load_yaml("# nothing\n").documents == []


def test_duplicate_keys_are_named() -> None:
    assert load_yaml("a: 1\nb: {c: 1, c: 2}\na: 3\n").duplicates == [
        "line 2: the key 'c' stands twice.",
        "line 3: the key 'a' stands twice.",
    ]


BOMB = "a: &a [1,1,1,1,1,1,1,1,1]\n" + "\n".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [" + ",".join([f"*{chr(97 + n)}"] * 9) + "]" for n in range(9)
)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: [", "line 2"),
        ("a: 'x", "end of stream"),
        ("x: !foo 1", "tag '!foo'"),
        ("x: !!python/object/apply:os.system [ls]", "tag"),
        ("x: !!binary aGk=", "tag"),
        (BOMB, "more than 200000 values"),
        ("a: &a [*a]", "names nothing"),
        ("a: *b", "names nothing"),
        ("[" * 500, "nested"),
        ("[" * 900_000, "nest"),
        ("- " * 400_000, "nested"),
        ("? [a]\n: 1", "a key must be text"),
        ("1: a", "put it in quotes"),
        ("yes: a", "put it in quotes"),
        ("? \n: a", "put it in quotes"),
        ("<<: 3", "needs a mapping"),
        ("a: \x00", "control"),
        ("a: \ud800", "UTF-8"),
        ("a: " + "x" * 1_000_000, "more than 1000000 characters"),
    ],
)
def test_refused(text: str, says: str) -> None:
    started = time.process_time()
    with pytest.raises(BadYaml, match=says):
        load_yaml(text)
    assert time.process_time() - started < 2


@pytest.mark.parametrize("text", ["9" * 5000, "1" + ":59" * 30, "1e999", "-.inf", "0x" + "f" * 400, "0b" + "1" * 400])
def test_odd_numbers(text: str) -> None:
    assert load(f"a: {text}") == {"a": text}


yaml_like = st.text(st.sampled_from("abc:- \n\t{}[],&*!|>'\"%@`#?<~01.\u2028é"), max_size=120)


@given(yaml_like | st.text(max_size=60), st.booleans())
def test_any_text_is_read_or_refused(text: str, typed: bool) -> None:
    try:
        load_yaml(text, typed=typed)
    except BadYaml as bad:
        said = str(bad)
    else:
        said = "read."
    assert said.endswith(".")
