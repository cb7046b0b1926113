"""USM: software releases and the deployment under way on one cloud (starlingx-platform.md 3)."""

from __future__ import annotations

from starlingx.records import Deploy, DeployHost, Release
from starlingx.rows import read_list
from starlingx.session import DEFAULT_TIMEOUT, CloudSession


class Usm:
    """Reads of USM. Answers are bare lists.

    `central` asks the proxy of region SystemController, which knows what subclouds can be given.
    """

    def __init__(self, session: CloudSession, *, central: bool = False) -> None:
        self._session = session
        self._central = central

    async def releases(self, *, timeout: float = DEFAULT_TIMEOUT) -> list[Release]:
        """All releases the cloud knows."""
        return read_list(await self._get("/release", timeout), "", Release.read)

    async def deploy(self, *, timeout: float = DEFAULT_TIMEOUT) -> Deploy | None:
        """The deployment under way, if there is one: a cloud has at most one."""
        found = read_list(await self._get("/deploy", timeout), "", Deploy.read)
        return found[0] if found else None

    async def deploy_hosts(self, *, timeout: float = DEFAULT_TIMEOUT) -> list[DeployHost]:
        """How far each host is in it."""
        return read_list(await self._get("/deploy_host", timeout), "", DeployHost.read)

    async def _get(self, path: str, timeout: float) -> object:
        return await self._session.get("usm", "v1", path, central=self._central, timeout=timeout)
