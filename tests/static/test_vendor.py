"""Third-party files are what vendor.toml says: none altered, none missing, none unlisted, each with its licence."""

import re
import runpy
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOL = runpy.run_path(str(ROOT / "tools" / "vendor.py"))
VENDOR = ROOT / "static" / "vendor"
PACKAGES: list[dict[str, Any]] = tomllib.loads((VENDOR / "vendor.toml").read_text())["package"]
FREE = {"0BSD", "BSD-2-Clause", "ISC", "MIT", "OFL-1.1"}


def test_nothing_was_altered() -> None:
    assert TOOL["faults"]() == []


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: str(package["name"]))
def test_each_has_a_usable_licence_beside_it(package: dict[str, Any]) -> None:
    assert package["licence"] in FREE
    assert "LICENSE" in {file["path"] for file in package["files"]}
    assert package["sha512"].startswith("sha512-")


def test_an_altered_file_is_noticed(tmp_path: Path) -> None:
    assert TOOL["digest"](b"a", "sha384") != TOOL["digest"](b"b", "sha384")


def test_what_pages_load_from_vendor_exists() -> None:
    """A version in a path that nobody changed after an upgrade would be a broken page."""
    sources = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("static/css/*.css"), *ROOT.glob("static/js/**/*.js")]
    named = {path for source in sources for path in re.findall(r"vendor/([\w.@/-]+\.\w+)", source.read_text())}
    assert len(named) >= 6
    assert [path for path in sorted(named) if not (VENDOR / path).is_file()] == []
