"""Orders to one host of a cloud, through sysinv (starlingx-platform.md 6.2)."""

from __future__ import annotations

from urllib.parse import quote

from starlingx.errors import StarlingXError
from starlingx.records import Host
from starlingx.rows import Row
from starlingx.session import WRITE_TIMEOUT, CloudSession


class HostActions:
    """Each returns the host at once; the work goes on: watch task, administrative, operational and availability.

    Refused (400) comes with a sentence for people: which check failed. On a simplex, power, reboot and reset are
    always refused, and unlock takes the whole site down for its reboot. Hosts are named by UUID.
    """

    def __init__(self, session: CloudSession) -> None:
        self._session = session

    async def lock(self, uuid: str, *, force: bool = False, timeout: float = WRITE_TIMEOUT) -> Host:
        """Take it out of service; `force` without moving workloads away first."""
        return await self._act(uuid, "force-lock" if force else "lock", timeout)

    async def unlock(self, uuid: str, *, force: bool = False, timeout: float = WRITE_TIMEOUT) -> Host:
        """Put it into service, with a reboot; `force` skips some checks."""
        return await self._act(uuid, "force-unlock" if force else "unlock", timeout)

    async def swact(self, uuid: str, *, force: bool = False, timeout: float = WRITE_TIMEOUT) -> Host:
        """Give the active part to the other controller. The cloud's own API may be away for minutes then."""
        return await self._act(uuid, "force-swact" if force else "swact", timeout)

    async def reboot(self, uuid: str, *, timeout: float = WRITE_TIMEOUT) -> Host:
        """Restart the operating system. Needs it locked."""
        return await self._act(uuid, "reboot", timeout)

    async def reset(self, uuid: str, *, timeout: float = WRITE_TIMEOUT) -> Host:
        """Reset it through its BMC. Needs it locked."""
        return await self._act(uuid, "reset", timeout)

    async def power_on(self, uuid: str, *, timeout: float = WRITE_TIMEOUT) -> Host:
        """Through its BMC. Needs it locked."""
        return await self._act(uuid, "power-on", timeout)

    async def power_off(self, uuid: str, *, timeout: float = WRITE_TIMEOUT) -> Host:
        """Through its BMC. Needs it locked."""
        return await self._act(uuid, "power-off", timeout)

    async def _act(self, uuid: str, action: str, timeout: float) -> Host:
        patch = [{"op": "replace", "path": "/action", "value": action}]
        path = f"/ihosts/{quote(uuid, safe='')}"
        body = await self._session.send("PATCH", "platform", "v1", path, json=patch, timeout=timeout)
        try:
            return Host.read(Row(body, "ihost"))
        except StarlingXError as caught:
            caught.outcome_unknown = True
            raise
