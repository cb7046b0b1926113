"""FM's entity_instance_id, taken apart: `host=controller-0.port=…` (starlingx-platform.md 1.2, 1.4)."""

import re

_KEY = re.compile(r"(?:^|\.)([A-Za-z_][A-Za-z0-9_-]*)=")


def parts(entity_instance_id: str) -> dict[str, str]:
    """Value by key, the first of equal keys. Values may hold dots: a value ends where `.key=` begins.

    Text that is no such path gives no parts.
    """
    marks = list(_KEY.finditer(entity_instance_id))
    found: dict[str, str] = {}
    for index, mark in enumerate(marks):
        end = marks[index + 1].start() if index + 1 < len(marks) else len(entity_instance_id)
        found.setdefault(mark[1], entity_instance_id[mark.end() : end])
    return found
