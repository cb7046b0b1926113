"""Which releases a System Controller can give a subcloud, and of which it has an image."""

from __future__ import annotations

import re

from simulator.dcmanager.refusals import Refused
from simulator.fleet import Software
from simulator.survey import CURRENT, OLDER

VERSION = re.compile(r"\d{2}\.\d{2}")
NEWEST = {software.version: software for software in (*reversed(OLDER), CURRENT)}
SUPPORTED = 3  # the controller's own, N-1, N-2
IN_VAULT = 2  # images that somebody has uploaded: of the newest of these


def supported(own: Software) -> dict[str, Software]:
    """What a subcloud can get by version, newest first: what the controller runs, and the newest of older versions."""
    older = sorted((version for version in NEWEST if version < own.version), reverse=True)
    return {own.version: own} | {version: NEWEST[version] for version in older[: SUPPORTED - 1]}


def asked_for(text: str | None, own: Software, default: str | None = None) -> Software:
    """The software of a `release` field; the controller's `own` if neither is given. Raises Refused (400)."""
    version = str(text or default or own.version)
    if not VERSION.fullmatch(version):
        raise Refused(400, f"Invalid release {version}: a release looks like {own.version}")
    known = supported(own)
    if version not in known:
        raise Refused(400, f"Release {version} is not supported; supported are {', '.join(known)}")
    return known[version]


def image(version: str, own: Software) -> str:
    """The path of the release's ISO in the vault. Raises Refused (400)."""
    if version not in list(supported(own))[:IN_VAULT]:
        raise Refused(400, f"No image of release {version} in the vault: upload its ISO and signature first")
    return f"/opt/dc-vault/software/{version}/starlingx-intel-x86-64-cd.iso"
