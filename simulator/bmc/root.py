"""The two resources anybody may read."""

from __future__ import annotations

from aiohttp import web

from simulator.bmc.board import ROOT, Board, Body, redfish, reference, shown
from simulator.routing import Call


async def versions(call: Call) -> web.StreamResponse:
    return redfish({"v1": ROOT + "/"})


@shown
def service_root(call: Call, board: Board) -> Body:
    return {
        "@odata.id": ROOT + "/",
        "@odata.type": "#ServiceRoot.v1_5_0.ServiceRoot",
        "Id": "RootService",
        "Name": "Root Service",
        "RedfishVersion": "1.8.0",
        "UUID": board.uuid("redfish"),
        "Vendor": board.vendor,
        "Product": "Board Management Controller",
        "Systems": reference("/Systems"),
        "Chassis": reference("/Chassis"),
        "Managers": reference("/Managers"),
        "SessionService": reference("/SessionService"),
        "Links": {"Sessions": reference("/SessionService/Sessions")},
    }
