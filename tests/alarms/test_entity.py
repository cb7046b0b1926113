"""Entities of alarms, taken apart."""

from hypothesis import given
from hypothesis import strategies as st

from alarms.entity import parts


def test_values_may_hold_dots() -> None:
    assert parts("host=controller-0.port=enp3s0f0.100") == {"host": "controller-0", "port": "enp3s0f0.100"}


def test_a_subcloud_and_its_resource() -> None:
    assert parts("subcloud=porto.1.resource=platform") == {"subcloud": "porto.1", "resource": "platform"}


def test_no_path_gives_no_parts() -> None:
    assert parts("") == {}
    assert parts("something else") == {}


@given(st.text())
def test_any_text_is_taken(text: str) -> None:
    assert all(isinstance(value, str) for value in parts(text).values())
