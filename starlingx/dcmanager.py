"""dcmanager: the fleet as the System Controller knows it (starlingx-dcmanager.md 2). Lists are never paged there."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from urllib.parse import quote

from starlingx.errors import Unexpected
from starlingx.records import AlarmSummary, DeployFiles, Subcloud, SubcloudGroup
from starlingx.rows import Row, read_list
from starlingx.session import DEFAULT_TIMEOUT, CloudSession

AT_ONCE = 200


class DcManager:
    """Reads of dcmanager. Every call raises a StarlingXError or returns everything there is."""

    def __init__(self, session: CloudSession) -> None:
        self._session = session

    async def subclouds(self, *, timeout: float = DEFAULT_TIMEOUT) -> list[Subcloud]:
        """All subclouds, by id. Megabytes at 1,000: not more often than every 60 s. An id told twice is Unexpected.

        Reading thousands takes a while: other tasks of the loop get their turn meanwhile.
        """
        rows = await self._session.get_rows(
            "dcmanager", "v1.0", "/subclouds", "subclouds", central=True, timeout=timeout
        )
        found: list[Subcloud] = []
        for index, row in enumerate(rows):
            found.append(Subcloud.read(Row(row, f"subclouds[{index}]")))
            if index % AT_ONCE == AT_ONCE - 1:
                await asyncio.sleep(0)
        _refuse_doubles("subclouds", (subcloud.id for subcloud in found))
        return found

    async def subcloud(self, ref: int | str, *, detail: bool = False, timeout: float = DEFAULT_TIMEOUT) -> Subcloud:
        """One subcloud by id (better) or name. `detail` adds the OAM address and makes dcmanager call the subcloud."""
        path = f"/subclouds/{quote(str(ref), safe='')}{'/detail' if detail else ''}"
        return Subcloud.read(Row(await self._get(path, timeout), "subcloud"))

    async def alarms(self, *, timeout: float = DEFAULT_TIMEOUT) -> list[AlarmSummary]:
        """Alarm counts of every subcloud; central alarms are not among them. Join by name."""
        return read_list(await self._get("/alarms", timeout), "alarm_summary", AlarmSummary.read)

    async def groups(self, *, timeout: float = DEFAULT_TIMEOUT) -> list[SubcloudGroup]:
        """All subcloud groups. Raises Unexpected for an id told twice."""
        groups = read_list(await self._get("/subcloud-groups", timeout), "subcloud_groups", SubcloudGroup.read)
        _refuse_doubles("subcloud_groups", (group.id for group in groups))
        return groups

    async def group(self, ref: int | str, *, timeout: float = DEFAULT_TIMEOUT) -> SubcloudGroup:
        """One group by id or name."""
        body = await self._get(f"/subcloud-groups/{quote(str(ref), safe='')}", timeout)
        return SubcloudGroup.read(Row(body, "subcloud group"))

    async def group_subclouds(self, ref: int | str, *, timeout: float = DEFAULT_TIMEOUT) -> list[Subcloud]:
        """The members of a group, without sync statuses."""
        body = await self._get(f"/subcloud-groups/{quote(str(ref), safe='')}/subclouds", timeout)
        return read_list(body, "subclouds", Subcloud.read)

    async def deploy_files(self, release: str = "", *, timeout: float = DEFAULT_TIMEOUT) -> DeployFiles:
        """The Deployment Manager's files for a release, for the controller's own when not told."""
        path = f"/subcloud-deploy/{quote(release, safe='')}" if release else "/subcloud-deploy"
        row = Row(await self._get(path, timeout), "answer")
        return DeployFiles.read(row.inner("subcloud_deploy"))

    async def _get(self, path: str, timeout: float) -> object:
        return await self._session.get("dcmanager", "v1.0", path, central=True, timeout=timeout)


def _refuse_doubles(name: str, ids: Iterable[int]) -> None:
    """Two rows of one id contradict each other, and nobody knows which of them is true."""
    twice = [number for number, times in Counter(ids).items() if times > 1]
    if twice:
        shown = ", ".join(str(number) for number in twice[:5])
        raise Unexpected(f"{name} has more than one row with id {shown}{', ...' if len(twice) > 5 else ''}")
