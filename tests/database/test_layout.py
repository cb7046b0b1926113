"""Where the private server's state lies."""

import os
from pathlib import Path

from dcportal.database import layout


def test_no_two_installations_share_a_home(tmp_path: Path) -> None:
    folders = [
        tmp_path / "one" / "var",
        tmp_path / "two" / "var",
        tmp_path / "one" / "other",
        tmp_path / "one" / "third",
    ]
    homes = {layout.for_checkout(var).home for var in folders}
    assert len(homes) == len(folders)
    for var in folders:
        assert layout.for_checkout(var).home == layout.for_checkout(var).home
        assert layout.for_checkout(var).pointer == var / "database-url"


def test_an_ordinary_users_data_lie_below_var(tmp_path: Path) -> None:
    home = layout.for_checkout(tmp_path / "var").home
    assert home.is_relative_to(layout.ROOT_HOME if os.geteuid() == 0 else tmp_path / "var")


def test_no_data_yet(tmp_path: Path) -> None:
    assert layout.for_checkout(tmp_path / "var").major() is None
