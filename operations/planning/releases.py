"""Whether a release can be deployed.

Source: starlingx-dcmanager.md 7.1: supported are the controller's own release and what its metadata says, N-1 and N-2.
"""

from __future__ import annotations

import re

from operations.planning.fleet import FleetPlan
from operations.planning.problems import listed, shown

_RELEASE = re.compile(r"[0-9]{2}\.[0-9]{2}")


def misrelease(release: str, fleet: FleetPlan) -> str:
    """Why the System Controller cannot deploy `release` (like "26.09"), "" when it can or when that is not known."""
    if not _RELEASE.fullmatch(release):
        return f"{shown(release)} is not a release; write it like 26.09."
    if fleet.supported_releases and release not in fleet.supported_releases:
        return f"Release {release} is not supported here; supported are {listed(fleet.supported_releases)}."
    return ""


def missing_image(release: str, fleet: FleetPlan) -> str:
    """What to do when the image of `release`, which a remote install needs, is known to be absent; else ""."""
    if fleet.releases_with_image is None or release in fleet.releases_with_image:
        return ""
    return f"The System Controller has no image of release {release}: upload its ISO first."
