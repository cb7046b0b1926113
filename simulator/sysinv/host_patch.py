"""PATCH of `/ihosts/{uuid}`: lock, unlock, swact and their forced forms, power and restarts.

A reinstall is accepted and does nothing."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from simulator.hardware import HostSpec
from simulator.routing import Call
from simulator.sysinv.access import HOST_PATCHERS, denied
from simulator.sysinv.hosts import active_controller, host_state, ihosts_one
from simulator.sysinv.reads import answered, site_of
from simulator.sysinv.site import Site
from simulator.wsme import ApiError

LOCKS = ("lock", "force-lock", "force-unsafe-lock")
UNLOCKS = ("unlock", "force-unlock")
SWACTS = ("swact", "force-swact")
RESETS = {"reboot": "GracefulRestart", "reset": "ForceRestart", "power-on": "On", "power-off": "ForceOff"}
LOCKED_ONLY = (*RESETS, "reinstall")
ATTRIBUTES = ("location", "bm_type", "bm_ip", "bm_username", "bm_password", "ttys_dcd", "clock_synchronization")


async def update(call: Call) -> web.StreamResponse:
    """The host, at once; the work goes on afterwards."""
    refusal = denied(call, HOST_PATCHERS)
    if refusal is not None:
        return refusal
    try:
        patch = await read(call)
        site = site_of(call)
        host = next((one for one in site.hosts if call.params["uuid"] in (one.uuid, one.hostname, str(one.id))), None)
        if host is None:
            raise ApiError(404, f"Server {call.params['uuid']} could not be found.")
        for step in patch:
            apply(call, site, host, step)
        fresh = site_of(call)
        return answered(next(row for row in ihosts_one(fresh) if row["uuid"] == host.uuid))
    except ApiError as fault:
        return fault.response()


async def read(call: Call) -> list[dict[str, Any]]:
    """Raises ApiError(400)."""
    try:
        patch = await call.json()
    except ValueError as error:
        raise ApiError(400, f"Request is not in valid JSON format: {error}") from error
    if not isinstance(patch, list) or not all(isinstance(step, dict) for step in patch):
        raise ApiError(
            400, f"Invalid input for field/attribute patch. Value: '{patch}'. Value not a valid list: {patch}"
        )
    return patch


def apply(call: Call, site: Site, host: HostSpec, step: dict[str, Any]) -> None:
    name = str(step.get("path", "")).lstrip("/")
    if name != "action":
        if name not in ATTRIBUTES:
            raise ApiError(400, f"Patching Error: can't replace a non-existent object '{name}'")
        return
    action = str(step.get("value"))
    refuse(site, host, action)
    target = {"cloud": list(call.cloud.key), "host": host.hostname}
    if action in LOCKS + UNLOCKS + SWACTS:
        call.world.do("host.action", **target, action="lock" if action in LOCKS else action)
    elif action in RESETS:
        call.world.do("host.power", **target, reset=RESETS[action])


def refuse(site: Site, host: HostSpec, action: str) -> None:
    """The semantic checks a crew meets first. Raises ApiError(400)."""
    administrative, _, availability = host_state(site, host)
    duplex = len(site.hosts) > 1
    active = active_controller(site) == host.hostname
    if action not in LOCKS + UNLOCKS + SWACTS + LOCKED_ONLY:
        raise ApiError(400, f"'{action}' is not a supported maintenance action")
    if action in LOCKS + UNLOCKS and administrative == ("locked" if action in LOCKS else "unlocked"):
        raise ApiError(400, f"Avoiding '{action}' action on already '{administrative}' host {host.hostname}")
    if action in UNLOCKS and availability != "online":
        raise ApiError(400, f"Host {host.hostname} is {availability}; it must be online to be unlocked.")
    if action in LOCKS and duplex and active:
        raise ApiError(400, f"{host.hostname} is the active controller; swact first, then lock it.")
    if action in SWACTS and (not duplex or not active or site.conditions.locked or site.conditions.down):
        raise ApiError(400, f"{host.hostname} cannot hand over: it is not active, or its peer is not in service.")
    if action in LOCKED_ONLY and (not duplex or administrative != "locked"):
        raise ApiError(400, f"Host {host.hostname} must be locked, and have a peer, for '{action}'.")
