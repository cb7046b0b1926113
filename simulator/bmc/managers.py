"""The BMC itself, and its virtual drive."""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import web

from simulator.bmc.board import ROOT, Board, Body, board_of, collection, json_body, redfish, reference, shown
from simulator.bmc.errors import Refused, refused
from simulator.bmc.media import Media
from simulator.clock import utc
from simulator.routing import Call

DRIVES = "/Managers/1/VirtualMedia"
FIRMWARE = {"Dell": "6.10.80.00", "HPE": "3.08", "Supermicro": "01.02.17", "Lenovo": "8.88"}


@shown
def index(call: Call, board: Board) -> Body:
    return collection("/Managers", "Manager", ["1"])


@shown
def show(call: Call, board: Board) -> Body:
    return {
        "@odata.id": ROOT + "/Managers/1",
        "@odata.type": "#Manager.v1_9_0.Manager",
        "Id": "1",
        "Name": "Manager",
        "ManagerType": "BMC",
        "Model": f"{board.vendor} BMC",
        "FirmwareVersion": FIRMWARE[board.vendor],
        "DateTime": f"{utc(board.at):%Y-%m-%dT%H:%M:%SZ}",
        "UUID": board.uuid("manager"),
        "Status": {"State": "Enabled", "Health": "OK"},
        "VirtualMedia": reference(DRIVES),
        "Links": {"ManagerForServers": [reference("/Systems/1")], "ManagerForChassis": [reference("/Chassis/1")]},
    }


@shown
def drives(call: Call, board: Board) -> Body:
    return collection(DRIVES, "VirtualMedia", ["Cd"])


class VirtualDrive:
    """Handlers of the one drive."""

    def __init__(self, media: Media) -> None:
        self._media = media

    async def show(self, call: Call) -> web.StreamResponse:
        try:
            return redfish(self._row(board_of(call)))
        except Refused as refusal:
            return refused(refusal)

    async def insert(self, call: Call) -> web.StreamResponse:
        try:
            board = board_of(call)
            image = asked_image(await json_body(call))
            if self._media.image(board) is not None:
                raise Refused(409, "ResourceInUse", "An image is inserted already; eject it first.")
        except Refused as refusal:
            return refused(refusal)
        self._media.insert(board, image)
        return web.Response(status=204)

    async def eject(self, call: Call) -> web.StreamResponse:
        try:
            board = board_of(call)
        except Refused as refusal:
            return refused(refusal)
        if self._media.image(board) is not None:
            self._media.insert(board, None)
        return web.Response(status=204)

    def _row(self, board: Board) -> Body:
        image = self._media.image(board)
        path = ROOT + DRIVES + "/Cd"
        return {
            "@odata.id": path,
            "@odata.type": "#VirtualMedia.v1_3_2.VirtualMedia",
            "Id": "Cd",
            "Name": "Virtual Removable Media",
            "MediaTypes": ["CD", "DVD"],
            "Image": image,
            "ImageName": image.rsplit("/", 1)[-1] if image else None,
            "Inserted": image is not None,
            "WriteProtected": True,
            "ConnectedVia": "URI" if image else "NotConnected",
            "Actions": {
                "#VirtualMedia.InsertMedia": {"target": path + "/Actions/VirtualMedia.InsertMedia"},
                "#VirtualMedia.EjectMedia": {"target": path + "/Actions/VirtualMedia.EjectMedia"},
            },
        }


def asked_image(given: Body) -> str:
    """The address of the image. Raises Refused."""
    image = given.get("Image")
    if image is None:
        raise Refused(400, "ActionParameterMissing", "The action InsertMedia requires the parameter Image.")
    if not isinstance(image, str) or len(image) > 2048 or not has_known_scheme(image):
        raise Refused(400, "ActionParameterValueFormatError", "Image must be an address with http, https, nfs or cifs.")
    return image


def has_known_scheme(image: str) -> bool:
    try:
        return urlsplit(image).scheme in ("http", "https", "nfs", "cifs")
    except ValueError:
        return False
