"""The computer system: what it is, its power, its health, and the actions that switch it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from simulator.bmc.board import ROOT, Board, Body, board_of, collection, json_body, redfish, reference, shown
from simulator.bmc.errors import Refused, refused
from simulator.bmc.media import Media
from simulator.power import RESTARTS, STARTS, STOPS, plain
from simulator.routing import Call
from simulator.sysinv.processors import CORES, MODEL, NODES

# what each maker's BMC offers, after their manuals
RESETS = {
    "Dell": ("On", "ForceOff", "ForceRestart", "GracefulShutdown", "PushPowerButton", "Nmi", "PowerCycle"),
    "HPE": ("On", "ForceOff", "GracefulShutdown", "ForceRestart", "Nmi", "PushPowerButton", "GracefulRestart"),
    "Supermicro": ("On", "ForceOff", "GracefulShutdown", "GracefulRestart", "ForceRestart", "Nmi", "ForceOn"),
    "Lenovo": ("On", "Nmi", "GracefulShutdown", "GracefulRestart", "ForceOn", "ForceOff", "ForceRestart"),
}
BIOS = {"Dell": "1.{}.2", "HPE": "2.{}", "Supermicro": "3.{}a", "Lenovo": "AFE1{}E-2.10"}
BOOT_VALUES = {
    "BootSourceOverrideEnabled": ("enabled", ("Disabled", "Once", "Continuous")),
    "BootSourceOverrideTarget": ("target", ("None", "Pxe", "Cd", "Hdd", "BiosSetup", "UefiHttp")),
    "BootSourceOverrideMode": ("mode", ("UEFI", "Legacy")),
}
TARGET = "/Systems/1/Actions/ComputerSystem.Reset"
SYSTEM_MEMORY_GIB = 256


@shown
def index(call: Call, board: Board) -> Body:
    return collection("/Systems", "ComputerSystem", ["1"])


def health(severities: Mapping[str, str]) -> str:
    """Redfish's word for the worst of the sensors that are out of range."""
    if "critical" in severities.values():
        return "Critical"
    return "Warning" if severities else "OK"


def progress(board: Board) -> str:
    if not board.on:
        return "None"
    return "OSRunning" if board.power.serving(board.at) else "OSBootStarted"


class Systems:
    """Handlers of /Systems/1."""

    def __init__(self, media: Media) -> None:
        self._media = media

    async def show(self, call: Call) -> web.StreamResponse:
        try:
            return redfish(self._row(board_of(call)))
        except Refused as refusal:
            return refused(refusal)

    async def reset(self, call: Call) -> web.StreamResponse:
        """204 when the host obeys; what it does takes its time."""
        try:
            board = board_of(call)
            reset = asked_reset(board, await json_body(call))
        except Refused as refusal:
            return refused(refusal)
        call.world.do("host.power", cloud=list(board.cloud.key), host=board.name, reset=reset)
        return web.Response(status=204)

    async def set_boot(self, call: Call) -> web.StreamResponse:
        """Only the boot override can be changed."""
        try:
            board = board_of(call)
            self._media.set_boot(board, asked_boot(await json_body(call)))
            return redfish(self._row(board_of(call)))
        except Refused as refusal:
            return refused(refusal)

    def _row(self, board: Board) -> Body:
        boot = self._media.boot(board)
        return {
            "@odata.id": ROOT + "/Systems/1",
            "@odata.type": "#ComputerSystem.v1_13_0.ComputerSystem",
            "Id": "1",
            "Name": "System",
            "SystemType": "Physical",
            "Manufacturer": board.vendor,
            "Model": board.host.product.split(" ", 1)[1],
            "SerialNumber": board.host.serial,
            "UUID": board.uuid("system"),
            "HostName": "" if board.racked else board.name,
            "BiosVersion": BIOS[board.vendor].format(int(10 + 20 * board.fraction("bios"))),
            "PowerState": board.power_state,
            "Status": {
                "State": "Enabled" if board.on else "StandbyOffline",
                "Health": health(board.bad),
                "HealthRollup": health(board.bad),
            },
            "BootProgress": {"LastState": progress(board)},
            "Boot": {
                "BootSourceOverrideEnabled": boot.enabled,
                "BootSourceOverrideTarget": boot.target,
                "BootSourceOverrideMode": boot.mode,
                **{f"{name}@Redfish.AllowableValues": list(values) for name, (_, values) in BOOT_VALUES.items()},
            },
            "ProcessorSummary": {
                "Count": NODES,
                "CoreCount": NODES * CORES,
                "LogicalProcessorCount": NODES * CORES * 2,
                "Model": MODEL,
                "Status": {"State": "Enabled", "Health": "OK"},
            },
            "MemorySummary": {
                "TotalSystemMemoryGiB": SYSTEM_MEMORY_GIB,
                "Status": {"State": "Enabled", "Health": "OK"},
            },
            "EthernetInterfaces": reference("/Systems/1/EthernetInterfaces"),
            "Actions": {
                "#ComputerSystem.Reset": {
                    "target": ROOT + TARGET,
                    "ResetType@Redfish.AllowableValues": list(RESETS[board.vendor]),
                }
            },
            "Links": {"Chassis": [reference("/Chassis/1")], "ManagedBy": [reference("/Managers/1")]},
        }


def asked_reset(board: Board, given: Body) -> str:
    """The reset type, where the host can obey it now. Raises Refused."""
    if "ResetType" not in given:
        raise Refused(400, "ActionParameterMissing", "The action Reset requires the parameter ResetType.")
    reset = given["ResetType"]
    if reset not in RESETS[board.vendor]:
        raise Refused(
            400,
            "ActionParameterNotSupported",
            f"The parameter ResetType with the value {reset!r} is not supported by this system.",
        )
    if not board.fed:
        raise Refused(503, "ServiceTemporarilyUnavailable", "The chassis has no input power.")
    wanted = plain(reset, board.on)
    if (wanted in STARTS and board.on) or (wanted in STOPS + RESTARTS and not board.on):
        raise Refused(
            409, "ActionNotSupported", f"The action {reset} cannot be done while the power is {board.power_state}."
        )
    return str(reset)


def asked_boot(given: Body) -> dict[str, str]:
    """The boot override asked for. Raises Refused."""
    boot: Any = given.get("Boot")
    if set(given) != {"Boot"} or not isinstance(boot, dict) or not boot:
        raise Refused(400, "PropertyNotWritable", "Only the properties of Boot can be written.")
    changes = {}
    for name, value in boot.items():
        if name not in BOOT_VALUES:
            raise Refused(400, "PropertyUnknown", f"The property {name!r} is not known to Boot.")
        field, allowed = BOOT_VALUES[name]
        if value not in allowed:
            raise Refused(400, "PropertyValueNotInList", f"The value {value!r} of {name} is not in the list.")
        changes[field] = value
    return changes
