"""The chassis: power supplies, temperatures and fans. Sensors are those of sysinv, and as bad as it says."""

from __future__ import annotations

import math

from simulator.bmc.board import ROOT, Board, Body, collection, reference, shown
from simulator.bmc.systems import health
from simulator.routing import Call

# name, usual value, from where it is bad, from where it is critical; degrees Celsius
TEMPERATURES = (("Inlet Temp", 22, 42, 47), ("CPU1 Temp", 55, 90, 95), ("CPU2 Temp", 56, 90, 95))
FANS = ("Fan 1", "Fan 2", "Fan 3", "Fan 4")
SUPPLIES = ("PS1 Input Power", "PS2 Input Power")
HEALTHS = {"minor": "Warning", "major": "Warning", "critical": "Critical"}
STANDBY_WATTS = 14


def status(board: Board, sensor: str) -> Body:
    return {"State": "Enabled", "Health": HEALTHS.get(board.bad.get(sensor, ""), "OK")}


def swing(board: Board, what: str) -> float:
    """-1 to 1, slowly, each sensor in its own time."""
    return math.sin(board.at / 900 + 7 * board.fraction(what))


def watts(board: Board) -> int:
    if not board.fed:
        return 0
    return round(310 + 90 * board.fraction("watts") + 25 * swing(board, "watts")) if board.on else STANDBY_WATTS


@shown
def index(call: Call, board: Board) -> Body:
    return collection("/Chassis", "Chassis", ["1"])


@shown
def show(call: Call, board: Board) -> Body:
    return {
        "@odata.id": ROOT + "/Chassis/1",
        "@odata.type": "#Chassis.v1_12_0.Chassis",
        "Id": "1",
        "Name": "Chassis",
        "ChassisType": "RackMount",
        "Manufacturer": board.vendor,
        "Model": board.host.product.split(" ", 1)[1],
        "SerialNumber": board.host.serial,
        "PowerState": "On" if board.on else "Off",
        "Status": {"State": "Enabled", "Health": health(board.bad)},
        "Power": reference("/Chassis/1/Power"),
        "Thermal": reference("/Chassis/1/Thermal"),
        "NetworkAdapters": reference("/Chassis/1/NetworkAdapters"),
        "Links": {"ComputerSystems": [reference("/Systems/1")], "ManagedBy": [reference("/Managers/1")]},
    }


@shown
def power(call: Call, board: Board) -> Body:
    drawn = watts(board)
    return {
        "@odata.id": ROOT + "/Chassis/1/Power",
        "@odata.type": "#Power.v1_6_0.Power",
        "Id": "Power",
        "Name": "Power",
        "PowerControl": [
            {
                "@odata.id": ROOT + "/Chassis/1/Power#/PowerControl/0",
                "MemberId": "0",
                "Name": "System Power Control",
                "PowerConsumedWatts": drawn,
                "PowerCapacityWatts": 1600,
            }
        ],
        "PowerSupplies": [supply(board, number, sensor, drawn / 2) for number, sensor in enumerate(SUPPLIES)],
    }


def supply(board: Board, number: int, sensor: str, drawn: float) -> Body:
    failed = board.bad.get(sensor) == "critical"
    return {
        "@odata.id": f"{ROOT}/Chassis/1/Power#/PowerSupplies/{number}",
        "MemberId": str(number),
        "Name": f"PS{number + 1} Status",
        "PowerInputWatts": 0 if failed else round(drawn),
        "LineInputVoltage": 230 if board.fed and not failed else 0,
        "PowerCapacityWatts": 800,
        "Status": status(board, sensor),
    }


@shown
def thermal(call: Call, board: Board) -> Body:
    return {
        "@odata.id": ROOT + "/Chassis/1/Thermal",
        "@odata.type": "#Thermal.v1_6_0.Thermal",
        "Id": "Thermal",
        "Name": "Thermal",
        "Temperatures": [temperature(board, number, *row) for number, row in enumerate(TEMPERATURES)],
        "Fans": [fan(board, number, name) for number, name in enumerate(FANS)],
    }


def temperature(board: Board, number: int, name: str, usual: int, high: int, critical: int) -> Body:
    """Without power a processor has no reading, only the air has."""
    severity = board.bad.get(name)
    value: int | None = round(usual + 4 * swing(board, name))
    if severity is not None:
        value = critical + 2 if severity == "critical" else high + 1
    if not board.on and name.startswith("CPU"):
        value = None
    return {
        "@odata.id": f"{ROOT}/Chassis/1/Thermal#/Temperatures/{number}",
        "MemberId": str(number),
        "Name": name,
        "ReadingCelsius": value,
        "UpperThresholdNonCritical": high,
        "UpperThresholdCritical": critical,
        "PhysicalContext": "Intake" if name.startswith("Inlet") else "CPU",
        "Status": status(board, name),
    }


def fan(board: Board, number: int, name: str) -> Body:
    severity = board.bad.get(name)
    turning = round(7200 + 600 * swing(board, name)) if severity is None else 0 if severity == "critical" else 2100
    return {
        "@odata.id": f"{ROOT}/Chassis/1/Thermal#/Fans/{number}",
        "MemberId": str(number),
        "Name": name,
        "Reading": turning if board.on else 0,
        "ReadingUnits": "RPM",
        "LowerThresholdNonCritical": 2400,
        "LowerThresholdCritical": 1200,
        "Status": status(board, name),
    }
