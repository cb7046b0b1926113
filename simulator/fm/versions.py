"""What FM says about itself at its root; no token is needed."""

from __future__ import annotations

from aiohttp import web

from simulator.routing import Call, answer

DESCRIPTION = "REST API of fault management: alarms, events and their suppression."
RESOURCES = ("alarms", "event_log", "event_suppression")


async def root(call: Call) -> web.StreamResponse:
    version = {"id": "v1", "links": [{"href": f"{call.base_url}/v1/", "rel": "self"}]}
    return answer(
        {
            "name": "ApiError Management API",
            "description": DESCRIPTION,
            "versions": [version],
            "default_version": version,
        }
    )


async def version_one(call: Call) -> web.StreamResponse:
    references = {
        name: [
            {"href": f"{call.base_url}/v1/{name}/", "rel": "self"},
            {"href": f"{call.base_url}/{name}/", "rel": "bookmark"},
        ]
        for name in RESOURCES
    }
    return answer(
        {
            "id": "v1",
            "media_types": [{"base": "application/json", "type": "application/vnd.openstack.fm.v1+json"}],
            "links": [
                {"href": f"{call.base_url}/v1/", "rel": "self"},
                {"href": "https://docs.starlingx.io/api-ref/fault/", "rel": "describedby", "type": "text/html"},
            ],
            **references,
        }
    )
