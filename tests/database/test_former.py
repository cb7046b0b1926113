"""A checkout made anew where another was does not find that one's data: nobody has the key to them."""

import shutil
from pathlib import Path

import pytest

from dcportal.database import former
from dcportal.database.layout import Layout


@pytest.fixture
def place(tmp_path: Path) -> Layout:
    var, home = tmp_path / "var", tmp_path / "home"
    var.mkdir()
    home.mkdir()
    return Layout(home, var / "database-url", var / "log", programs=home)


def fill(place: Layout, text: str) -> None:
    place.data.mkdir()
    (place.data / "PG_VERSION").write_text("18")
    (place.data / "rows").write_text(text)
    place.pointer.write_text("postgresql://")


def clone_anew(place: Layout) -> None:
    shutil.rmtree(place.pointer.parent)
    place.pointer.parent.mkdir()


def test_its_own_data_stay(place: Layout) -> None:
    assert former.put_aside(place) is None
    fill(place, "mine")
    assert former.put_aside(place) is None
    assert (place.data / "rows").read_text() == "mine"


def test_those_of_a_checkout_that_is_gone_are_put_aside(place: Layout) -> None:
    former.put_aside(place)
    for text in ("first", "second"):
        fill(place, text)
        clone_anew(place)
        aside = former.put_aside(place)
        assert aside is not None
        assert (aside / "rows").read_text() == text  # one generation is kept
        assert place.major() is None


@pytest.mark.parametrize("lost", ["home", "var"])
def test_data_without_a_mark_are_adopted(place: Layout, lost: str) -> None:
    former.put_aside(place)
    fill(place, "mine")
    ((place.home if lost == "home" else place.pointer.parent) / former.MARK).unlink()
    assert former.put_aside(place) is None
    assert former.put_aside(place) is None
    assert (place.data / "rows").read_text() == "mine"


def test_data_of_an_older_version_without_its_var_are_put_aside(place: Layout) -> None:
    fill(place, "old")
    clone_anew(place)
    assert former.put_aside(place) is not None
