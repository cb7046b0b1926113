"""Geo-redundancy as the System Controller knows it (starlingx-dcmanager.md 2.11 to 2.13).

Peer groups are for administrators and configurators even to read: Forbidden for a reader.
"""

from __future__ import annotations

from starlingx.records import PeerGroup, PeerGroupAssociation, Subcloud, SystemPeer
from starlingx.rows import read_list
from starlingx.session import DEFAULT_TIMEOUT, CloudSession


class Peers:
    """Reads of peers, their groups and what joins them."""

    def __init__(self, session: CloudSession) -> None:
        self._session = session

    async def system_peers(self, *, timeout: float = DEFAULT_TIMEOUT) -> list[SystemPeer]:
        """The other System Controllers this one knows."""
        return read_list(await self._get("/system-peers", timeout), "system_peers", SystemPeer.read)

    async def peer_groups(self, *, timeout: float = DEFAULT_TIMEOUT) -> list[PeerGroup]:
        """All peer groups, led here or elsewhere."""
        return read_list(await self._get("/subcloud-peer-groups", timeout), "subcloud_peer_groups", PeerGroup.read)

    async def peer_group_subclouds(self, group_id: int, *, timeout: float = DEFAULT_TIMEOUT) -> list[Subcloud]:
        """The members of a peer group, without sync statuses. `Subcloud.peer_group_id` tells the same for all."""
        body = await self._get(f"/subcloud-peer-groups/{group_id:d}/subclouds", timeout)
        return read_list(body, "subclouds", Subcloud.read)

    async def associations(self, *, timeout: float = DEFAULT_TIMEOUT) -> list[PeerGroupAssociation]:
        """Which peer group is known to which peer, and whether it is in step there."""
        body = await self._get("/peer-group-associations", timeout)
        return read_list(body, "peer_group_associations", PeerGroupAssociation.read)

    async def _get(self, path: str, timeout: float) -> object:
        return await self._session.get("dcmanager", "v1.0", path, central=True, timeout=timeout)
