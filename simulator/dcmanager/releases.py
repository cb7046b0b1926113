"""Which releases a System Controller can give a subcloud, and of which it has an image."""

from __future__ import annotations

import re

from simulator.dcmanager.refusals import Refused
from simulator.fleet import Software
from simulator.survey import CURRENT, OLDER

VERSION = re.compile(r"\d{2}\.\d{2}")
NEWEST = {software.version: software for software in (*reversed(OLDER), CURRENT)}
SUPPORTED = tuple(sorted(NEWEST, reverse=True))[:3]  # the controller's own, N-1, N-2
VAULT = SUPPORTED[:2]  # images that somebody has uploaded


def asked_for(text: str | None, default: str = CURRENT.version) -> Software:
    """The software of a `release` field. Raises Refused (400)."""
    version = default if text is None else str(text)
    if not VERSION.fullmatch(version):
        raise Refused(400, f"Invalid release {version}: a release looks like {CURRENT.version}")
    if version not in SUPPORTED:
        raise Refused(400, f"Release {version} is not supported; supported are {', '.join(SUPPORTED)}")
    return NEWEST[version]


def image(version: str) -> str:
    """The path of the release's ISO in the vault. Raises Refused (400)."""
    if version not in VAULT:
        raise Refused(400, f"No image of release {version} in the vault: upload its ISO and signature first")
    return f"/opt/dc-vault/software/{version}/starlingx-intel-x86-64-cd.iso"
