"""What a System Controller says once before a deployment: names and groups there are, its own release and work."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from operations.engine.doors import door
from operations.fleet_facts import major_of
from sites.models import Controller
from starlingx.dcmanager import DcManager
from starlingx.errors import StarlingXError
from starlingx.session import CloudSession
from starlingx.usm import Usm

AT_REST = ("available", "committed", "deployed", "unavailable")  # any other state makes dcmanager refuse to add
SECONDS = 22.0  # a step of a job has 30 s; the calls go side by side


@dataclass(frozen=True, slots=True)
class Survey:
    """`deploying`: state of the controller's own software deployment, "" for none. `active`: its release, like 26.09,
    "" unknown. `doubts`: what could not be asked, as sentences."""

    names: frozenset[str]
    groups: Mapping[int, str]
    deploying: str = ""
    active: str = ""
    doubts: tuple[str, ...] = ()

    def problems(self, name: str, group_id: int | None, release: str) -> list[tuple[str, str]]:
        """(field, sentence) of what stands against a site of that name, group and release."""
        found: list[tuple[str, str]] = []
        if self.deploying:
            busy = f"The System Controller deploys software to itself ({self.deploying}): ask again when it is done."
            found.append(("controller", busy))
        if name in self.names:
            found.append(("bootstrap_values/name", "The System Controller has a subcloud of this name already."))
        if group_id is not None and group_id not in self.groups:
            found.append(("group", f"The System Controller has no group {group_id} any more."))
        if self.active and release > self.active:
            found.append(("release", f"{release} is newer than the System Controller, which runs {self.active}."))
        return found


async def survey(controller: Controller) -> Survey:
    """Raises StarlingXError where dcmanager does not answer, ReadOnlyControllerError, CannotUnsealError."""
    async with door(controller) as session:
        dcmanager = DcManager(session)
        subclouds, groups, (deploying, active, doubts) = await asyncio.gather(
            dcmanager.subclouds(timeout=SECONDS), dcmanager.groups(timeout=SECONDS), _software(session)
        )
    names = frozenset(subcloud.name for subcloud in subclouds)
    return Survey(names, {group.id: group.name for group in groups}, deploying, active, doubts)


async def _software(session: CloudSession) -> tuple[str, str, tuple[str, ...]]:
    """What USM says. dcmanager looks at it too, so without an answer nothing is refused."""
    usm = Usm(session)
    try:
        deploy, releases = await asyncio.gather(usm.deploy(timeout=SECONDS), usm.releases(timeout=SECONDS))
    except StarlingXError as problem:
        return "", "", (f"The System Controller's own software could not be asked about: {problem}"[:300],)
    live = [major_of(release.sw_version) for release in releases if release.state in ("deployed", "committed")]
    moving = [f"{release.release_id} is {release.state}" for release in releases if release.state not in AT_REST]
    return (deploy.state if deploy else "".join(moving[:1])), max(live, default=""), ()
