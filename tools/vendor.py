"""Copies third-party browser files into static/vendor/ exactly as their npm tarballs hold them.

    python tools/vendor.py            fetch with `npm pack`, copy, rewrite the hashes in vendor.toml
    python tools/vendor.py --check    only compare the files on disk with vendor.toml (no network)

vendor.toml is both order list and receipt: name, version, licence, source and file list are written by people,
sha512 (of the tarball) and sha384 (of each file) by this script. An upgrade is a changed version and a run.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path
from typing import Any

VENDOR = Path(__file__).resolve().parent.parent / "static" / "vendor"
MANIFEST = VENDOR / "vendor.toml"
HEAD = """# Third-party files served to browsers. Order list and receipt of tools/vendor.py; docs/vendoring.md explains.
# sha512: of the npm tarball, as npm's lock files write it. sha384: of each file, as subresource integrity writes it.
"""


def digest(data: bytes, algorithm: str) -> str:
    """The hash in the form `sha384-<base64>` that SRI and npm both use."""
    return f"{algorithm}-{base64.b64encode(hashlib.new(algorithm, data).digest()).decode()}"


def folder(package: dict[str, Any]) -> Path:
    """Where a package lives: static/vendor/<name>@<version>/ (a scope's slash becomes a dash)."""
    name = str(package["name"]).lstrip("@").replace("/", "-")
    return VENDOR / f"{name}@{package['version']}"


def read() -> list[dict[str, Any]]:
    """The packages of vendor.toml in its order."""
    packages: list[dict[str, Any]] = tomllib.loads(MANIFEST.read_text())["package"]
    return packages


def fetch(package: dict[str, Any], into: Path) -> bytes:
    """The package's npm tarball. Raises CalledProcessError when npm cannot get it."""
    command = ["npm", "pack", "--silent", "--pack-destination", str(into), f"{package['name']}@{package['version']}"]
    name = subprocess.run(command, check=True, capture_output=True, text=True, cwd=into).stdout.split()[-1]
    return (into / name).read_bytes()


def install(package: dict[str, Any]) -> None:
    """Copies the listed files of one package and notes their hashes in `package`."""
    with tempfile.TemporaryDirectory() as temporary:
        tarball = fetch(package, Path(temporary))
        package["sha512"] = digest(tarball, "sha512")
        archive = Path(temporary) / "archive.tgz"
        archive.write_bytes(tarball)
        with tarfile.open(archive) as tar:
            for file in package["files"]:
                member = tar.extractfile(f"package/{file['path']}")
                if member is None:
                    raise FileNotFoundError(file["path"])
                data = member.read()
                target = folder(package) / file["path"]
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
                file["sha384"] = digest(data, "sha384")


def faults() -> list[str]:
    """What on disk differs from the manifest: missing, altered or unlisted files. Empty when all is well."""
    found: list[str] = []
    listed = {MANIFEST}
    for package in read():
        for file in package["files"]:
            path = folder(package) / file["path"]
            listed.add(path)
            if not path.is_file():
                found.append(f"missing: {path.relative_to(VENDOR)}")
            elif digest(path.read_bytes(), "sha384") != file.get("sha384"):
                found.append(f"altered: {path.relative_to(VENDOR)}")
    unlisted = sorted(path for path in VENDOR.rglob("*") if path.is_file() and path not in listed)
    return found + [f"not in vendor.toml: {path.relative_to(VENDOR)}" for path in unlisted]


def write(packages: list[dict[str, Any]]) -> None:
    """Writes vendor.toml anew from `packages`."""
    lines = [HEAD]
    for package in packages:
        keys = ("name", "version", "licence", "source", "why", "sha512")
        lines += ["[[package]]", *(f'{key} = "{package[key]}"' for key in keys)]
        rows = [f'    {{ path = "{f["path"]}", sha384 = "{f["sha384"]}" }},' for f in package["files"]]
        lines += ["files = [", *rows, "]", ""]
    MANIFEST.write_text("\n".join(lines))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare only, change nothing")
    if not parser.parse_args().check:
        packages = read()
        for package in packages:
            install(package)
        write(packages)
    problems = faults()
    for problem in problems:
        sys.stderr.write(problem + "\n")
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
