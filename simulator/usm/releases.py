"""Releases of a cloud: every patch level up to the one it runs; nothing is being deployed."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from simulator.fleet import Cloud
from simulator.routing import Call, answer

READERS = frozenset(("reader", "operator", "configurator"))
SUMMARIES = (
    "Major release",
    "Security fixes for the platform",
    "Fixes for storage and networking",
    "Fixes for time synchronisation",
)


def denied(call: Call) -> web.Response | None:
    if call.token is None or READERS.intersection(call.token.roles):
        return None
    return answer({"info": "", "warning": "", "error": "Access denied"}, 403)


def rows(cloud: Cloud) -> list[dict[str, Any]]:
    """Oldest first; each needs the one before."""
    prefix, _, level = cloud.software.release_id.rpartition(".")
    return [row(prefix, number) for number in range(int(level) + 1)]


def row(prefix: str, level: int) -> dict[str, Any]:
    version = f"{prefix.rpartition('-')[2]}.{level}"
    return {
        "release_id": f"{prefix}.{level}",
        "state": "deployed",
        "sw_version": version,
        "component": "starlingx",
        "status": "REL",
        "unremovable": level == 0,
        "summary": SUMMARIES[level % len(SUMMARIES)],
        "description": f"StarlingX {version}",
        "install_instructions": "",
        "warnings": "",
        "reboot_required": level % 2 == 0,
        "prepatched_iso": False,
        "preinstalled_patches": [],
        "requires": [f"{prefix}.{level - 1}"] if level else [],
        "activation_scripts": [],
        "packages": [],
    }


async def releases(call: Call) -> web.StreamResponse:
    """A bare list; `show` picks a state, `release` a version."""
    found = [
        one
        for one in rows(call.cloud)
        if call.query.get("show", one["state"]) in (one["state"], "all")
        and call.query.get("release", one["sw_version"]) == one["sw_version"]
    ]
    return denied(call) or answer(found)


async def release(call: Call) -> web.StreamResponse:
    found = next((one for one in rows(call.cloud) if one["release_id"] == call.params["id"]), None)
    if found is None:
        error = f"Release {call.params['id']} not found"
        return denied(call) or answer({"info": "", "warning": "", "error": error}, 404)
    return denied(call) or answer(found)


async def deploy(call: Call) -> web.StreamResponse:
    return denied(call) or answer([])


async def deploy_hosts(call: Call) -> web.StreamResponse:
    return denied(call) or answer([])


async def in_sync(call: Call) -> web.StreamResponse:
    return denied(call) or answer({"in_sync": True})
