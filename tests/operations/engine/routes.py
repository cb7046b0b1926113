"""How a new site gets into each deploy state that work leads to: by orders, and by faults in their way."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from operations.planning.legality import Verb
from starlingx.errors import ServerFailed
from starlingx.records import Subcloud
from tests.operations.engine.upstream import Upstream, site_inputs
from tests.simulator.new_sites import bootstrap

LONGEST = 60.0


@dataclass(frozen=True)
class Route:
    """`phased`: it is only created at first, else added and deployed to the end. `fails`, `stuck`: phases that do.

    `then`: what is ordered once a deploy status is reached.
    """

    phased: bool = False
    fails: str = ""
    stuck: tuple[str, ...] = ()
    then: tuple[str, Verb] | None = None


def _building() -> dict[str, Route]:
    """The words of install, bootstrap and configure are made alike."""
    found = {}
    for phase, word, doing in (
        ("install", "install", "installing"),
        ("bootstrap", "bootstrap", "bootstrapping"),
        ("configure", "config", "configuring"),
    ):
        found |= {
            f"pre-{word}": Route(stuck=(f"pre-{word}",)),
            f"pre-{word}-failed": Route(fails=f"pre-{word}"),
            doing: Route(stuck=(phase,)),
            f"{word}-failed": Route(fails=phase),
            f"aborting-{word}": Route(stuck=(phase, "abort"), then=(doing, Verb.ABORT)),
            f"{word}-aborted": Route(stuck=(phase,), then=(doing, Verb.ABORT)),
        }
    return found


def _enrolling() -> dict[str, Route]:
    enrolled = ("create-complete", Verb.ENROLL)
    found = {"enroll-complete": Route(phased=True, then=enrolled)}
    for phase, doing in (
        ("pre-init-enroll", "pre-init-enroll"),
        ("init-enroll", "initiating-enroll"),
        ("pre-enroll", "pre-enroll"),
        ("enroll", "enrolling"),
    ):
        found |= {
            doing: Route(phased=True, stuck=(phase,), then=enrolled),
            f"{phase}-failed": Route(phased=True, fails=phase, then=enrolled),
        }
    return found


_NETWORK = ("create-complete", Verb.RECONFIGURE_NETWORK)
ROUTES: dict[str, Route] = {
    "creating": Route(stuck=("create",)),
    "create-failed": Route(fails="create"),
    "create-complete": Route(phased=True),
    "install-complete": Route(phased=True, then=("create-complete", Verb.INSTALL)),
    "bootstrap-complete": Route(phased=True, then=("create-complete", Verb.BOOTSTRAP)),
    "complete": Route(),
    "reconfiguring-network": Route(phased=True, stuck=("network",), then=_NETWORK),
    "network-reconfiguration-failed": Route(phased=True, fails="network", then=_NETWORK),
    **_building(),
    **_enrolling(),
}


def set_faults(upstream: Upstream, wanted: Mapping[int, str]) -> None:
    """Before anything is added; `wanted`: {number of the site: status}."""
    names: dict[tuple[str, str], list[str]] = {}
    for number, status in wanted.items():
        route = ROUTES[status]
        phases = [("deploy-fails", route.fails), *(("deploy-stuck", phase) for phase in route.stuck)]
        for kind, phase in phases:
            names.setdefault((kind, phase), []).append(bootstrap(number)["name"])
    for (kind, phase), sites in names.items():
        if phase:
            body = {"kind": kind, "controller": 1, "subcloud": ",".join(sites), "options": {"phase": phase}}
            upstream.fleet.control("faults", body)


async def bring(upstream: Upstream, number: int, status: str) -> Subcloud:
    """Adds the site and waits until it is in that state."""
    route = ROUTES[status]
    made = await (create(upstream, number) if route.phased else upstream.writes.add_subcloud(site_inputs(number)))
    if route.then is not None:
        word, verb = route.then
        refusal = await upstream.order(verb, await until(upstream, made.id, word))
        assert refusal is None, (status, refusal)
    return await until(upstream, made.id, status)


async def create(upstream: Upstream, number: int) -> Subcloud:
    """The first phase alone. It may take more than a minute: then dcmanager says 500 and goes on."""
    try:
        return await upstream.writes.deploy_create(site_inputs(number, with_password=False))
    except ServerFailed:
        return await until(upstream, bootstrap(number)["name"], "create-complete")


async def until(upstream: Upstream, reference: int | str, status: str) -> Subcloud:
    """The subcloud when its deploy status is that one; when complete, it is online too. Fails after a minute."""
    async with asyncio.timeout(LONGEST):
        while True:
            found = await upstream.subcloud(reference)
            if found.deploy_status == status and (status != "complete" or found.availability_status == "online"):
                return found
            await asyncio.sleep(0.1)  # the condition is elsewhere: it can only be asked again
