"""What a backup request asks for: a form or JSON, with flags as text, and nothing that is not known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from simulator.dcmanager.forms import json_object, read_form
from simulator.dcmanager.refusals import Refused
from simulator.dcmanager.register import Register
from simulator.fleet import Cloud
from simulator.routing import Call

FILES = ("backup_values", "restore_values")


@dataclass(frozen=True, slots=True)
class Asked:
    """`clouds` are one subcloud's or a group's, `group` its name."""

    values: dict[str, Any]
    clouds: list[Cloud]
    group: str | None


async def payload(call: Call, known: Iterable[str]) -> dict[str, Any]:
    """The fields. Raises Refused (400)."""
    allowed = set(known)
    if call.request.content_type == "multipart/form-data":
        form = await read_form(call)
        given: dict[str, Any] = dict(form.fields)
        for name in form.files:
            given[name] = form.values(name) if name in FILES else None
    else:
        given = await json_object(call)
    if not allowed.issuperset(given):
        raise Refused(400, "Unexpected parameter received")
    for name, value in given.items():
        wanted = dict if name in FILES else str
        if not isinstance(value, wanted):
            raise Refused(400, f"Invalid type of {name}, expected {wanted.__name__}")
    return given


def flag(given: dict[str, Any], name: str) -> bool:
    text = str(given.get(name) or "false").lower()
    if text not in ("true", "false"):
        raise Refused(400, f"Invalid {name} value, should be boolean")
    return text == "true"


def about(register: Register, controller: int, given: dict[str, Any]) -> Asked:
    """Exactly one of subcloud and group. Raises Refused (400)."""
    subcloud, group = given.get("subcloud"), given.get("group")
    if subcloud and group:
        raise Refused(400, "'subcloud' and 'group' parameters should not be given at the same time")
    if subcloud:
        cloud = register.subcloud(controller, subcloud)
        if cloud is None:
            raise Refused(400, "Subcloud not found")
        return Asked(given, [cloud], None)
    if not group:
        raise Refused(400, "'subcloud' or 'group' parameter is required")
    found = register.group(controller, group)
    if found is None:
        raise Refused(400, "Group not found")
    clouds = register.members(controller, found.id)
    if not clouds:
        raise Refused(400, "No subclouds present in group")
    return Asked(given, clouds, found.name)
