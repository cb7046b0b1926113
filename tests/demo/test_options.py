import socket
from pathlib import Path

import pytest

from dcportal.demo import options, programs
from dcportal.demo.options import WrongOptionError
from tests.fixtures.network import free_port


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("PORT", "SIMULATOR_PORT", "SUBCLOUDS", "CONTROLLERS", "SPEED", "SEED"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DCPORTAL_VAR", str(tmp_path))


def test_the_documented_defaults(tmp_path: Path) -> None:
    assert options.read() == options.Options(8000, 9000, 500, 2, 1.0, 7, tmp_path)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("PORT", "80000"),
        ("PORT", "web"),
        ("SUBCLOUDS", "0"),
        ("CONTROLLERS", "-1"),
        ("SPEED", "fast"),
        ("SPEED", "0"),
        ("SPEED", "nan"),
    ],
)
def test_a_wrong_value_is_named(monkeypatch: pytest.MonkeyPatch, name: str, text: str) -> None:
    monkeypatch.setenv(name, text)
    with pytest.raises(WrongOptionError, match=f"{name} must be .*, not '{text}'"):
        options.read()


def test_a_taken_port_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", str(free_port()))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        monkeypatch.setenv("SIMULATOR_PORT", str(number))
        with pytest.raises(WrongOptionError, match=f"port {number} is taken: make demo SIMULATOR_PORT={number + 1}"):
            options.require_free(options.read())


def test_a_given_database_is_not_started() -> None:
    assert "database" not in programs.all_of(options.read(), own_database=False)
    assert next(iter(programs.all_of(options.read(), own_database=True))) == "database"
