"""Bodies of writes: what arrives is what was meant, and nothing of it shows."""

from __future__ import annotations

import asyncio
import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from starlingx.bodies import BYTES, File, body_of, form_body, json_body
from starlingx.errors import BadValue
from starlingx.secret import Secret
from tests.starlingx.capture import form_of

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
NAMES = st.from_regex(r"[a-z][a-z0-9_-]{0,20}", fullmatch=True)
FILES = st.builds(
    File,
    content=st.binary(max_size=500) | TEXT.map(str.encode),
    filename=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,30}", fullmatch=True),
    content_type=st.sampled_from(["text/yaml", BYTES]),
)
VALUES = TEXT | TEXT.map(Secret) | FILES


@given(st.dictionaries(NAMES, VALUES, max_size=8))
def test_a_form_arrives_as_it_was_meant(form: dict[str, str | Secret | File]) -> None:
    body = form_body(form)
    expected = {
        name: (value.filename, value.content_type, value.content)
        if isinstance(value, File)
        else (value.reveal() if isinstance(value, Secret) else value)
        for name, value in form.items()
    }
    assert asyncio.run(form_of(body.content_type, body.content)) == expected
    assert all(value.reveal() in (*body.secrets, "") for value in form.values() if isinstance(value, Secret))


def test_the_name_of_a_field_comes_before_the_name_of_its_file() -> None:
    content = form_body({"install_values": File(b"a: 1", "name.yaml")}).content
    assert (
        b'form-data; name="install_values"; filename="name.yaml"\r\nContent-Type: text/yaml\r\n\r\na: 1\r\n' in content
    )


@pytest.mark.parametrize(
    "form",
    [
        {'a"b': "x"},
        {"": "x"},
        {"a\r\nb": "x"},
        {"a": "\ud800"},
        {"a": File(b"", "../etc/passwd")},
        {"a": File(b"", 'x"; name="other')},
        {"a": File(b"", "")},
        {"a": File(b"", "x", "text/html\r\nX: y")},
    ],
)
def test_what_would_break_a_form_is_not_sent(form: dict[str, str | File]) -> None:
    with pytest.raises(BadValue) as refused:
        form_body(form)
    assert refused.value.__context__ is None


def test_secrets_stand_in_json_wherever_texts_may() -> None:
    body = json_body({"a": Secret("pass-one"), "b": [{"c": Secret("pass-two").base64()}]})
    assert json.loads(body.content) == {"a": "pass-one", "b": [{"c": "cGFzcy10d28="}]}
    assert {"pass-one", "pass-two", "cGFzcy10d28="} <= set(body.secrets)


@pytest.mark.parametrize("value", [{"a": object()}, {"a": "\ud800"}, {1: 2}, [2**70]])
def test_what_is_no_json_is_not_sent_and_not_shown(value: dict[str, object]) -> None:
    with pytest.raises(BadValue) as refused:
        json_body(value)
    assert refused.value.__context__ is None


def test_a_body_is_one_thing_or_none() -> None:
    assert body_of(None, None) is None
    with pytest.raises(ValueError, match="not both"):
        body_of({}, {})


def test_passwords_in_files_are_known_as_secrets() -> None:
    values = b"""\
bmc_address: 192.0.2.1
bmc_password: c2VjcmV0
- nested:
    "admin_password": 'Quoted One'
    docker_token: "abc"
    use_password: true
    password_file: |
      text
image: plain
"""
    secrets = form_body({"install_values": File(values, "install_values.yaml")}).secrets
    assert secrets == ("c2VjcmV0", "Quoted One", "abc")


@pytest.mark.parametrize("indent", [None, 2])
def test_passwords_in_files_of_json_are_known_as_secrets(indent: int | None) -> None:
    registry = {"docker.io": {"username": "mirror", "password": "Registry*4"}, "token": None, "use_secret": True}
    values = json.dumps({"docker_registries": registry, "admin_password": "S,4: {x}", "image": "plain"}, indent=indent)
    body = form_body({"bootstrap_values": File(values.encode(), "bootstrap_values.yaml")})
    assert set(body.secrets) == {"Registry*4", "S,4: {x}"}


def test_a_secret_shows_nowhere_and_is_not_stored() -> None:
    secret, body = Secret("never-shown"), form_body({"p": Secret("never-shown"), "f": File(b"never-shown", "f")})
    for shown in (
        f"{secret} {secret!r} {[secret]}",
        repr(secret.base64()),
        repr(body),
        repr(File(b"never-shown", "f")),
    ):
        assert "never-shown" not in shown
        assert "bmV2ZXItc2hvd24=" not in shown
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    with pytest.raises(BadValue) as refused:
        Secret("half \ud800")
    assert "half" not in str(refused.value)
    assert Secret("a") == Secret("a") != "a"
    assert not Secret("")
    assert len({Secret("a"), Secret("a")}) == 1
