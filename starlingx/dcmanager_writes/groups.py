"""Subcloud groups (starlingx-dcmanager.md 2.3)."""

from __future__ import annotations

from starlingx.dcmanager_writes.orders import Orders, as_told, numbered
from starlingx.errors import BadValue
from starlingx.records import SubcloudGroup
from starlingx.rows import Row
from starlingx.session import WRITE_TIMEOUT

APPLY_TYPES = ("parallel", "serial")


class GroupWrites(Orders):
    """Done when the call returns. Members come and go by `describe_subcloud(group_id=…)`."""

    async def create_group(
        self,
        name: str,
        *,
        description: str,
        update_apply_type: str,
        max_parallel_subclouds: int,
        timeout: float = WRITE_TIMEOUT,
    ) -> SubcloudGroup:
        """All are needed, the description not empty. Refused (400) for a name that is taken."""
        json = {
            "name": name,
            "description": description,
            "update_apply_type": _apply_type(update_apply_type),
            "max_parallel_subclouds": max_parallel_subclouds,
        }
        return _group(await self._send("POST", "/subcloud-groups", json=json, timeout=timeout))

    async def update_group(
        self,
        group_id: int,
        *,
        name: str | None = None,
        description: str | None = None,
        update_apply_type: str | None = None,
        max_parallel_subclouds: int | None = None,
        timeout: float = WRITE_TIMEOUT,
    ) -> SubcloudGroup:
        """What is None stays. Raises BadValue when all are."""
        given = {
            "name": name,
            "description": description,
            "update_apply_type": None if update_apply_type is None else _apply_type(update_apply_type),
            "max_parallel_subclouds": max_parallel_subclouds,
        }
        json = {key: value for key, value in given.items() if value is not None}
        if not json:
            raise BadValue("nothing to change")
        path = f"/subcloud-groups/{numbered('group_id', group_id)}"
        return _group(await self._send("PATCH", path, json=json, timeout=timeout))

    async def delete_group(self, group_id: int, *, timeout: float = WRITE_TIMEOUT) -> None:
        """Refused (400) while it has members, and for Default."""
        await self._send("DELETE", f"/subcloud-groups/{numbered('group_id', group_id)}", timeout=timeout)


def _group(body: object) -> SubcloudGroup:
    return as_told(lambda told: SubcloudGroup.read(Row(told, "subcloud group")), body)


def _apply_type(apply_type: str) -> str:
    if apply_type not in APPLY_TYPES:
        raise BadValue(f"update_apply_type is one of {', '.join(APPLY_TYPES)}")
    return apply_type
