"""Subcloud groups: list, show, members, create, update, delete (JSON)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from simulator.clock import stamp_database
from simulator.dcmanager import policy
from simulator.dcmanager.forms import json_object
from simulator.dcmanager.record import GroupRecord
from simulator.dcmanager.refusals import Refused
from simulator.dcmanager.register import Register
from simulator.dcmanager.rows import columns
from simulator.routing import Call, answer

FORBIDDEN = frozenset(".*+?|()[]{}^$")
DEFAULT_ID = 1
MAX_PARALLEL = 5000


def row(group: GroupRecord) -> dict[str, Any]:
    return {
        "id": group.id,
        "name": group.name,
        "description": group.description,
        "update_apply_type": group.apply_type,
        "max_parallel_subclouds": group.max_parallel,
        "created-at": stamp_database(group.created_at) if group.created_at else None,
        "updated-at": stamp_database(group.updated_at) if group.updated_at else None,
    }


class Groups:
    """Handlers below /v1.0/subcloud-groups."""

    def __init__(self, register: Register) -> None:
        self._register = register

    async def list(self, call: Call) -> web.Response:
        policy.require(call, policy.READ)
        number = call.cloud.controller
        sizes = Counter(self._register.records[cloud.key].group for cloud in call.world.subclouds(number))
        return answer(
            {
                "subcloud_groups": [
                    {**row(group), "subcloud_count": sizes[group.id]}
                    for group in self._register.groups[number].values()
                ]
            }
        )

    async def show(self, call: Call) -> web.Response:
        policy.require(call, policy.READ)
        return answer(row(self._find(call)))

    async def members(self, call: Call) -> web.Response:
        policy.require(call, policy.READ)
        clouds = self._register.members(call.cloud.controller, self._find(call).id)
        return answer({"subclouds": [columns(self._register, cloud, self._register.seen(cloud)) for cloud in clouds]})

    async def create(self, call: Call) -> web.Response:
        policy.require(call, policy.WRITE)
        number = call.cloud.controller
        changes = checked(await json_object(call))
        for field, label in (
            ("name", "name"),
            ("description", "description"),
            ("apply_type", "update_apply_type"),
            ("max_parallel", "max_parallel_subclouds"),
        ):
            if field not in changes:
                raise Refused(400, f"Invalid group {label}")
        self._check_free(number, changes["name"], None)
        group: GroupRecord = call.world.do("group.create", controller=number, **changes)
        return answer(row(group))

    async def update(self, call: Call) -> web.Response:
        policy.require(call, policy.WRITE)
        group = self._find(call)
        changes = checked(await json_object(call))
        if not changes:
            raise Refused(400, "nothing to update")
        if "name" in changes and group.id == DEFAULT_ID:
            raise Refused(400, "Default group name cannot be changed")
        if "name" in changes:
            self._check_free(call.cloud.controller, changes["name"], group)
        call.world.do("group.update", controller=call.cloud.controller, id=group.id, changes=changes)
        return answer(row(group))

    async def delete(self, call: Call) -> web.Response:
        policy.require(call, policy.WRITE)
        group = self._find(call)
        if group.id == DEFAULT_ID:
            raise Refused(400, "Default Subcloud Group may not be deleted")
        if self._register.members(call.cloud.controller, group.id):
            raise Refused(400, "Subcloud Group not empty")
        call.world.do("group.delete", controller=call.cloud.controller, id=group.id)
        return answer(None)

    def _find(self, call: Call) -> GroupRecord:
        group = self._register.group(call.cloud.controller, call.params["ref"])
        if group is None:
            raise Refused(404, "Subcloud Group not found")
        return group

    def _check_free(self, number: int, name: str, own: GroupRecord | None) -> None:
        holder = self._register.group(number, name)
        if holder is not None and holder is not own:
            raise Refused(400, "A subcloud group with this name already exists")


def checked(body: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that are there, as columns. Raises Refused."""
    changes: dict[str, Any] = {}
    if body.get("name") is not None:
        changes["name"] = checked_name(body["name"])
    if body.get("description") is not None:
        if not isinstance(body["description"], str) or not 0 < len(body["description"]) < 255:
            raise Refused(400, "Invalid group description")
        changes["description"] = body["description"]
    if body.get("update_apply_type") is not None:
        if body["update_apply_type"] not in ("parallel", "serial"):
            raise Refused(400, "Invalid group update_apply_type")
        changes["apply_type"] = body["update_apply_type"]
    if body.get("max_parallel_subclouds") is not None:
        changes["max_parallel"] = checked_parallel(body["max_parallel_subclouds"])
    return changes


def checked_name(name: Any) -> str:
    if (
        not isinstance(name, str)
        or not 0 < len(name) <= 255
        or name.isdigit()
        or FORBIDDEN.intersection(name)
        or name == "Default"
    ):
        raise Refused(400, "Invalid group name")
    return name


def checked_parallel(value: Any) -> int:
    """dcmanager takes a number or its text."""
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        number = 0
    if not 1 <= number <= MAX_PARALLEL:
        raise Refused(400, "Invalid group max_parallel_subclouds")
    return number
