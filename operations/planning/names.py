"""Which names a subcloud may have.

dcmanager enforces the pattern on rename only and on add next to nothing (starlingx-dcmanager.md trap 33); the portal
always does, since the name becomes a DNS name and a path on the controller.
"""

from __future__ import annotations

import re

from operations.planning.problems import shown

SYSTEM_CONTROLLER_REGION = "SystemController"
LONGEST_NAME = 253
_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")


def misname(name: str, region_names: tuple[str, ...] = ()) -> str:
    """Why a subcloud cannot have this name (RFC 1123 subdomain, no number, no region of the controller); "" if it can.

    Whether the name is free is another question.
    """
    if not name:
        return "the name is missing."
    if len(name) > LONGEST_NAME:
        return f"the name has {len(name)} characters; at most {LONGEST_NAME} are allowed."
    if name.isascii() and name.isdigit():
        return f"{shown(name)} is a number, which dcmanager would take for an id; add a letter."
    if name in (*region_names, SYSTEM_CONTROLLER_REGION):
        return f"{shown(name)} is the name of a region of the System Controller; choose another."
    if not all(_LABEL.fullmatch(label) for label in name.split(".")):
        return (
            f"{shown(name)} must be of lower-case letters, digits, '-' and '.', each part between dots beginning and "
            "ending with a letter or digit and at most 63 long."
        )
    return ""
